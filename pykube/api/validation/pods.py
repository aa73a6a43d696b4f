"""Pods and pod templates. Source: ValidatePodSpec in pkg/apis/core/validation."""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..core_v1 import (
    Container,
    EphemeralContainer,
    HostAlias,
    Pod,
    PodDNSConfig,
    PodResourceClaim,
    PodSpec,
    PodTemplate,
    PodTemplateSpec,
)
from ..field_errors import METADATA, SPEC, Errors, Path, duplicate, forbidden, invalid_value, required, too_long
from ..meta_v1 import ObjectMeta
from . import (
    checks,
    containers,
    env,
    meta,
    pod_resize,
    pod_status,
    pod_update,
    resources,
    scheduling,
    security,
    volumes,
)
from .containers import Surroundings
from .rules import Rules

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")
_NAMESERVERS_MAX = 3
_SEARCHES_MAX = 32
_SEARCH_CHARACTERS_MAX = 2048
_HOSTNAME_MAX = 64
_INT32_MAX = 2**31 - 1
_MIRROR = "kubernetes.io/config.mirror"
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_ANNOTATIONS = METADATA.child("annotations")


def pod_spec(spec: PodSpec, pod: ObjectMeta | None, path: Path) -> Errors:
    """`pod` is the metadata of the pod, None for a template."""
    if spec.termination_grace_period_seconds is None:
        yield required(path.child("terminationGracePeriodSeconds"))
    if spec.volumes:
        yield from volumes.volumes(spec.volumes, pod, path.child("volumes"))
    claims = {claim.name for claim in spec.resource_claims if claim.name}
    if spec.resource_claims:
        yield from _resource_claims(spec.resource_claims, pod, path.child("resourceClaims"))
    around = Surroundings(spec, volumes.valid_names(spec.volumes), claims)
    yield from containers.regular(around, path.child("containers"))
    if spec.init_containers:
        yield from containers.init(around, path.child("initContainers"))
    if spec.ephemeral_containers:
        yield from containers.ephemeral(around, path.child("ephemeralContainers"))
    yield from resources.pod_level(spec, claims, path.child("resources"))
    if spec.host_network:
        yield from _host_network(spec, path.child("containers"), is_pod=pod is not None)
    yield from checks.required_supported(path.child("restartPolicy"), spec.restart_policy, _RESTART_POLICIES)
    yield from checks.required_supported(path.child("dnsPolicy"), spec.dns_policy, _DNS_POLICIES)
    if spec.node_selector:
        yield from meta.labels(spec.node_selector, path.child("nodeSelector"))
    if spec.security_context is not None:
        yield from security.pod(spec.security_context, spec, path.child("securityContext"))
    if spec.affinity is not None:
        yield from scheduling.affinity(spec.affinity, path.child("affinity"))
    yield from _dns(spec.dns_config, spec.dns_policy, path.child("dnsConfig"))
    yield from _gates(spec, path)
    if spec.topology_spread_constraints:
        yield from scheduling.spreading(spec.topology_spread_constraints, path.child("topologySpreadConstraints"))
    if spec.host_users is False:
        yield from _own_users(spec, path)
    yield from _names(spec, path)
    yield from _rest(spec, path)
    yield from env.file_volumes(spec, path)


def _gates(spec: PodSpec, path: Path) -> Errors:
    for index, gate in enumerate(spec.readiness_gates):
        place = path.child("readinessGates").index(index).child("conditionType")
        yield from checks.follows(place, gate.condition_type, names.qualified_name)
    seen: set[str] = set()
    for index, hold in enumerate(spec.scheduling_gates):
        place = path.child("schedulingGates").index(index)
        yield from checks.follows(place, hold.name, names.qualified_name)
        if hold.name in seen:
            yield duplicate(place, hold.name)
        seen.add(hold.name)


def _names(spec: PodSpec, path: Path) -> Errors:
    if spec.hostname_override is not None:
        yield from _hostname_override(spec, spec.hostname_override, path.child("hostnameOverride"))
    if spec.service_account_name:
        yield from checks.follows(path.child("serviceAccountName"), spec.service_account_name, names.dns_subdomain)
    if spec.node_name:
        yield from checks.follows(path.child("nodeName"), spec.node_name, names.dns_subdomain)
    seconds = spec.active_deadline_seconds
    if seconds is not None:
        yield from checks.in_range(path.child("activeDeadlineSeconds"), seconds, 1, _INT32_MAX)
    if spec.hostname:
        yield from checks.follows(path.child("hostname"), spec.hostname, names.dns_label)
    if spec.subdomain:
        yield from checks.follows(path.child("subdomain"), spec.subdomain, names.dns_label)


def _hostname_override(spec: PodSpec, name: str, path: Path) -> Errors:
    if spec.set_hostname_as_fqdn:
        yield forbidden(path, "may not be specified when setHostnameAsFQDN is true")
    if spec.host_network:
        yield forbidden(path, "may not be specified when hostNetwork is true")
    if len(name) > _HOSTNAME_MAX:
        yield too_long(path, _HOSTNAME_MAX)
    yield from checks.follows(path, name, names.dns_subdomain)


