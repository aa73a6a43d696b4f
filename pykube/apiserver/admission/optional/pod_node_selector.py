"""PodNodeSelector: a namespace says on which nodes its pods may run."""

from __future__ import annotations

from collections.abc import Mapping

from pykube.api import core_v1

from ... import statuses
from ...write import Operation, Write

ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector"
_CONFLICT = "pod node label selector conflicts with its namespace node label selector"


async def pod_node_selector(write: Write) -> None:
    """Add the namespace's labels to the selector of a new pod.

    Raises:
        Forbidden: the pod asks for others.
        InternalError: the annotation makes no sense.
    """
    wanted = _wanted(write)
    if wanted:
        spec: core_v1.PodSpec = write.object.spec
        _check(write, spec, wanted)
        spec.node_selector = {**wanted, **spec.node_selector}


async def pod_node_selector_check(write: Write) -> None:
    """See that no later plugin has changed it.

    Raises:
        Forbidden: one has.
        InternalError: the annotation makes no sense.
    """
    _check(write, write.object.spec if write.object is not None else None, _wanted(write))


def _check(write: Write, spec: core_v1.PodSpec | None, wanted: Mapping[str, str]) -> None:
    if any(spec is not None and spec.node_selector.get(key, value) != value for key, value in wanted.items()):
        raise statuses.forbidden(write.resource, write.object.metadata.name, _CONFLICT)


def _wanted(write: Write) -> dict[str, str]:
    """The labels that the namespace asks for; none for anything but a new pod."""
    if not write.is_for("pods") or write.operation is not Operation.CREATE:
        return {}
    namespace = write.registry.find(core_v1.Namespace, write.namespace)
    text = namespace.metadata.annotations.get(ANNOTATION, "") if namespace is not None else ""
    wanted: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise statuses.internal(f"invalid selector: {part}")
        wanted[key.strip()] = value.strip()
    return wanted
