"""How the server is told to treat namespaces without labels, and what it lets through anyway."""

from __future__ import annotations

from dataclasses import dataclass

from .policy import ANYTHING, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSecuritySettings:
    """As in upstream's PodSecurityConfiguration (pod-security.admission.config.k8s.io/v1)."""

    defaults: Policy = ANYTHING
    """What applies where a namespace has no label."""
    exempt_namespaces: frozenset[str] = frozenset()
    """Namespaces in which everything goes."""
    exempt_users: frozenset[str] = frozenset()
    """Users who may create what they want; controllers that create pods for others should not be among them."""
    exempt_runtime_classes: frozenset[str | None] = frozenset()
    """Runtime classes that keep the host safe by themselves."""
