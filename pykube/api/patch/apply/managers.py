"""Who owns what: the entries of ``metadata.managedFields``, read, ordered and kept few."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ...meta_v1 import ManagedFieldsEntry
from . import field_sets
from .field_sets import Fields, difference

APPLY, UPDATE = "Apply", "Update"
FIELDS_V1 = "FieldsV1"

MAX_UPDATERS = 10
"""Entries of updates that an object keeps; upstream's number."""

ANCIENT = "ancient-changes"
"""Who owns the fields of updaters beyond that number."""


class Owner(NamedTuple):
    """What tells managers apart. Appliers are one manager whatever version they speak."""

    manager: str
    operation: str
    api_version: str
    subresource: str


@dataclass(slots=True, eq=False)
class Owned:
    """What a manager owns, in the words of which version, and since when it does.

    `stored` are the fields, as a set or still encoded: most writes need not look into most entries.
    """

    stored: Fields | msgspec.Raw
    api_version: str
    time: datetime | None

    @property
    def fields(self) -> Fields:
        if isinstance(self.stored, msgspec.Raw):
            self.stored = _decode(self.stored)
        return self.stored

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Owned):
            return NotImplemented
        return (self.api_version, self.time, self.fields) == (other.api_version, other.time, other.fields)

    __hash__ = None  # type: ignore[assignment]

    def without(self, taken: Sequence[Fields]) -> Fields | None:
        """What is left of the fields, or None when all of them are."""
        if isinstance(self.stored, msgspec.Raw):
            top = _decode_top(self.stored)
            if not any(element in top for fields in taken for element in fields):
                return None
        left = self.fields
        for fields in taken:
            left = difference(left, fields)
        return None if left is self.fields else left


_decode: Callable[[msgspec.Raw], Fields] = msgspec.json.Decoder(dict[str, Any]).decode
_decode_top: Callable[[msgspec.Raw], Mapping[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


Managed = dict[Owner, Owned]


def owner(manager: str, operation: str, api_version: str, subresource: str = "") -> Owner:
    """The identity of a manager."""
    return Owner(manager, operation, "" if operation == APPLY else api_version, subresource)


def read(entries: Iterable[ManagedFieldsEntry]) -> Managed:
    """The entries that the server wrote."""
    return {
        owner(entry.manager, entry.operation, entry.api_version, entry.subresource): Owned(
            entry.fields_v1 or {}, entry.api_version, entry.time
        )
        for entry in entries
    }


def checked(entries: Iterable[ManagedFieldsEntry]) -> Managed:
    """The entries that a client wrote.

    Raises:
        ValueError: one of them says something that cannot be.
    """
    found: Managed = {}
    for index, entry in enumerate(entries):
        if entry.operation not in (APPLY, UPDATE):
            raise ValueError("operation must be `Apply` or `Update`")
        if not entry.api_version:
            raise ValueError("apiVersion must not be empty")
        if not entry.fields_type:
            raise ValueError(f"missing fieldsType in managed fields entry {index}")
        if entry.fields_type != FIELDS_V1:
            raise ValueError(f'invalid fieldsType "{entry.fields_type}" in managed fields entry {index}')
        fields = field_sets.encoded(field_sets.parse(entry.fields_v1 or {}))
        who = owner(entry.manager, entry.operation, entry.api_version, entry.subresource)
        found[who] = Owned(fields, entry.api_version, entry.time)
    return found


def write(managed: Mapping[Owner, Owned]) -> list[ManagedFieldsEntry]:
    """The entries in the order in which they are kept: appliers first, then by time."""
    return [
        ManagedFieldsEntry(
            manager=who.manager,
            operation=who.operation,
            api_version=owned.api_version,
            time=owned.time,
            fields_type=FIELDS_V1,
            fields_v1=owned.stored,
            subresource=who.subresource,
        )
        for who, owned in sorted(managed.items(), key=_rank)
    ]


def _rank(entry: tuple[Owner, Owned]) -> tuple[Any, ...]:
    who, owned = entry
    return who.operation, _seconds(owned.time), who.manager, owned.api_version, who.subresource


def _seconds(time: datetime | None) -> float:
    return time.timestamp() if time else 0


def cap(managed: Managed) -> Managed:
    """No more than `MAX_UPDATERS` updaters: the oldest ones of a version become one."""
    updaters = [who for who in managed if who.operation == UPDATE]
    if len(updaters) <= MAX_UPDATERS:
        return managed
    found = dict(managed)
    updaters.sort(key=lambda who: (_seconds(managed[who].time), who))
    over = len(updaters) - MAX_UPDATERS
    first: dict[str, Owner] = {}
    for who in updaters:
        if not over:
            break
        owned = found[who]
        bucket = owner(ANCIENT, UPDATE, owned.api_version)
        if owned.api_version not in first:
            first[owned.api_version] = who
            continue
        if bucket not in found:
            found[bucket] = found.pop(first[owned.api_version])
        fields = field_sets.union(found[bucket].fields, owned.fields)
        if who != bucket:
            del found[who]
        found[bucket] = Owned(field_sets.encoded(fields), owned.api_version, owned.time)
        over -= 1
    return found


def same_but_times(one: Iterable[ManagedFieldsEntry], other: Iterable[ManagedFieldsEntry]) -> bool:
    """Whether the entries say the same, whenever they were made."""
    return {who: (owned.fields, owned.api_version) for who, owned in read(one).items()} == {
        who: (owned.fields, owned.api_version) for who, owned in read(other).items()
    }