def _rest(spec: PodSpec, path: Path) -> Errors:
    if spec.tolerations:
        yield from scheduling.tolerations(spec.tolerations, path.child("tolerations"))
    if spec.host_aliases:
        yield from _host_aliases(spec.host_aliases, path.child("hostAliases"))
    if spec.priority_class_name:
        yield from checks.follows(path.child("priorityClassName"), spec.priority_class_name, names.dns_subdomain)
    if spec.runtime_class_name is not None:
        yield from checks.follows(path.child("runtimeClassName"), spec.runtime_class_name, names.dns_subdomain)
    if spec.preemption_policy is not None:
        place = path.child("preemptionPolicy")
        yield from checks.required_supported(place, spec.preemption_policy, _PREEMPTION_POLICIES)
    for name, value in spec.overhead.items():
        place = path.child("overhead").child("limits").key(name)
        yield from resources.container_resource_name(name, place)
        yield from resources.amount(name, value, place)
    if spec.os is not None:
        yield from security.operating_system(spec, path)
    if spec.scheduling_group is not None:
        place = path.child("schedulingGroup").child("podGroupName")
        yield from checks.named(place, spec.scheduling_group.pod_group_name or "", names.dns_subdomain)


def _resource_claims(found: list[PodResourceClaim], pod: ObjectMeta | None, path: Path) -> Errors:
    if pod is not None and _MIRROR in pod.annotations:
        yield forbidden(Path(""), "static pods do not support resource claims")
        return
    seen: set[str] = set()
    for index, claim in enumerate(found):
        place = path.index(index)
        if claim.name in seen:
            yield duplicate(place.child("name"), claim.name)
        else:
            yield from checks.named(place.child("name"), claim.name, names.dns_label)
        seen.add(claim.name)
        direct, template = claim.resource_claim_name, claim.resource_claim_template_name
        if direct is not None and template is not None:
            message = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            yield invalid_value(place, claim, message)
        if direct is None and template is None:
            message = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            yield invalid_value(place, claim, message)
        if direct is not None:
            yield from checks.follows(place.child("resourceClaimName"), direct, names.dns_subdomain)
        if template is not None:
            yield from checks.follows(place.child("resourceClaimTemplateName"), template, names.dns_subdomain)


def _host_network(spec: PodSpec, path: Path, *, is_pod: bool) -> Errors:
    for index, container in enumerate(spec.containers):
        for position, port in enumerate(container.ports):
            if (is_pod or port.host_port) and port.host_port != port.container_port:
                place = path.index(index).child("ports").index(position).child("hostPort")
                message = "must match `containerPort` when `hostNetwork` is true"
                yield invalid_value(place, port.host_port, message)


def _own_users(spec: PodSpec, path: Path) -> Errors:
    message = "when `hostUsers` is false"
    if spec.host_network:
        yield forbidden(path.child("hostNetwork"), message)
    if spec.host_pid:
        yield forbidden(path.child("HostPID"), message)
    if spec.host_ipc:
        yield forbidden(path.child("HostIPC"), message)
    lists: tuple[tuple[str, Sequence[Container | EphemeralContainer]], ...] = (
        ("initContainers", spec.init_containers),
        ("containers", spec.containers),
        ("ephemeralContainers", spec.ephemeral_containers),
    )
    for name, found in lists:
        for index, container in enumerate(found):
            if container.volume_devices:
                yield forbidden(path.child(name).index(index).child("volumeDevices"), message)


