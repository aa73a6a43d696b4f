"""NamespaceExists: nothing is written where there is no namespace."""

from __future__ import annotations

from pykube.api import core_v1

from ... import statuses
from ...write import Operation, Write


async def namespace_exists(write: Write) -> None:
    """Look for the namespace, also when something is deleted.

    Raises:
        NotFound: it is not there.
    """
    if write.operation is Operation.CONNECT or not write.resource.namespaced:
        return
    cache = write.registry.cache(core_v1.Namespace)
    if cache.find("", write.namespace) is None:
        raise statuses.not_found(cache.resource, write.namespace)
