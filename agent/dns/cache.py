"""Answers of other servers, kept for as long as they say."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from pykube.aio.clock import Clock

from .wire import NOERROR, NXDOMAIN, FormatError, aged, code_of, is_truncated, ttl_fields

Key = tuple[bytes, int, bool, bool]
"""Name, type, whether with EDNS, whether with DNSSEC records."""

_LONGEST = 300
_LONGEST_NEGATIVE = 30


@dataclass(slots=True)
class _Entry:
    message: bytes
    offsets: list[int]
    stored: float
    expires: float


class Cache:
    """The most recently used answers, at most `size` of them."""

    def __init__(self, clock: Clock, size: int = 10_000) -> None:
        self._clock = clock
        self._size = size
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> bytes | None:
        """A response whose TTLs are lowered by the time it lay here; its id is that of another query."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        now = self._clock.monotonic()
        if now >= entry.expires:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return aged(entry.message, entry.offsets, int(now - entry.stored))

    def put(self, key: Key, message: bytes) -> None:
        """Keep a response, if it is of a kind that may be kept."""
        if is_truncated(message) or code_of(message) not in (NOERROR, NXDOMAIN):
            return
        try:
            offsets, lifetime = ttl_fields(message)
        except FormatError:
            return
        if not lifetime:
            return
        negative = code_of(message) == NXDOMAIN or message[6:8] == b"\0\0"
        now = self._clock.monotonic()
        expires = now + min(lifetime, _LONGEST_NEGATIVE if negative else _LONGEST)
        self._entries[key] = _Entry(message, offsets, now, expires)
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)