def _dns(config: PodDNSConfig | None, policy: str, path: Path) -> Errors:
    if policy == "None":
        if config is None:
            yield required(path, "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not config.nameservers:
            message = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            yield required(path.child("nameservers"), message)
            return
    if config is None:
        return
    servers, searches = path.child("nameservers"), path.child("searches")
    if len(config.nameservers) > _NAMESERVERS_MAX:
        yield invalid_value(servers, config.nameservers, f"must not have more than {_NAMESERVERS_MAX} nameservers")
    for index, server in enumerate(config.nameservers):
        yield from checks.ip(servers.index(index), server)
    if len(config.searches) > _SEARCHES_MAX:
        yield invalid_value(searches, config.searches, f"must not have more than {_SEARCHES_MAX} search paths")
    if len(" ".join(config.searches)) > _SEARCH_CHARACTERS_MAX:
        message = f"must not have more than {_SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list"
        yield invalid_value(searches, config.searches, message)
    for index, search in enumerate(config.searches):
        if search != ".":
            yield from checks.follows(searches.index(index), search.removesuffix("."), names.dns_search)
    for index, option in enumerate(config.options):
        if not option.name:
            yield required(path.child("options").index(index), "must not be empty")


def _host_aliases(found: list[HostAlias], path: Path) -> Errors:
    for index, alias in enumerate(found):
        yield from checks.ip(path.index(index).child("ip"), alias.ip)
        for position, hostname in enumerate(alias.hostnames):
            place = path.index(index).child("hostnames").index(position)
            yield from checks.follows(place, hostname, names.dns_subdomain)


def template_spec(found: PodTemplateSpec, path: Path) -> Errors:
    """A pod template in a workload."""
    yield from meta.template(found, path)
    yield from _annotations(found.metadata, found.spec, path.child("annotations"))
    yield from pod_spec(found.spec, None, path.child("spec"))
    if found.spec.ephemeral_containers:
        place = path.child("spec").child("ephemeralContainers")
        yield forbidden(place, "ephemeral containers not allowed in pod template")


def _annotations(pod: ObjectMeta, spec: PodSpec, path: Path) -> Errors:
    mirrored = pod.annotations.get(_MIRROR)
    if mirrored is not None and not spec.node_name:
        yield invalid_value(path.key(_MIRROR), mirrored, "must set spec.nodeName if mirror pod annotation is set")
    if any(key.startswith(_APP_ARMOR) for key in pod.annotations):
        yield from _app_armor(pod, spec, path)
    cost = pod.annotations.get(_DELETION_COST)
    if cost is not None and not _is_int32(cost):
        yield invalid_value(path.key(_DELETION_COST), cost, "must be a 32bit integer")


def _app_armor(pod: ObjectMeta, spec: PodSpec, path: Path) -> Errors:
    """The annotations that said how containers are confined before there was a field for it."""
    known = {container.name for container in (*spec.init_containers, *spec.containers)}
    known.update(container.name for container in spec.ephemeral_containers)
    for key, profile in pod.annotations.items():
        if not key.startswith(_APP_ARMOR):
            continue
        name = key.removeprefix(_APP_ARMOR)
        if name not in known:
            yield invalid_value(path.key(key), name, "container not found")
        if profile not in ("", "runtime/default", "unconfined") and not profile.startswith("localhost/"):
            yield invalid_value(path.key(key), profile, f'invalid AppArmor profile name: "{profile}"')


def _is_int32(text: str) -> bool:
    return not names.decimal_integer(text) and -_INT32_MAX - 1 <= int(text) <= _INT32_MAX


def metadata_and_spec(pod: Pod) -> Errors:
    if pod.metadata.annotations:
        yield from _annotations(pod.metadata, pod.spec, _ANNOTATIONS)
    spec = pod.spec
    yield from pod_spec(spec, pod.metadata, SPEC)
    if not spec.service_account_name:
        yield from _tokens(spec)
    for index, container in enumerate(spec.containers):
        yield from containers.image_padding(container.image, SPEC.child("containers").index(index))
    for index, container in enumerate(spec.init_containers):
        yield from containers.image_padding(container.image, SPEC.child("initContainers").index(index))


def _tokens(spec: PodSpec) -> Errors:
    for index, volume in enumerate(spec.volumes):
        if volume.projected is None:
            continue
        for position, source in enumerate(volume.projected.sources):
            if source.service_account_token is not None:
                place = SPEC.child("volumes").index(index).child("projected").child("sources").index(position)
                message = "must not be specified when serviceAccountName is not set"
                yield forbidden(place.child("serviceAccountToken"), message)


def _create(pod: Pod) -> Errors:
    yield from metadata_and_spec(pod)
    if pod.spec.ephemeral_containers:
        yield forbidden(SPEC.child("ephemeralContainers"), "cannot be set on create")
    if pod.spec.node_name and pod.spec.scheduling_gates:
        yield forbidden(SPEC.child("nodeName"), "cannot be set until all schedulingGates have been cleared")


def _update(new: Pod, old: Pod) -> Errors:
    yield from metadata_and_spec(new)
    yield from pod_update.update(new, old)


def ephemeral_containers_update(new: Pod, old: Pod) -> Errors:
    """The ``ephemeralcontainers`` subresource."""
    yield from meta.object_meta_update(new.metadata, old.metadata)
    yield from metadata_and_spec(new)
    yield from pod_update.fixed_annotations(new.metadata.annotations, old.metadata.annotations)
    yield from pod_update.ephemeral_containers(new, old)


def bound(pod: Pod) -> Errors:
    """A pod that was assigned through the ``binding`` subresource, whose target must be the name of a node.

    Upstream looks at the name only when the pod is updated the next time, and then never accepts an update again.
    """
    yield from checks.follows(Path("target").child("name"), pod.spec.node_name, names.dns_subdomain)


def resize(new: Pod, old: Pod) -> Errors:
    """The ``resize`` subresource."""
    if found := pod_resize.refused(old):
        yield from found
        return
    yield from meta.object_meta_update(new.metadata, old.metadata)
    yield from metadata_and_spec(new)
    yield from pod_resize.resize(new, old)


def _template(found: PodTemplate) -> Errors:
    yield from template_spec(found.template, Path("template"))


POD = Rules(create=_create, update=_update, status=pod_status.update)
TEMPLATE = Rules(create=_template)
