"""Containers of a pod: regular, init and ephemeral ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .. import names
from ..core_v1 import (
    Container,
    ContainerPort,
    ContainerResizePolicy,
    ContainerRestartRule,
    EphemeralContainer,
    PodSpec,
    Volume,
)
from ..field_errors import (
    Errors,
    Path,
    duplicate,
    forbidden,
    invalid_value,
    not_found,
    not_supported,
    required,
    too_many,
)
from ..schema import camel
from . import checks, env, mounts, probes, resources, security

PROTOCOLS = ("SCTP", "TCP", "UDP")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
_RESTART_POLICIES = ("Always", "Never", "OnFailure")
_RULE_ACTIONS = ("Restart", "RestartAllContainers")
_RULES_MAX = 20
_EXIT_CODES_MAX = 255
_RESIZABLE = ("cpu", "memory")
_RESIZE_POLICIES = ("NotRequired", "RestartContainer")
_NOT_EPHEMERAL = "cannot be set for an Ephemeral Container"
_REGULAR_ONLY = (
    "ports",
    "resources",
    "liveness_probe",
    "readiness_probe",
    "startup_probe",
    "lifecycle",
    "resize_policy",
    "restart_policy",
    "restart_policy_rules",
)
_NO_HOOKS = "may not be set for init containers without restartPolicy=Always"
_EMPTY = EphemeralContainer()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What containers refer to in their pod."""

    spec: PodSpec
    volumes: Mapping[str, Volume]
    claims: Collection[str]

    @property
    def host_users(self) -> bool:
        return self.spec.host_users is not False


def regular(pod: Surroundings, path: Path) -> Errors:
    spec = pod.spec
    if not spec.containers:
        yield required(path)
        return
    seen: set[str] = set()
    for index, container in enumerate(spec.containers):
        place = path.index(index)
        yield from _common(container, pod, place)
        if container.name in seen:
            yield duplicate(place.child("name"), container.name)
        seen.add(container.name)
        yield from _hooks(container, spec, place)
        yield from _restart_policy(container.restart_policy, container.restart_policy_rules, place)
    yield from _host_ports(spec.containers, path)


def init(pod: Surroundings, path: Path) -> Errors:
    seen = {container.name for container in pod.spec.containers}
    for index, container in enumerate(pod.spec.init_containers):
        place = path.index(index)
        yield from _common(container, pod, place)
        yield from _restart_policy(container.restart_policy, container.restart_policy_rules, place)
        if container.name in seen:
            yield duplicate(place.child("name"), container.name)
        elif container.name:
            seen.add(container.name)
        yield from _host_ports([container], path)
        if container.restart_policy == "Always":
            yield from _hooks(container, pod.spec, place)
            continue
        for attribute in ("lifecycle", "liveness_probe", "readiness_probe", "startup_probe"):
            if getattr(container, attribute) is not None:
                yield forbidden(place.child(camel(attribute)), _NO_HOOKS)
        for position, policy in enumerate(container.resize_policy):
            if policy.restart_policy == "RestartContainer":
                where = place.child("resizePolicy").index(position).child("restartPolicy")
                message = "must not be set to 'RestartContainer' for non-sidecar initContainers"
                yield invalid_value(where, policy.restart_policy, message)


def ephemeral(pod: Surroundings, path: Path) -> Errors:
    spec = pod.spec
    others = {container.name for container in (*spec.containers, *spec.init_containers)}
    seen = set(others)
    for index, container in enumerate(spec.ephemeral_containers):
        place = path.index(index)
        yield from _common(container, pod, place)
        yield from image_padding(container.image, place)
        if container.name in seen:
            yield duplicate(place.child("name"), container.name)
        seen.add(container.name)
        if container.target_container_name and container.target_container_name not in others:
            yield not_found(place.child("targetContainerName"), container.target_container_name)
        for attribute in _REGULAR_ONLY:
            if getattr(container, attribute) != getattr(_EMPTY, attribute):
                yield forbidden(place.child(camel(attribute)), _NOT_EPHEMERAL)
        for position, mount in enumerate(container.volume_mounts):
            where = place.child("volumeMounts").index(position)
            if mount.sub_path:
                yield forbidden(where.child("subPath"), _NOT_EPHEMERAL)
            if mount.sub_path_expr:
                yield forbidden(where.child("subPathExpr"), _NOT_EPHEMERAL)


def image_padding(image: str, path: Path) -> Errors:
    if image != image.strip():
        yield invalid_value(path.child("image"), image, "must not have leading or trailing whitespace")


