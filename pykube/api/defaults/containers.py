"""Defaults of containers: pull policy, probes, ports, environment. Shared by all kinds that run pods."""

from __future__ import annotations

from .. import core_v1
from .resources import round_up


def pull_policy(image: str) -> str:
    """``Always`` for the tag ``latest``, written or implied; ``IfNotPresent`` for anything pinned."""
    name, digest, _ = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if digest and not colon:
        return "IfNotPresent"
    return "Always" if not colon or tag == "latest" else "IfNotPresent"


def container(found: core_v1.Container | core_v1.EphemeralContainer) -> None:
    found.image_pull_policy = found.image_pull_policy or pull_policy(found.image)
    found.termination_message_path = found.termination_message_path or "/dev/termination-log"
    found.termination_message_policy = found.termination_message_policy or "File"
    for port in found.ports:
        port.protocol = port.protocol or "TCP"
    for variable in found.env:
        if variable.value_from is not None:
            _env_source(variable.value_from)
    round_up(found.resources.limits)
    round_up(found.resources.requests)
    for probe in (found.liveness_probe, found.readiness_probe, found.startup_probe):
        if probe is not None:
            _probe(probe)
    if found.lifecycle is not None:
        for handler in (found.lifecycle.post_start, found.lifecycle.pre_stop):
            if handler is not None and handler.http_get is not None:
                _http_get(handler.http_get)


def _env_source(source: core_v1.EnvVarSource) -> None:
    if source.field_ref is not None:
        source.field_ref.api_version = source.field_ref.api_version or "v1"
    if source.file_key_ref is not None and source.file_key_ref.optional is None:
        source.file_key_ref.optional = False


def _probe(probe: core_v1.Probe) -> None:
    probe.timeout_seconds = probe.timeout_seconds or 1
    probe.period_seconds = probe.period_seconds or 10
    probe.success_threshold = probe.success_threshold or 1
    probe.failure_threshold = probe.failure_threshold or 3
    if probe.http_get is not None:
        _http_get(probe.http_get)
    if probe.grpc is not None and probe.grpc.service is None:
        probe.grpc.service = ""


def _http_get(action: core_v1.HTTPGetAction) -> None:
    action.path = action.path or "/"
    action.scheme = action.scheme or "HTTP"
