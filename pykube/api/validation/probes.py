"""Probes and lifecycle hooks."""

from __future__ import annotations

from .. import names
from ..core_v1 import HTTPGetAction, Lifecycle, LifecycleHandler, PodOS, Probe, SleepAction
from ..field_errors import Errors, Path, forbidden, invalid_value, not_supported, required
from . import checks

_SCHEMES = ("HTTP", "HTTPS")
_ONE_HANDLER = "may not specify more than 1 handler type"
_WINDOWS_SIGNALS = ("SIGKILL", "SIGTERM")
_NAMED_SIGNALS = (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP"
    " TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX"
)
_LINUX_SIGNALS = tuple(
    sorted(
        [f"SIG{name}" for name in _NAMED_SIGNALS.split()]
        + [f"SIGRTMIN+{offset}" for offset in range(1, 16)]
        + [f"SIGRTMAX-{offset}" for offset in range(1, 15)]
    )
)


def probes(
    liveness: Probe | None, readiness: Probe | None, startup: Probe | None, grace: int | None, path: Path
) -> Errors:
    """The three probes of a container; `grace` is the pod's termination grace period in seconds."""
    for probe, name in ((liveness, "livenessProbe"), (startup, "startupProbe")):
        if probe is not None:
            yield from _probe(probe, grace, path.child(name))
            if probe.success_threshold != 1:
                yield invalid_value(path.child(name).child("successThreshold"), probe.success_threshold, "must be 1")
    if readiness is not None:
        place = path.child("readinessProbe")
        yield from _probe(readiness, grace, place)
        seconds = readiness.termination_grace_period_seconds
        if seconds is not None:
            message = "must not be set for readinessProbes"
            yield invalid_value(place.child("terminationGracePeriodSeconds"), seconds, message)


def _probe(probe: Probe, grace: int | None, path: Path) -> Errors:
    yield from _handler(probe, grace, path)
    yield from checks.not_negative(path.child("initialDelaySeconds"), probe.initial_delay_seconds)
    yield from checks.not_negative(path.child("timeoutSeconds"), probe.timeout_seconds)
    yield from checks.not_negative(path.child("periodSeconds"), probe.period_seconds)
    yield from checks.not_negative(path.child("successThreshold"), probe.success_threshold)
    yield from checks.not_negative(path.child("failureThreshold"), probe.failure_threshold)
    seconds = probe.termination_grace_period_seconds
    if seconds is not None and seconds <= 0:
        yield invalid_value(path.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0")


def lifecycle(found: Lifecycle, grace: int | None, os: PodOS | None, path: Path) -> Errors:
    if found.post_start is not None:
        yield from _handler(found.post_start, grace, path.child("postStart"))
    if found.pre_stop is not None:
        yield from _handler(found.pre_stop, grace, path.child("preStop"))
    if found.stop_signal:
        yield from _stop_signal(found.stop_signal, os, path.child("stopSignal"))


def _stop_signal(signal: str, os: PodOS | None, path: Path) -> Errors:
    if os is None:
        yield forbidden(path, "may not be set for containers with empty `spec.os.name`")
        return
    allowed = _WINDOWS_SIGNALS if os.name == "windows" else _LINUX_SIGNALS
    if signal not in allowed:
        yield not_supported(path, signal, allowed)


def _handler(found: Probe | LifecycleHandler, grace: int | None, path: Path) -> Errors:
    """Exactly one way to ask; the first one counts."""
    count = 0
    if found.exec is not None:
        count = 1
        if not found.exec.command:
            yield required(path.child("exec").child("command"))
    if found.http_get is not None:
        count += 1
        yield from _only_first(count, path.child("httpGet"))
        if count == 1:
            yield from _http_get(found.http_get, path.child("httpGet"))
    if found.tcp_socket is not None:
        count += 1
        yield from _only_first(count, path.child("tcpSocket"))
        if count == 1:
            yield from checks.port_or_name(path.child("tcpSocket").child("port"), found.tcp_socket.port)
    if isinstance(found, Probe):
        if found.grpc is not None:
            count += 1
            yield from _only_first(count, path.child("grpc"))
            if count == 1:
                yield from checks.port(path.child("grpc").child("port"), found.grpc.port)
    elif found.sleep is not None:
        count += 1
        yield from _only_first(count, path.child("sleep"))
        if count == 1:
            yield from _sleep(found.sleep, grace, path.child("sleep"))
    if count == 0:
        yield required(path, "must specify a handler type")


def _only_first(count: int, path: Path) -> Errors:
    if count > 1:
        yield forbidden(path, _ONE_HANDLER)


def _http_get(action: HTTPGetAction, path: Path) -> Errors:
    if not action.path:
        yield required(path.child("path"))
    yield from checks.port_or_name(path.child("port"), action.port)
    yield from checks.supported(path.child("scheme"), action.scheme, _SCHEMES)
    for header in action.http_headers:
        yield from checks.follows(path.child("httpHeaders"), header.name, names.http_header)


def _sleep(action: SleepAction, grace: int | None, path: Path) -> Errors:
    if grace is not None and not 0 <= action.seconds <= grace:
        message = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
        yield invalid_value(path, action.seconds, message)
