"""GET /metrics/resource and /metrics/cadvisor: usage as Prometheus text, under the names that dashboards know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.server.usage import ContainerUsage, Usage

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(slots=True)
class Exposition:
    """Prometheus text format 0.0.4, written line by line."""

    _lines: list[str] = field(default_factory=list)

    def family(self, name: str, kind: str, help_: str) -> None:
        """Start a family; `kind` is counter or gauge."""
        self._lines += [f"# HELP {name} {help_}", f"# TYPE {name} {kind}"]

    def sample(self, name: str, value: float, labels: Mapping[str, str] | None = None, when: int = 0) -> None:
        """Add one sample; `when` in nanoseconds since 1970, 0 for none."""
        shown = ",".join(f'{key}="{text.translate(_ESCAPES)}"' for key, text in (labels or {}).items())
        stamp = f" {when // 1_000_000}" if when else ""
        self._lines.append(f"{name}{{{shown}}} {value:.17g}{stamp}" if shown else f"{name} {value:.17g}{stamp}")

    def text(self) -> str:
        """The whole."""
        return "\n".join([*self._lines, ""])


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    kind: str
    help: str
    value: Callable[[ContainerUsage], float]


_RESOURCE = (
    _Family(
        "container_cpu_usage_seconds_total",
        "counter",
        "CPU time of the container",
        lambda one: one.cpu_nanoseconds / 1e9,
    ),
    _Family(
        "container_memory_working_set_bytes",
        "gauge",
        "Working set of the container",
        lambda one: one.memory_working_set,
    ),
    _Family("container_start_time_seconds", "gauge", "Start of the container", lambda one: one.started / 1e9),
)
_CADVISOR = (
    *_RESOURCE,
    _Family("container_memory_usage_bytes", "gauge", "Memory in use, caches included", lambda one: one.memory_usage),
    _Family("container_memory_rss", "gauge", "Anonymous memory", lambda one: one.memory_rss),
    _Family("container_fs_usage_bytes", "gauge", "Bytes in the writable layer", lambda one: one.rootfs_used),
    _Family("container_fs_inodes_total", "gauge", "Inodes in the writable layer", lambda one: one.rootfs_inodes),
)


_POD_SUMS = (
    _Family("pod_cpu_usage_seconds_total", "counter", "CPU time of the pod", lambda one: one.cpu_nanoseconds / 1e9),
    _Family("pod_memory_working_set_bytes", "gauge", "Working set of the pod", lambda one: one.memory_working_set),
)


def resource_metrics(usage: Usage) -> str:
    """What metrics-server reads."""
    out = Exposition()
    for family in _RESOURCE:
        out.family(family.name, family.kind, family.help)
        for one in _of_pods(usage.containers):
            labels = {"container": one.name, "namespace": one.namespace, "pod": one.pod}
            out.sample(family.name, family.value(one), labels, one.timestamp)
    out.family("node_cpu_usage_seconds_total", "counter", "CPU time of the node")
    out.sample("node_cpu_usage_seconds_total", usage.node.cpu_nanoseconds / 1e9)
    out.family("node_memory_working_set_bytes", "gauge", "Working set of the node")
    out.sample("node_memory_working_set_bytes", usage.node.memory_working_set)
    for family in _POD_SUMS:
        out.family(family.name, family.kind, family.help)
        sums: dict[tuple[str, str], float] = {}
        for one in _of_pods(usage.containers):
            key = (one.namespace, one.pod)
            sums[key] = sums.get(key, 0) + family.value(one)
        for (namespace, pod), value in sums.items():
            out.sample(family.name, value, {"namespace": namespace, "pod": pod})
    out.family("resource_scrape_error", "gauge", "1 if there was an error while getting container metrics, 0 otherwise")
    out.sample("resource_scrape_error", 0)
    return out.text()


def cadvisor_metrics(usage: Usage, cores: int) -> str:
    """What most dashboards read."""
    out = Exposition()
    for family in _CADVISOR:
        out.family(family.name, family.kind, family.help)
        for one in _of_pods(usage.containers):
            out.sample(family.name, family.value(one), _cadvisor_labels(one), one.timestamp)
    pods = {one.pod_uid: one for one in usage.containers}
    for name, attribute in (
        ("container_network_receive_bytes_total", "rx_bytes"),
        ("container_network_receive_errors_total", "rx_errors"),
        ("container_network_transmit_bytes_total", "tx_bytes"),
        ("container_network_transmit_errors_total", "tx_errors"),
    ):
        out.family(name, "counter", "The pod's main interface")
        for uid, network in usage.networks.items():
            if owner := pods.get(uid):
                labels = {"interface": network.name, "namespace": owner.namespace, "pod": owner.pod}
                out.sample(name, getattr(network, attribute), labels)
    out.family("machine_cpu_cores", "gauge", "Logical CPUs of the node")
    out.sample("machine_cpu_cores", cores)
    out.family("machine_memory_bytes", "gauge", "Memory of the node")
    out.sample("machine_memory_bytes", usage.node.memory_total)
    return out.text()


def _of_pods(containers: Sequence[ContainerUsage]) -> Iterable[ContainerUsage]:
    return (one for one in containers if one.pod)


def _cadvisor_labels(one: ContainerUsage) -> dict[str, str]:
    return {
        "container": one.name,
        "id": one.id,
        "image": one.image,
        "name": one.id,
        "namespace": one.namespace,
        "pod": one.pod,
    }
