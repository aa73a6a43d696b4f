"""The stages of a write, each one callable of one shape, in the order in which they run.

Before them, in app.py, stand authentication and authorization; after them comes the store.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

import msgspec

from pykube.api import field_errors, meta_v1, names
from pykube.api.patch.apply import managers
from pykube.errors import BadRequest

from .write import Operation, Stage, Write

_NAME_ATTEMPTS = 8
"""How many generated names are tried before giving up; upstream's number."""


async def mutate(write: Write) -> None:
    """Admission plugins that change the object.

    When a webhook or a policy has changed it, all run once more: an in-tree plugin may have to set a default for what
    has come in, and those that want to see each other's changes are asked again.
    """
    if write.admitted:
        return
    seen = _seen(write)
    seen.asked_again = seen.reinvocation = False
    seen.notes.clear()
    before = _entries(seen)
    plugins = write.registry.admission.mutating
    for plugin in plugins:
        await plugin(seen)
    if seen.asked_again:
        seen.reinvocation = True
        for plugin in plugins:
            await plugin(seen)
        _check_entries(seen, before)
    if write.lens is not None:
        write.lens.put(write.object, seen.object)


def _seen(write: Write) -> Write:
    """The write as admission sees it: through the lens of its subresource, if there is one."""
    lens = write.lens
    if lens is None:
        return write
    old = lens.get(write.old) if write.old is not None else None
    return dataclasses.replace(
        write, object=lens.get(write.object), old=old, shown=lens.kind, subresource=lens.subresource, lens=None
    )


_Entries = list[meta_v1.ManagedFieldsEntry] | None


def _entries(write: Write) -> _Entries:
    metadata = getattr(write.object, "metadata", None)
    return metadata.managed_fields if metadata is not None else None


def _check_entries(write: Write, before: _Entries) -> None:
    """Put the entries of field managers back when what admission has made of them makes no sense."""
    after = _entries(write)
    if before is None or after is None or after is before:
        return
    try:
        managers.checked(after)
    except (ValueError, msgspec.DecodeError) as error:
        write.object.metadata.managed_fields = before
        write.warnings.append(
            ".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated "
            f"mutating admission controller; please fix your requests: {error}"
        )


async def identify(write: Write) -> None:
    """Give a new object what the server alone says: its uid, the time, and a name if it wants one made.

    Raises:
        BadRequest: admission has put it into another namespace.
    """
    meta = write.object.metadata
    if meta.namespace != write.namespace:
        raise BadRequest("the namespace of the provided object does not match the namespace sent on the request")
    meta.uid = str(uuid.uuid4())
    meta.creation_timestamp = write.registry.clock.now().replace(microsecond=0)
    if meta.generate_name and not meta.name:
        cache = write.registry.cache(write.resource)
        for _ in range(_NAME_ATTEMPTS):
            meta.name = names.generate(meta.generate_name)
            if cache.find(write.namespace, meta.name) is None:
                break
    write.name = meta.name


async def prepare(write: Write) -> None:
    """The strategy of the kind resets or keeps what the client has no say in."""
    strategy = write.registry.strategy(write.resource)
    if write.operation is Operation.CREATE:
        strategy.prepare_create(write)
    elif write.subresource == "status":
        strategy.prepare_status(write)
    else:
        strategy.prepare_update(write)


async def validate(write: Write) -> None:
    """The rules of the kind; all that is broken is reported at once."""
    strategy = write.registry.strategy(write.resource)
    if write.operation is Operation.CREATE:
        found = strategy.validate_create(write)
    elif write.subresource == "status":
        found = strategy.validate_status(write)
    else:
        found = strategy.validate_update(write)
    if found:
        raise field_errors.invalid(write.resource, write.object.metadata.name, found)


async def admit(write: Write) -> None:
    """Admission plugins that only say yes or no."""
    if write.admitted:
        return
    seen = _seen(write)
    chain = write.registry.admission
    for plugin in chain.validating:
        await plugin(seen)
    for plugin in chain.final:
        await plugin(seen)


async def allocate(write: Write) -> None:
    """Take addresses, ports and the like; last, so that little has to be given back."""
    await write.registry.strategy(write.resource).allocate(write)


CREATE: Sequence[Stage] = (mutate, identify, prepare, validate, admit, allocate)

UPDATE: Sequence[Stage] = (mutate, prepare, validate, admit, allocate)

ASK: Sequence[Stage] = (mutate, admit)
"""For what only has to be allowed: a deletion, a CONNECT, a Binding; there is nothing to prepare or validate."""


async def run(stages: Sequence[Stage], write: Write) -> None:
    """Run the stages; when one fails, what the others have reserved is released."""
    try:
        for stage in stages:
            await stage(write)
    except BaseException:
        release(write)
        raise


def release(write: Write) -> None:
    """The write is over: release what the stages have reserved, last first."""
    while write.release:
        write.release.pop()()
