"""A pod as the scheduler sees it: everything its plugins ask for, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pykube.api import codec, core_v1, meta_v1, selectors

from .resources import Resources, requests_of

HostPort = tuple[str, str, int]
"""Address (``0.0.0.0``: every one), protocol and port."""


class AffinityTerm:
    """One pod (anti-)affinity term, with its selectors parsed."""

    __slots__ = ("_namespace_selector", "_namespaces", "_selector", "topology_key", "weight")

    def __init__(self, term: core_v1.PodAffinityTerm, pod: core_v1.Pod, weight: int = 0) -> None:
        self.topology_key = term.topology_key
        self.weight = weight
        self._selector = _merged(term, pod.metadata.labels)
        self._namespaces = frozenset(term.namespaces)
        if not term.namespaces and term.namespace_selector is None:
            self._namespaces = frozenset((pod.metadata.namespace,))
        self._namespace_selector = (
            None if term.namespace_selector is None else selectors.from_label_selector(term.namespace_selector)
        )

    def matches(self, namespace: str, labels: Mapping[str, str], namespace_labels: Mapping[str, str]) -> bool:
        """Whether a pod of these labels, in a namespace of those labels, is meant by the term."""
        if self._selector is None or not self._selector.matches(labels):
            return False
        if namespace in self._namespaces:
            return True
        return self._namespace_selector is not None and self._namespace_selector.matches(namespace_labels)


def with_label_keys(
    selector: meta_v1.LabelSelector, labels: Mapping[str, str], match: Iterable[str], mismatch: Iterable[str] = ()
) -> meta_v1.LabelSelector:
    """`selector` narrowed to the incoming pod's own values of the keys `match`, or away from those of `mismatch`."""
    more = [
        meta_v1.LabelSelectorRequirement(key=key, operator=operator, values=[labels[key]])
        for operator, keys in (("In", match), ("NotIn", mismatch))
        for key in keys
        if key in labels
    ]
    if not more:
        return selector
    return meta_v1.LabelSelector(
        match_labels=selector.match_labels, match_expressions=[*selector.match_expressions, *more]
    )


def _merged(term: core_v1.PodAffinityTerm, labels: Mapping[str, str]) -> selectors.LabelSelector | None:
    if term.label_selector is None:
        return None
    return selectors.from_label_selector(
        with_label_keys(term.label_selector, labels, term.match_label_keys, term.mismatch_label_keys)
    )


def _host_ports(spec: core_v1.PodSpec) -> tuple[HostPort, ...]:
    sidecars = [each for each in spec.init_containers if each.restart_policy == "Always"]
    return tuple(
        (port.host_ip or "0.0.0.0", port.protocol or "TCP", port.host_port)
        for container in (*spec.containers, *sidecars)
        for port in container.ports
        if port.host_port > 0
    )


class PodInfo:
    """A pod and what scheduling derives from it; made anew whenever the pod changes."""

    __slots__ = (
        "affinity",
        "affinity_preferred",
        "anti_affinity",
        "anti_affinity_preferred",
        "host_ports",
        "key",
        "labels",
        "namespace",
        "nonzero",
        "pod",
        "priority",
        "requests",
        "signature",
        "uid",
    )

    def __init__(self, pod: core_v1.Pod) -> None:
        self.pod = pod
        self.uid = pod.metadata.uid
        self.namespace = pod.metadata.namespace
        self.key = f"{pod.metadata.namespace}/{pod.metadata.name}"
        self.labels = pod.metadata.labels
        self.priority = pod.spec.priority or 0
        self.requests: Resources = requests_of(pod.spec)
        self.nonzero: Resources = requests_of(pod.spec, nonzero=True)
        self.host_ports = _host_ports(pod.spec)
        self.affinity: tuple[AffinityTerm, ...] = ()
        self.anti_affinity: tuple[AffinityTerm, ...] = ()
        self.affinity_preferred: tuple[AffinityTerm, ...] = ()
        self.anti_affinity_preferred: tuple[AffinityTerm, ...] = ()
        if pod.spec.affinity is not None:
            self._parse_affinity(pod, pod.spec.affinity)
        self.signature = _signature(pod.spec)

    def _parse_affinity(self, pod: core_v1.Pod, affinity: core_v1.Affinity) -> None:
        if (near := affinity.pod_affinity) is not None:
            self.affinity = tuple(
                AffinityTerm(term, pod) for term in near.required_during_scheduling_ignored_during_execution
            )
            self.affinity_preferred = tuple(
                AffinityTerm(each.pod_affinity_term, pod, each.weight)
                for each in near.preferred_during_scheduling_ignored_during_execution
            )
        if (far := affinity.pod_anti_affinity) is not None:
            self.anti_affinity = tuple(
                AffinityTerm(term, pod) for term in far.required_during_scheduling_ignored_during_execution
            )
            self.anti_affinity_preferred = tuple(
                AffinityTerm(each.pod_affinity_term, pod, each.weight)
                for each in far.preferred_during_scheduling_ignored_during_execution
            )

    @property
    def has_affinity(self) -> bool:
        """Whether any term of this pod speaks about other pods."""
        return bool(self.affinity or self.anti_affinity or self.affinity_preferred or self.anti_affinity_preferred)

    def __repr__(self) -> str:
        return f"PodInfo({self.key})"


def _signature(spec: core_v1.PodSpec) -> bytes:
    """Equal for pods that every node-local plugin judges alike (they often come from one template)."""
    reduced = core_v1.PodSpec(
        node_name=spec.node_name,
        node_selector=spec.node_selector,
        affinity=None if spec.affinity is None else core_v1.Affinity(node_affinity=spec.affinity.node_affinity),
        tolerations=spec.tolerations,
        overhead=spec.overhead,
        resources=spec.resources,
        containers=[_reduced(container) for container in spec.containers],
        init_containers=[_reduced(container) for container in spec.init_containers],
    )
    return codec.encode(reduced)


def _reduced(container: core_v1.Container) -> core_v1.Container:
    return core_v1.Container(
        image=container.image,
        ports=[port for port in container.ports if port.host_port],
        resources=container.resources,
        restart_policy=container.restart_policy,
    )
