"""NamespaceAutoProvision: a namespace that something is created in is made when it is not there."""

from __future__ import annotations

from pykube import errors
from pykube.api import core_v1, meta_v1

from ... import statuses
from ...write import Operation, Write


async def namespace_auto_provision(write: Write) -> None:
    """Create the namespace; not for a trial run.

    Raises:
        Forbidden: it cannot be created.
    """
    if write.operation is not Operation.CREATE or write.dry_run or not write.resource.namespaced:
        return
    if write.registry.cache(core_v1.Namespace).find("", write.namespace) is not None:
        return
    try:
        await write.registry.create(core_v1.Namespace(metadata=meta_v1.ObjectMeta(name=write.namespace)))
    except errors.AlreadyExists:
        return
    except errors.ApiError as error:
        raise statuses.forbidden(write.resource, write.name, error.message) from error
