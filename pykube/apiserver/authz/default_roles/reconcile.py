"""Puts the default roles and bindings in place at start, and repairs them.

As upstream: an object annotated ``rbac.authorization.kubernetes.io/autoupdate: "false"`` is left alone; rules and
subjects that are missing are added; what an administrator added is kept; a binding whose role changed is made anew.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from pykube.api import codec, rbac_v1
from pykube.errors import AlreadyExists, Conflict

from ..rules import uncovered
from . import objects
from .aggregation import aggregate

if TYPE_CHECKING:
    from ...registry import Registry

log = logging.getLogger(__name__)

AnyRole = TypeVar("AnyRole", rbac_v1.ClusterRole, rbac_v1.Role)
AnyBinding = TypeVar("AnyBinding", rbac_v1.ClusterRoleBinding, rbac_v1.RoleBinding)


async def reconcile(registry: Registry) -> None:
    """Create or repair every default role and binding. The namespaces kube-system and kube-public must exist.

    All at once, so that a store which commits in groups pays for few commits.
    """
    await asyncio.gather(
        *(_role(registry, role) for role in objects.cluster_roles()),
        *(_role(registry, role) for role in objects.roles()),
        *(_binding(registry, binding) for binding in objects.cluster_role_bindings()),
        *(_binding(registry, binding) for binding in objects.role_bindings()),
    )
    await aggregate(registry)


async def _role(registry: Registry, wanted: AnyRole) -> None:
    present = registry.find(type(wanted), wanted.metadata.name, wanted.metadata.namespace)
    if present is None:
        await _create(registry, wanted)
    elif (merged := merged_role(present, wanted)) is not None:
        await _update(registry, merged)


async def _binding(registry: Registry, wanted: AnyBinding) -> None:
    present = registry.find(type(wanted), wanted.metadata.name, wanted.metadata.namespace)
    if present is None:
        await _create(registry, wanted)
    elif present.metadata.annotations.get(objects.AUTOUPDATE) == "false":
        return
    elif present.role_ref != wanted.role_ref:
        await registry.delete(type(wanted), wanted.metadata.name, wanted.metadata.namespace)
        await _create(registry, wanted)
    elif (merged := merged_binding(present, wanted)) is not None:
        await _update(registry, merged)


def merged_role(present: AnyRole, wanted: AnyRole) -> AnyRole | None:
    """`present` with what it lacks of `wanted`; None when it lacks nothing or must be left alone."""
    if present.metadata.annotations.get(objects.AUTOUPDATE) == "false":
        return None
    merged = codec.copy(present)
    merged.metadata.labels = {**present.metadata.labels, **wanted.metadata.labels}
    merged.metadata.annotations = {**wanted.metadata.annotations, **present.metadata.annotations}
    if isinstance(merged, rbac_v1.ClusterRole) and isinstance(wanted, rbac_v1.ClusterRole) and wanted.aggregation_rule:
        merged.aggregation_rule = wanted.aggregation_rule
    else:
        merged.rules = [*present.rules, *uncovered(present.rules, wanted.rules)]
    return None if merged == present else merged


def merged_binding(present: AnyBinding, wanted: AnyBinding) -> AnyBinding | None:
    """`present` with the subjects it lacks; None when it lacks nothing."""
    merged = codec.copy(present)
    merged.metadata.labels = {**present.metadata.labels, **wanted.metadata.labels}
    merged.metadata.annotations = {**wanted.metadata.annotations, **present.metadata.annotations}
    merged.subjects = [*present.subjects, *(item for item in wanted.subjects if item not in present.subjects)]
    return None if merged == present else merged


async def _create(registry: Registry, wanted: AnyRole | AnyBinding) -> None:
    try:
        await registry.create(wanted)
    except AlreadyExists:
        log.debug("%s %s was created meanwhile", wanted.kind, wanted.metadata.name)


async def _update(registry: Registry, merged: AnyRole | AnyBinding) -> None:
    try:
        await registry.update(merged)
    except Conflict:
        log.debug("%s %s was changed meanwhile; the next start repairs it", merged.kind, merged.metadata.name)
