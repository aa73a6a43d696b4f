"""What a node may say about a pod."""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..core_v1 import ContainerStatus, HostIP, Pod, PodCondition, PodIP
from ..field_errors import STATUS, Errors, Path, forbidden, invalid_value
from . import checks, pod_claim_status

_SYSTEM_CONDITIONS = frozenset({"PodScheduled", "Ready", "Initialized"})
_NOMINATED = STATUS.child("nominatedNodeName")


def update(new: Pod, old: Pod) -> Errors:
    status, before = new.status, old.status
    yield from _conditions(status.conditions)
    if new.spec.node_name != old.spec.node_name:
        yield forbidden(STATUS.child("nodeName"), "may not be changed directly")
    if status.nominated_node_name and status.nominated_node_name != before.nominated_node_name:
        yield from checks.follows(_NOMINATED, status.nominated_node_name, names.dns_subdomain)
        if old.spec.node_name:
            yield forbidden(_NOMINATED, "may not be set on pods that are already bound to a node")
    if status.observed_generation < 0:
        place = STATUS.child("observedGeneration")
        yield invalid_value(place, status.observed_generation, "must be a non-negative integer")
    yield from checks.immutable(STATUS.child("qosClass"), status.qos_class, before.qos_class)
    yield from _containers(new, old)
    yield from _init_containers(new, old)
    debug = {container.name: "Never" for container in old.spec.ephemeral_containers}
    place = STATUS.child("ephemeralContainerStatuses")
    yield from _ended(status.ephemeral_container_statuses, before.ephemeral_container_statuses, debug, place)
    yield from _ips(status.pod_ips, STATUS.child("podIPs"))
    if status.host_ips:
        place = STATUS.child("hostIPs")
        if status.host_ip != status.host_ips[0].ip:
            yield invalid_value(place.index(0).child("ip"), status.host_ips[0].ip, "must be equal to `hostIP`")
        yield from _ips(status.host_ips, place)
    yield from pod_claim_status.claims(new)


def _conditions(found: list[PodCondition]) -> Errors:
    for index, condition in enumerate(found):
        if condition.observed_generation < 0:
            place = STATUS.child("conditions").index(index).child("observedGeneration")
            yield invalid_value(place, condition.observed_generation, "must be a non-negative integer")
        if condition.type not in _SYSTEM_CONDITIONS:
            place = STATUS.child("conditions").index(index).child("Type")
            yield from checks.follows(place, condition.type, names.qualified_name)


def _containers(new: Pod, old: Pod) -> Errors:
    """A container that has ended stays so, unless its restart policy brings it back."""
    policies = {
        container.name: container.restart_policy or old.spec.restart_policy
        for container in old.spec.containers
        if not container.restart_policy_rules
    }
    path = STATUS.child("containerStatuses")
    yield from _ended(new.status.container_statuses, old.status.container_statuses, policies, path)


def _init_containers(new: Pod, old: Pod) -> Errors:
    """A container that has succeeded does not run again, unless it is a sidecar."""
    usual = "Never" if old.spec.restart_policy == "Never" else "OnFailure"
    policies = {
        container.name: container.restart_policy or usual
        for container in old.spec.init_containers
        if not container.restart_policy_rules
    }
    path = STATUS.child("initContainerStatuses")
    # A pod whose containers restart may run its init containers again, in a new sandbox.
    if old.spec.restart_policy != "Always":
        yield from _ended(new.status.init_container_statuses, old.status.init_container_statuses, policies, path)


def _ended(new: list[ContainerStatus], old: list[ContainerStatus], policies: dict[str, str], path: Path) -> Errors:
    present = {status.name: status for status in new}
    for index, before in enumerate(old):
        ended, policy = before.state.terminated, policies.get(before.name, "Always")
        if ended is None or policy == "Always" or (policy == "OnFailure" and ended.exit_code != 0):
            continue
        after = present.get(before.name)
        if after is not None and after.state.terminated is None:
            yield forbidden(path.index(index).child("state"), "may not be transitioned to non-terminated state")


def _ips(found: Sequence[PodIP | HostIP], path: Path) -> Errors:
    families = []
    for index, one in enumerate(found):
        yield from checks.ip(path.index(index), one.ip)
        address = checks.parse_ip(one.ip)
        families.append(address.version if address is not None else 0)
    if len(set(families)) != len(families):
        yield invalid_value(path, found, "may specify no more than one IP for each IP family")
