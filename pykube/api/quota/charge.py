"""What one object costs its namespace, and which quotas it counts for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .. import core_v1
from .amounts import Amounts

PRIORITY_CLASS = "PriorityClass"
VOLUME_ATTRIBUTES_CLASS = "VolumeAttributesClass"


@dataclass(frozen=True, slots=True)
class Charge:
    """One object's use of quotas; it changes with the object only, so it may be kept as long as the object.

    `scopes` are the scopes that the object is in. `classes` holds the names that scopes with values are compared
    with; a scope missing there is not one of this kind of object. After `ends` (a pod whose time to end has passed)
    only `leftover` is used.
    """

    usage: Amounts
    scopes: frozenset[str] = frozenset()
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ends: datetime | None = None
    leftover: Amounts = field(default_factory=dict)

    def at(self, now: datetime) -> Amounts:
        """What is used at this time."""
        return self.leftover if self.ends is not None and now > self.ends else self.usage

    def counts_for(self, spec: core_v1.ResourceQuotaSpec) -> bool:
        """Whether the object is in all scopes of the quota; a quota without scopes counts everything."""
        if not all(scope in self.scopes for scope in spec.scopes):
            return False
        terms = spec.scope_selector.match_expressions if spec.scope_selector is not None else ()
        return all(self._fulfils(term) for term in terms)

    def _fulfils(self, term: core_v1.ScopedResourceSelectorRequirement) -> bool:
        if term.operator == "Exists" or term.scope_name not in self.classes:
            return term.scope_name in self.scopes
        names = self.classes[term.scope_name]
        if term.operator == "In":
            return not names.isdisjoint(term.values)
        if term.operator == "NotIn":
            return not names or not names.issubset(term.values)
        return not names
