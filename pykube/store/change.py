"""A write as plain data, and the pure rule that turns it into an event: the compare-and-swap of every engine."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .base import Entry, Event, EventType, KeyExists, RevisionMismatch


class ChangeKind(enum.Enum):
    """What the writer wants."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One write that is asked for."""

    kind: ChangeKind
    key: str
    value: bytes = b""
    expected: int | None = None
    """The revision that the key must be at; None: any (of a key that is there)."""


def decide(change: Change, current: Entry | None, revision: int) -> Event:
    """The event that `change` becomes at `revision`, given what its key holds now.

    Raises:
        KeyExists: a creation found the key taken.
        RevisionMismatch: the key is not at the expected revision, or not there.
    """
    if change.kind is ChangeKind.CREATE:
        if current is not None:
            raise KeyExists(current)
        return Event(EventType.PUT, Entry(change.key, change.value, revision, revision), None)
    if current is None or (change.expected is not None and change.expected != current.revision):
        raise RevisionMismatch(change.key, current)
    if change.kind is ChangeKind.UPDATE:
        return Event(EventType.PUT, Entry(change.key, change.value, revision, current.create_revision), current)
    return Event(EventType.DELETE, Entry(change.key, b"", revision, current.create_revision), current)


def outcome(event: Event) -> Entry:
    """What the writer gets back: the new entry, or the last value with the revision of its deletion."""
    if event.type is EventType.PUT or event.previous is None:
        return event.entry
    return Entry(event.entry.key, event.previous.value, event.entry.revision, event.entry.create_revision)


def after_prefix(prefix: str) -> str:
    """The smallest string above every key that begins with `prefix`; keys hold no U+10FFFF."""
    return prefix + "\U0010ffff"
