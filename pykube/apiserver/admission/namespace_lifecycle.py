"""NamespaceLifecycle: nothing comes into a namespace that is not there or is going away; some namespaces stay."""

from __future__ import annotations

from pykube.api import core_v1
from pykube.errors import Cause, Details, Forbidden

from .. import statuses
from ..write import Operation, Write

_ACCESS_REVIEW = ("localsubjectaccessreviews", "authorization.k8s.io")
"""One may ask about permissions in a namespace that is not there."""

IMMORTAL = frozenset({"default", "kube-system", "kube-public"})


async def namespace_lifecycle(write: Write) -> None:
    """Refuse what has no place to be.

    Raises:
        NotFound: the namespace is not there.
        Forbidden: it is being deleted, or it may not be deleted.
    """
    resource = write.resource
    if not resource.namespaced:
        if write.operation is Operation.DELETE and write.name in IMMORTAL and write.is_for("namespaces"):
            raise statuses.forbidden(resource, write.name, "this namespace may not be deleted")
        return
    if write.operation not in (Operation.CREATE, Operation.UPDATE) or write.is_for(*_ACCESS_REVIEW):
        return
    cache = write.registry.cache(core_v1.Namespace)
    namespace = cache.find("", write.namespace)
    if namespace is None:
        raise statuses.not_found(cache.resource, write.namespace)
    if write.operation is Operation.CREATE and namespace.fields["status.phase"] == "Terminating":
        raise _terminating(write)


def _terminating(write: Write) -> Forbidden:
    why = f"unable to create new content in namespace {write.namespace} because it is being terminated"
    cause = Cause("NamespaceTerminating", f"namespace {write.namespace} is being terminated", "metadata.namespace")
    resource = write.resource
    return Forbidden(
        f'{statuses.qualified(resource)} "{write.name}" is forbidden: {why}',
        Details(name=write.name, group=resource.group, kind=resource.plural, causes=(cause,)),
    )
