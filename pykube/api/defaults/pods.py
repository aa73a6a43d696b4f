"""Defaults of pods and of the pod templates in workloads, which get fewer: a template is no pod yet."""

from __future__ import annotations

from .. import core_v1
from .containers import container
from .resources import pod_level, requests_from_limits, round_up
from .volumes import volume

_GRACE_SECONDS = 30


def pod(found: core_v1.Pod) -> None:
    spec = found.spec
    for one in (*spec.containers, *spec.init_containers):
        requests_from_limits(one.resources)
    pod_level(found)
    if spec.enable_service_links is None:
        spec.enable_service_links = True
    if spec.host_network:
        for one in (*spec.containers, *spec.init_containers):
            for port in one.ports:
                port.host_port = port.host_port or port.container_port
    pod_spec(spec)
    _addresses(found.status)


def _addresses(status: core_v1.PodStatus) -> None:
    """Keep the older field for one address in step with the list; where they differ the older one counts."""
    if status.pod_ip and (not status.pod_ips or status.pod_ips[0].ip != status.pod_ip):
        status.pod_ips = [core_v1.PodIP(ip=status.pod_ip)]
    status.pod_ip = status.pod_ips[0].ip if status.pod_ips else ""


def template(found: core_v1.PodTemplateSpec) -> None:
    pod_spec(found.spec)


def pod_spec(spec: core_v1.PodSpec) -> None:
    spec.dns_policy = spec.dns_policy or "ClusterFirst"
    spec.restart_policy = spec.restart_policy or "Always"
    spec.scheduler_name = spec.scheduler_name or "default-scheduler"
    if spec.security_context is None:
        spec.security_context = core_v1.PodSecurityContext()
    if spec.termination_grace_period_seconds is None:
        spec.termination_grace_period_seconds = _GRACE_SECONDS
    for one in spec.volumes:
        volume(one)
    for regular in (*spec.init_containers, *spec.containers):
        container(regular)
    for debug in spec.ephemeral_containers:
        container(debug)
    # The older name of the field is kept in step, since clients still read and write it.
    account = spec.service_account_name or spec.service_account
    spec.service_account_name = spec.service_account = account
    round_up(spec.overhead)
    if spec.resources is not None:
        round_up(spec.resources.limits)
        round_up(spec.resources.requests)
