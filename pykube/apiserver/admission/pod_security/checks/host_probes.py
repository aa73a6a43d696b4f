"""Probes and lifecycle hooks go to the pod itself: the node agent must not be sent elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1

from ..check import AnyContainer, Check, Edition, Finding, Subject, named, plural, quoted
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    bad: set[str] = set()
    hosts: set[str] = set()
    for each in subject.containers():
        found = {host for handler in _handlers(each) for host in _hosts(handler)}
        if found:
            bad.add(each.name)
            hosts |= found
    if not bad:
        return None
    verb = "uses" if len(bad) == 1 else "use"
    what = plural("probe or lifecycle host", len(hosts))
    return Finding("probe or lifecycle host", f"{named(sorted(bad))} {verb} {what} {quoted(sorted(hosts))}")


def _handlers(container: AnyContainer) -> Iterator[core_v1.Probe | core_v1.LifecycleHandler]:
    for probe in (container.liveness_probe, container.readiness_probe, container.startup_probe):
        if probe is not None:
            yield probe
    if container.lifecycle is not None:
        for handler in (container.lifecycle.post_start, container.lifecycle.pre_stop):
            if handler is not None:
                yield handler


def _hosts(handler: core_v1.Probe | core_v1.LifecycleHandler) -> Iterator[str]:
    for action in (handler.http_get, handler.tcp_socket):
        if action is not None and action.host:
            yield action.host


CHECK = Check("hostProbesAndHostLifecycle", Level.BASELINE, (Edition(34, _test),))
