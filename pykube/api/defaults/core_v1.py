"""Defaults of the core group."""

from __future__ import annotations

from .. import core_v1
from . import pods, volumes
from .resources import round_up

_AFFINITY_SECONDS = 10_800
_NAME_LABEL = "kubernetes.io/metadata.name"


def _service(found: core_v1.Service) -> None:
    spec = found.spec
    spec.session_affinity = spec.session_affinity or "None"
    if spec.session_affinity == "None":
        spec.session_affinity_config = None
    elif spec.session_affinity == "ClientIP":
        config = spec.session_affinity_config
        if config is None or config.client_ip is None or config.client_ip.timeout_seconds is None:
            spec.session_affinity_config = core_v1.SessionAffinityConfig(
                client_ip=core_v1.ClientIPConfig(timeout_seconds=_AFFINITY_SECONDS)
            )
    spec.type = spec.type or "ClusterIP"
    for port in spec.ports:
        port.protocol = port.protocol or "TCP"
        if port.target_port in (None, 0, ""):
            port.target_port = port.port
    reachable = spec.type in ("NodePort", "LoadBalancer") or (spec.type == "ClusterIP" and bool(spec.external_ips))
    if reachable and not spec.external_traffic_policy:
        spec.external_traffic_policy = "Cluster"
    if spec.internal_traffic_policy is None and spec.type in ("NodePort", "LoadBalancer", "ClusterIP"):
        spec.internal_traffic_policy = "Cluster"
    if spec.type == "LoadBalancer":
        _load_balancer(found)


def _load_balancer(found: core_v1.Service) -> None:
    if found.spec.allocate_load_balancer_node_ports is None:
        found.spec.allocate_load_balancer_node_ports = True
    for ingress in found.status.load_balancer.ingress:
        if ingress.ip and ingress.ip_mode is None:
            ingress.ip_mode = "VIP"


def _secret(found: core_v1.Secret) -> None:
    found.type = found.type or "Opaque"
    # ``stringData`` can only be written: it becomes ``data`` and is never read back.
    for key, text in found.string_data.items():
        found.data[key] = text.encode()
    found.string_data = {}


def _endpoints(found: core_v1.Endpoints) -> None:
    for subset in found.subsets:
        for port in subset.ports:
            port.protocol = port.protocol or "TCP"


def _namespace(found: core_v1.Namespace) -> None:
    found.status.phase = found.status.phase or "Active"
    if found.metadata.name:
        found.metadata.labels[_NAME_LABEL] = found.metadata.name


def _node(found: core_v1.Node) -> None:
    spec, status = found.spec, found.status
    # The older field for one range and the newer for several say the same.
    if spec.pod_cidr and spec.pod_cidr not in spec.pod_cidrs[:1]:
        spec.pod_cidrs = [spec.pod_cidr]
    spec.pod_cidr = spec.pod_cidrs[0] if spec.pod_cidrs else ""
    if not status.allocatable:
        status.allocatable = dict(status.capacity)
    round_up(status.capacity)
    round_up(status.allocatable)


def _limit_range(found: core_v1.LimitRange) -> None:
    for item in found.spec.limits:
        if item.type == "Container":
            for name, amount in item.max.items():
                item.default.setdefault(name, amount)
            for name, amount in (*item.default.items(), *item.min.items()):
                item.default_request.setdefault(name, amount)
        for amounts in (item.max, item.min, item.default, item.default_request, item.max_limit_request_ratio):
            round_up(amounts)


def _quota(found: core_v1.ResourceQuota) -> None:
    round_up(found.spec.hard)
    round_up(found.status.hard)
    round_up(found.status.used)


def _replication_controller(found: core_v1.ReplicationController) -> None:
    spec = found.spec
    if spec.replicas is None:
        spec.replicas = 1
    if spec.template is None:
        return
    pods.template(spec.template)
    labels = spec.template.metadata.labels
    spec.selector = spec.selector or dict(labels)
    found.metadata.labels = found.metadata.labels or dict(labels)


def _pod_template(found: core_v1.PodTemplate) -> None:
    pods.template(found.template)


TABLE = {
    core_v1.Pod: pods.pod,
    core_v1.PodTemplate: _pod_template,
    core_v1.Service: _service,
    core_v1.Secret: _secret,
    core_v1.Endpoints: _endpoints,
    core_v1.Namespace: _namespace,
    core_v1.Node: _node,
    core_v1.LimitRange: _limit_range,
    core_v1.ResourceQuota: _quota,
    core_v1.ReplicationController: _replication_controller,
    core_v1.PersistentVolume: volumes.persistent_volume,
    core_v1.PersistentVolumeClaim: volumes.claim,
}
