"""Conflicts of an apply: who owns the fields that it would change, as people and programs are told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from ....errors import Cause, Details
from ....errors import Conflict as ApiConflict
from .field_sets import Path, show
from .managers import UPDATE, Owner


class Conflict(NamedTuple):
    """One field that somebody else owns."""

    owner: Owner
    path: Path


class ConflictsError(Exception):
    """An apply would take fields from others."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(f"{len(conflicts)} conflicts")
        self.conflicts = conflicts

    def to_api(self) -> ApiConflict:
        """The failure that the client gets."""
        causes = tuple(
            Cause("FieldManagerConflict", f"conflict with {_shown(found.owner)}", show(found.path))
            for found in self.conflicts
        )
        return ApiConflict(_message(self.conflicts), Details(causes=causes))


def _message(conflicts: Sequence[Conflict]) -> str:
    if len(conflicts) == 1:
        (one,) = conflicts
        return f"Apply failed with 1 conflict: conflict with {_shown(one.owner)}: {show(one.path)}"
    lines = []
    for owner, found in itertools.groupby(sorted(conflicts), key=lambda conflict: conflict.owner):
        lines.append(f"conflicts with {_shown(owner)}:")
        lines.extend(f"- {show(conflict.path)}" for conflict in found)
    return f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)


def _shown(owner: Owner) -> str:
    found = f'"{owner.manager}"'
    if owner.subresource:
        found += f' with subresource "{owner.subresource}"'
    return f"{found} using {owner.api_version}" if owner.operation == UPDATE else found
