"""Warnings about what is allowed and yet not meant: deprecated fields, values without effect, likely mistakes.

They never fail a write. Source: ``WarningsOnCreate`` and ``WarningsOnUpdate`` in k8s.io/kubernetes, pkg/registry.
"""

from __future__ import annotations

from ..write import Operation, Write
from .catalog import OF_OBJECTS, OF_STATUSES


async def field_warnings(write: Write) -> None:
    """Tell the client of a valid object what it should know; runs after validation."""
    if write.operation not in (Operation.CREATE, Operation.UPDATE) or write.manager is None:
        return
    kind = write.resource.group_resource
    if not write.subresource:
        find = OF_OBJECTS.get(kind)
    else:
        find = OF_STATUSES.get(kind) if write.subresource == "status" else None
    if find is not None:
        write.warnings.extend(find(write.object, write.old))
