"""Keeping the objects of flow control: the default ones as they should be, and what the status of each schema says.

A default object belongs to the API server while its annotation ``apf.kubernetes.io/autoupdate-spec`` says ``true``;
whoever sets it to ``false`` keeps a suggested one as it is. One that is deleted comes back.
Source: k8s.io/kubernetes pkg/registry/flowcontrol/ensurer, and the Dangling condition of util/flowcontrol.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TypeVar

from pykube.aio.clock import Clock
from pykube.api import codec
from pykube.api import flowcontrol_bootstrap as bootstrap
from pykube.api import flowcontrol_v1 as v1
from pykube.errors import AlreadyExists, ApiError, Conflict, NotFound

from ..registry import Registry
from .stage import Fairness

log = logging.getLogger(__name__)

Kind = TypeVar("Kind", v1.FlowSchema, v1.PriorityLevelConfiguration)

PAUSE = 1.0
"""Seconds between a change of the objects and looking after them, so that many changes cost one look."""

RETRY = 10.0
"""Seconds until what could not be written is tried again."""

DANGLING = "Dangling"


async def ensure(registry: Registry) -> None:
    """Put the default objects in place, and say in each schema's status whether its level is there."""
    await asyncio.gather(
        *(_ensure(registry, level, mandatory=False) for level in bootstrap.SUGGESTED_LEVELS.values()),
        *(_ensure(registry, level, mandatory=True) for level in bootstrap.MANDATORY_LEVELS.values()),
        *(_ensure(registry, schema, mandatory=False) for schema in bootstrap.SUGGESTED_SCHEMAS.values()),
        *(_ensure(registry, schema, mandatory=True) for schema in bootstrap.MANDATORY_SCHEMAS.values()),
    )
    await _drop_former(registry, v1.FlowSchema, {*bootstrap.SUGGESTED_SCHEMAS, *bootstrap.MANDATORY_SCHEMAS})
    await _drop_former(
        registry, v1.PriorityLevelConfiguration, {*bootstrap.SUGGESTED_LEVELS, *bootstrap.MANDATORY_LEVELS}
    )
    await asyncio.gather(*(_tell(registry, schema) for schema in registry.list(v1.FlowSchema)))


async def _ensure(registry: Registry, default: Kind, *, mandatory: bool) -> None:
    name = default.metadata.name
    present = registry.find(type(default), name)
    try:
        if present is None:
            await registry.create(default)
        elif (revised := revision(present, default, mandatory=mandatory)) is not None:
            await registry.update(revised)
    except (AlreadyExists, Conflict, NotFound):
        log.info("%s %s is being changed; it is looked at again", default.kind, name)


def revision(present: Kind, default: Kind, *, mandatory: bool) -> Kind | None:
    """The object as it should be; None when it is."""
    ours = mandatory or _is_ours(present)
    annotated = _flag(present) is ours
    if annotated and not (ours and not _same_spec(present, default)):
        return None
    revised = codec.copy(present)
    if ours and not _same_spec(present, default):
        revised.spec = codec.copy(default).spec
    revised.metadata.annotations[bootstrap.AUTO_UPDATE] = "true" if ours else "false"
    return revised


def _is_ours(present: v1.FlowSchema | v1.PriorityLevelConfiguration) -> bool:
    """Without a readable annotation, an object that nobody has ever changed is taken for ours."""
    flag = _flag(present)
    return present.metadata.generation == 1 if flag is None else flag


def _flag(present: v1.FlowSchema | v1.PriorityLevelConfiguration) -> bool | None:
    text = present.metadata.annotations.get(bootstrap.AUTO_UPDATE, "").lower()
    return {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(text)


def _same_spec(
    present: v1.FlowSchema | v1.PriorityLevelConfiguration, default: v1.FlowSchema | v1.PriorityLevelConfiguration
) -> bool:
    """The shares of the exempt level are the administrator's to choose."""
    if isinstance(default, v1.PriorityLevelConfiguration) and default.spec.exempt is not None:
        assert isinstance(present, v1.PriorityLevelConfiguration)
        return present.spec.exempt is not None and present.spec.limited is None and present.spec.type == "Exempt"
    return present.spec == default.spec


async def _drop_former(registry: Registry, cls: type[Kind], wanted: set[str]) -> None:
    """Delete what an earlier version had put there."""
    for present in registry.list(cls):
        if present.metadata.name not in wanted and _flag(present):
            log.info("%s %s is no default object any more", present.kind, present.metadata.name)
            try:
                await registry.delete(cls, present.metadata.name)
            except NotFound:
                continue


async def _tell(registry: Registry, schema: v1.FlowSchema) -> None:
    """Say in the status whether the level that a schema refers to is there."""
    level = schema.spec.priority_level_configuration.name
    found = registry.find(v1.PriorityLevelConfiguration, level) is not None
    condition = dangling(level, found=found)
    condition.last_transition_time = registry.clock.now().replace(microsecond=0)
    if not _put(schema.status.conditions, condition):
        return
    try:
        await registry.update(schema, subresource="status")
    except (Conflict, NotFound):
        log.debug("FlowSchema %s is being changed; its status is told after that", schema.metadata.name)


class Upkeep:
    """Looks after the objects whenever they change."""

    def __init__(self, registry: Registry, fairness: Fairness, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._changed = asyncio.Event()
        fairness.on_digest.append(self._changed.set)

    async def run(self) -> None:
        """Look after them until cancelled."""
        while True:
            try:
                await ensure(self._registry)
            except ApiError as error:
                log.warning("objects of flow control cannot be written: %s", error.message)
                await self._clock.sleep(RETRY)
                continue
            await self._changed.wait()
            self._changed.clear()
            await self._clock.sleep(PAUSE)


def dangling(level: str, *, found: bool) -> v1.FlowSchemaCondition:
    """The condition that says whether a level of that name is there."""
    refers = f"This FlowSchema references the PriorityLevelConfiguration object named {level!r}".replace("'", '"')
    if found:
        return v1.FlowSchemaCondition(type=DANGLING, status="False", reason="Found", message=f"{refers} and it exists")
    return v1.FlowSchemaCondition(
        type=DANGLING, status="True", reason="NotFound", message=f"{refers} but there is no such object"
    )


def _put(conditions: list[v1.FlowSchemaCondition], wanted: v1.FlowSchemaCondition) -> bool:
    """Set a condition; answers whether that changed anything."""
    for index, present in enumerate(conditions):
        if present.type == wanted.type:
            if (present.status, present.reason, present.message) == (wanted.status, wanted.reason, wanted.message):
                return False
            conditions[index] = wanted
            return True
    conditions.append(wanted)
    return True
