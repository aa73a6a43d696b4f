"""The recent changes of one resource, kept for watches that start in the past."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import statuses

if TYPE_CHECKING:
    from .watch_cache import CacheEvent

MAX_EVENTS = 4096
"""Changes kept per resource."""

MAX_BYTES = 8 << 20
"""What those changes may weigh; a change of a large object pushes out many small ones."""


class WatchHistory:
    """Changes in order of revision; every change after `floor` is in it."""

    def __init__(self, revision: int) -> None:
        self._events: deque[CacheEvent] = deque()
        self._bytes = 0
        self._began = revision
        self.floor = revision

    @property
    def began(self) -> int:
        """The revision at which the cache was filled: later changes it has seen happen."""
        return self._began

    def add(self, event: CacheEvent) -> None:
        """A change happened."""
        if self._events:
            self._events[-1].forget_frames()
        self._events.append(event)
        self._bytes += len(event.object.data)
        self._trim()

    def recall(self, events: Sequence[CacheEvent], floor: int) -> None:
        """Put the changes between `floor` and `began` before those that are there."""
        if self.floor != self._began:
            return
        self._events.extendleft(reversed(events))
        self._bytes += sum(len(event.object.data) for event in events)
        self.floor = floor
        self._trim()

    def _trim(self) -> None:
        while len(self._events) > MAX_EVENTS or (self._bytes > MAX_BYTES and len(self._events) > 1):
            dropped = self._events.popleft()
            self._bytes -= len(dropped.object.data)
            self.floor = dropped.revision

    def since(self, revision: int) -> Sequence[CacheEvent]:
        """The changes after `revision`, oldest first.

        Raises:
            Expired: the window kept does not reach back that far.
        """
        if revision < self.floor:
            raise statuses.too_old_revision(revision, self.floor)
        found = []
        for event in reversed(self._events):
            if event.revision <= revision:
                break
            found.append(event)
        found.reverse()
        return found
