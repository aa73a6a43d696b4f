"""A namespace has become stricter: which of its pods would not be let in any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pykube.api import core_v1, owners

from . import subjects
from .evaluation import findings, reasons
from .policy import Standard
from .settings import PodSecuritySettings

if TYPE_CHECKING:
    from ...registry import Registry

MOST = 3000
"""Pods that are looked at; of pods with the same owner the first ones."""


def warnings_about(registry: Registry, namespace: str, standard: Standard, settings: PodSecuritySettings) -> list[str]:
    """What the client is told; nothing when all pods comply."""
    pods = _ordered(
        pod
        for pod in registry.list(core_v1.Pod, namespace)
        if pod.spec.runtime_class_name not in settings.exempt_runtime_classes
    )
    return judged(pods, namespace, standard)


def judged(pods: list[core_v1.Pod], namespace: str, standard: Standard) -> list[str]:
    """The same about given pods; those that break the same rules are told together."""
    violations: dict[str, list[str]] = {}
    for pod in pods[:MOST]:
        if text := reasons(findings(standard, subjects.of_pod(pod))):
            violations.setdefault(text, []).append(pod.metadata.name)
    told: list[str] = []
    if len(pods) > MOST:
        told.append(f"new PodSecurity enforce level only checked against the first {MOST} of {len(pods)} existing pods")
    if violations:
        told.append(f'existing pods in namespace "{namespace}" violate the new PodSecurity enforce level "{standard}"')
    return told + sorted(f"{_some(names)}: {text}" for text, names in violations.items())


def _some(names: list[str]) -> str:
    others = len(names) - 1
    if not others:
        return names[0]
    return f"{min(names)} (and {others} other pod{'s' if others > 1 else ''})"


def _ordered(pods: Iterable[core_v1.Pod]) -> list[core_v1.Pod]:
    """One pod of each owner first: the others are likely the same."""
    first: list[core_v1.Pod] = []
    more: list[core_v1.Pod] = []
    seen: set[str] = set()
    for pod in pods:
        owner = owners.controller_of(pod)
        (more if owner is not None and owner.uid in seen else first).append(pod)
        if owner is not None:
            seen.add(owner.uid)
    return first + more
