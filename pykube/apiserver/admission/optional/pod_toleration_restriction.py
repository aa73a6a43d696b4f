"""PodTolerationRestriction: a namespace says which taints its pods tolerate, and which they may."""

from __future__ import annotations

import msgspec

from pykube.api import core_v1

from ... import statuses
from ...resources.qos import qos_class
from ...write import Operation, Write
from ..tolerations import covers, merged

DEFAULTS = "scheduler.alpha.kubernetes.io/defaultTolerations"
ALLOWED = "scheduler.alpha.kubernetes.io/tolerationsWhitelist"
_MEMORY_PRESSURE = core_v1.Toleration(key="node.kubernetes.io/memory-pressure", operator="Exists", effect="NoSchedule")
_REFUSED = "pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist"


async def pod_toleration_restriction(write: Write) -> None:
    """Give a new pod the namespace's tolerations; one that asks for resources stays when memory is short.

    Raises:
        InternalError: the pod tolerates more than it may, or an annotation makes no sense.
    """
    if not _concerns(write):
        return
    pod: core_v1.Pod = write.object
    added = (_listed(write, DEFAULTS) or []) if write.operation is Operation.CREATE else []
    if qos_class(pod) != "BestEffort":
        added = [*added, _MEMORY_PRESSURE]
    if added:
        pod.spec.tolerations = merged(pod.spec.tolerations, added)
    await pod_toleration_restriction_check(write)


async def pod_toleration_restriction_check(write: Write) -> None:
    """See that the pod tolerates no more than the namespace allows.

    Raises:
        InternalError: it does, or the annotation makes no sense.
    """
    if not _concerns(write):
        return
    tolerations = write.object.spec.tolerations
    allowed = _listed(write, ALLOWED) if tolerations else None
    if allowed and not all(any(covers(wide, each) for wide in allowed) for each in tolerations):
        raise statuses.internal(_REFUSED)


def _concerns(write: Write) -> bool:
    return write.is_for("pods") and write.operation in (Operation.CREATE, Operation.UPDATE)


def _listed(write: Write, annotation: str) -> list[core_v1.Toleration] | None:
    """The tolerations in an annotation of the namespace; None without one."""
    namespace = write.registry.find(core_v1.Namespace, write.namespace)
    text = namespace.metadata.annotations.get(annotation) if namespace is not None else None
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=list[core_v1.Toleration]) if text else []
    except msgspec.DecodeError as error:
        raise statuses.internal(error) from error
