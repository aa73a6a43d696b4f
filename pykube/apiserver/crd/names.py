"""Which of its names a definition gets: those that no other definition of its group has. Pure.

Source: apiextensions-apiserver, pkg/controller/status.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pykube.api import codec
from pykube.api.apiextensions_v1 import CustomResourceDefinition as Definition
from pykube.api.apiextensions_v1 import CustomResourceDefinitionCondition as Condition
from pykube.api.apiextensions_v1 import CustomResourceDefinitionNames as Names


@dataclass(frozen=True, slots=True)
class Taken:
    """The names in use in a group."""

    resources: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(slots=True)
class Accepted:
    """The names that a definition has from now on, and how that went."""

    names: Names
    conflicts: list[tuple[str, str]] = field(default_factory=list)

    def condition(self) -> Condition:
        """NamesAccepted."""
        if not self.conflicts:
            return Condition(type="NamesAccepted", status="True", reason="NoConflicts", message="no conflicts found")
        reason, message = self.conflicts[-1]
        return Condition(type="NamesAccepted", status="False", reason=reason, message=message)


def taken_by(others: Iterable[Names]) -> Taken:
    """What the accepted names of a group's definitions amount to."""
    resources: set[str] = set()
    kinds: set[str] = set()
    for names in others:
        resources.update((names.plural, names.singular, *names.short_names))
        kinds.update((names.kind, names.list_kind))
    return Taken(frozenset(resources), frozenset(kinds))


def accept(definition: Definition, taken: Taken) -> Accepted:
    """Give a definition each name that it wants and that is its own already or free.

    `taken` may hold the definition's own accepted names.
    """
    wanted, current = definition.spec.names, definition.status.accepted_names
    found = Accepted(codec.copy(current))
    for attribute, reason, used in (
        ("plural", "PluralConflict", taken.resources),
        ("singular", "SingularConflict", taken.resources),
        ("kind", "KindConflict", taken.kinds),
        ("list_kind", "ListKindConflict", taken.kinds),
    ):
        name = getattr(wanted, attribute)
        if name != getattr(current, attribute) and name in used:
            found.conflicts.append((reason, _in_use(name)))
        else:
            setattr(found.names, attribute, name)
    clashes = [name for name in wanted.short_names if name not in current.short_names and name in taken.resources]
    if clashes:
        texts = [_in_use(name) for name in clashes]
        found.conflicts.append(("ShortNamesConflict", texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"))
    else:
        found.names.short_names = list(wanted.short_names)
    found.names.categories = list(wanted.categories)
    return found


def _in_use(name: str) -> str:
    return f'"{name}" is already in use'