def _common(container: Container | EphemeralContainer, pod: Surroundings, path: Path) -> Errors:
    yield from checks.named(path.child("name"), container.name, names.dns_label)
    if not container.image:
        yield required(path.child("image"))
    yield from checks.required_supported(
        path.child("terminationMessagePolicy"), container.termination_message_policy, _MESSAGE_POLICIES
    )
    if container.ports:
        yield from _ports(container.ports, path.child("ports"))
    if container.env:
        yield from env.variables(container.env, path.child("env"))
    if container.env_from:
        yield from env.sources(container.env_from, path.child("envFrom"))
    if container.volume_mounts:
        yield from mounts.mounts(container, pod.volumes, path.child("volumeMounts"))
    if container.volume_devices:
        place = path.child("volumeDevices")
        yield from mounts.devices(container.volume_devices, container.volume_mounts, pod.volumes, place)
    yield from checks.required_supported(path.child("imagePullPolicy"), container.image_pull_policy, _PULL_POLICIES)
    yield from resources.requirements(container.resources, pod.claims, path.child("resources"))
    if container.resize_policy:
        yield from _resize(container.resize_policy, pod.spec.restart_policy, path.child("resizePolicy"))
    if container.security_context is not None:
        place = path.child("securityContext")
        yield from security.container(container.security_context, place, host_users=pod.host_users)


def _hooks(container: Container, spec: PodSpec, path: Path) -> Errors:
    grace = spec.termination_grace_period_seconds
    if container.lifecycle is not None:
        yield from probes.lifecycle(container.lifecycle, grace, spec.os, path.child("lifecycle"))
    liveness, readiness, startup = container.liveness_probe, container.readiness_probe, container.startup_probe
    if liveness is not None or readiness is not None or startup is not None:
        yield from probes.probes(liveness, readiness, startup, grace, path)


def _ports(found: list[ContainerPort], path: Path) -> Errors:
    seen: set[str] = set()
    for index, port in enumerate(found):
        place = path.index(index)
        if port.name:
            messages = names.port_name(port.name)
            for message in messages:
                yield invalid_value(place.child("name"), port.name, message)
            if port.name in seen:
                yield duplicate(place.child("name"), port.name)
            elif not messages:
                seen.add(port.name)
        if port.container_port == 0:
            yield required(place.child("containerPort"))
        else:
            yield from checks.port(place.child("containerPort"), port.container_port)
        if port.host_port:
            yield from checks.port(place.child("hostPort"), port.host_port)
        yield from checks.required_supported(place.child("protocol"), port.protocol, PROTOCOLS)


def _host_ports(found: list[Container], path: Path) -> Errors:
    seen: set[str] = set()
    for index, container in enumerate(found):
        for position, port in enumerate(container.ports):
            if not port.host_port:
                continue
            key = f"{port.protocol}/{port.host_ip}/{port.host_port}"
            if key in seen:
                yield duplicate(path.index(index).child("ports").index(position).child("hostPort"), key)
            seen.add(key)


def _restart_policy(policy: str | None, rules: list[ContainerRestartRule], path: Path) -> Errors:
    place = path.child("restartPolicy")
    if policy is None:
        if rules:
            yield required(place, "must specify restartPolicy when restart rules are used")
    elif policy not in _RESTART_POLICIES:
        yield not_supported(place, policy, _RESTART_POLICIES)
    place = path.child("restartPolicyRules")
    if len(rules) > _RULES_MAX:
        yield too_many(place, len(rules), _RULES_MAX)
    for index, rule in enumerate(rules):
        if rule.action not in _RULE_ACTIONS:
            yield not_supported(place.index(index).child("action"), rule.action, _RULE_ACTIONS)
        codes = place.index(index).child("exitCodes")
        if rule.exit_codes is None:
            yield required(codes, "must be specified")
            continue
        yield from checks.supported(codes.child("operator"), rule.exit_codes.operator, ("In", "NotIn"))
        if len(rule.exit_codes.values) > _EXIT_CODES_MAX:
            yield too_many(codes.child("values"), len(rule.exit_codes.values), _EXIT_CODES_MAX)


def _resize(found: list[ContainerResizePolicy], pod_policy: str, path: Path) -> Errors:
    seen: set[str] = set()
    for index, policy in enumerate(found):
        if policy.resource_name in seen:
            yield duplicate(path.index(index), policy.resource_name)
        seen.add(policy.resource_name)
        yield from checks.required_supported(path, policy.resource_name, _RESIZABLE)
        yield from checks.required_supported(path, policy.restart_policy, _RESIZE_POLICIES)
        if pod_policy == "Never" and policy.restart_policy != "NotRequired":
            message = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
            yield invalid_value(path, policy.restart_policy, message)
