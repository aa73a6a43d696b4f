"""What a container may learn of its own pod: ``fieldRef`` and ``resourceFieldRef``, for variables and for files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pykube.api import core_v1
from pykube.api.quantity import Quantity

_SUBSCRIPT = re.compile(r"^metadata\.(labels|annotations)\['(.+)'\]$")


class FieldError(ValueError):
    """The field or resource that was asked for does not exist."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the pod beyond its spec: addresses, and the node's allocatable amounts."""

    pod_ips: tuple[str, ...] = ()
    host_ips: tuple[str, ...] = ()
    node_name: str = ""
    allocatable: Mapping[str, Quantity] | None = None


def field_value(path: str, pod: core_v1.Pod, facts: Facts) -> str:
    """The value at `path`, as text.

    Raises:
        FieldError: nothing like that may be asked for.
    """
    meta = pod.metadata
    if (match := _SUBSCRIPT.match(path)) is not None:
        return (meta.labels if match.group(1) == "labels" else meta.annotations).get(match.group(2), "")
    simple = {
        "metadata.name": meta.name,
        "metadata.namespace": meta.namespace,
        "metadata.uid": meta.uid,
        "metadata.labels": _lines(meta.labels),
        "metadata.annotations": _lines(meta.annotations),
        "spec.nodeName": pod.spec.node_name or facts.node_name,
        "spec.serviceAccountName": pod.spec.service_account_name,
        "status.hostIP": facts.host_ips[0] if facts.host_ips else "",
        "status.hostIPs": ",".join(facts.host_ips),
        "status.podIP": facts.pod_ips[0] if facts.pod_ips else "",
        "status.podIPs": ",".join(facts.pod_ips),
    }
    if path not in simple:
        raise FieldError(f"unsupported fieldPath: {path}")
    return simple[path]


def _lines(mapping: Mapping[str, str]) -> str:
    """One ``key="value"`` a line, sorted, quoted as Go quotes."""
    return "\n".join(f"{key}={_quote(mapping[key])}" for key in sorted(mapping))


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def resource_value(
    selector: core_v1.ResourceFieldSelector, pod: core_v1.Pod, container: core_v1.Container | None, facts: Facts
) -> str:
    """The amount asked for, divided by the selector's divisor and rounded up.

    A limit that is not set is the node's allocatable amount.

    Raises:
        FieldError: no such container or resource.
    """
    found = container
    if selector.container_name:
        everyone = [*pod.spec.containers, *pod.spec.init_containers]
        found = next((one for one in everyone if one.name == selector.container_name), None)
    if found is None:
        raise FieldError(f'container "{selector.container_name}" not found')
    kind, _, name = selector.resource.partition(".")
    amounts = {"limits": found.resources.limits, "requests": found.resources.requests}.get(kind)
    if amounts is None or not name:
        raise FieldError(f"unsupported container resource : {selector.resource}")
    amount = amounts.get(name)
    if amount is None and kind == "limits":
        amount = (facts.allocatable or {}).get(name)
    if amount is None:
        return "0"
    divisor = selector.divisor
    if name == "cpu":
        step = divisor.milli if divisor is not None and divisor.milli else 1000
        return str(-(-amount.milli // step))
    step = divisor.value if divisor is not None and divisor.value else 1
    return str(-(-amount.value // step))
