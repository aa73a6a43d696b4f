"""Pods that wait for a node: ready to be tried, backing off, or waiting for something to change.

Pure but for the clock's reading it is given: `pop` never waits, `next_deadline` says when to look again.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from .plugin import ClusterEvent
from .podinfo import PodInfo

INITIAL_BACKOFF: Final = 1.0
"""Seconds before the second try; doubles with each further one."""
MAX_BACKOFF: Final = 10.0
MAX_UNSCHEDULABLE: Final = 300.0
"""Seconds after which a pod is tried again though nothing is known to have changed."""


@dataclass(slots=True)
class QueuedPod:
    """A waiting pod and its history. Times are seconds of a monotonic clock."""

    info: PodInfo
    added: float
    attempts: int = 0
    last_try: float = 0.0
    plugins: set[str] = field(default_factory=set)
    """Who rejected it last; empty: an error, so that anything may help."""
    gated: bool = False

    def backoff_until(self) -> float:
        """When it may be tried again at the earliest."""
        if not self.attempts:
            return 0.0
        return self.last_try + min(INITIAL_BACKOFF * 2.0 ** (self.attempts - 1), MAX_BACKOFF)


class SchedulingQueue:
    """The three queues; `events` says which events may help a pod that a plugin rejected."""

    def __init__(self, events: Mapping[str, frozenset[ClusterEvent]]) -> None:
        self._events = events
        self._pods: dict[str, QueuedPod] = {}
        self._active: list[tuple[int, float, int, str]] = []
        self._backoff: list[tuple[float, int, str]] = []
        self._waiting: dict[str, float] = {}
        self._place: dict[str, int] = {}
        self._tickets = itertools.count(1)

    def __len__(self) -> int:
        return len(self._pods)

    def __contains__(self, uid: object) -> bool:
        return uid in self._pods

    def add(self, info: PodInfo, now: float, *, gated_by: str = "") -> None:
        """A pod that is new, or whose gates have changed; `gated_by` names the plugin that holds it back."""
        queued = self._pods.get(info.uid)
        if queued is None:
            queued = self._pods[info.uid] = QueuedPod(info, added=now)
        queued.info = info
        queued.gated = bool(gated_by)
        if gated_by:
            queued.plugins = {gated_by}
            self._wait(queued, now)
        else:
            self._activate(queued)

    def update(self, info: PodInfo, now: float) -> None:
        """A waiting pod was changed; the change itself may have made it fit."""
        queued = self._pods[info.uid]
        queued.info = info
        if info.uid in self._waiting and not queued.gated and self._helps(queued, ClusterEvent.POD_UPDATED):
            self._ready(queued, now)

    def refresh(self, info: PodInfo) -> None:
        """Take over a new version of the pod that cannot have changed its fate (a status of our own)."""
        self._pods[info.uid].info = info

    def remove(self, uid: str) -> None:
        """The pod is gone, or bound."""
        self._pods.pop(uid, None)
        self._waiting.pop(uid, None)
        self._place.pop(uid, None)

    def is_gated(self, uid: str) -> bool:
        queued = self._pods.get(uid)
        return queued is not None and queued.gated

    def pop(self, now: float) -> QueuedPod | None:
        """The next pod to try: highest priority, then longest waiting. It stays known until `remove`."""
        self._advance(now)
        while self._active:
            _, _, ticket, uid = heapq.heappop(self._active)
            if self._place.get(uid) == ticket:
                del self._place[uid]
                queued = self._pods[uid]
                queued.attempts += 1
                queued.last_try = now
                return queued
        return None

    def failed(self, queued: QueuedPod, now: float, plugins: Iterable[str]) -> None:
        """The try failed: wait for an event that concerns `plugins`, or only back off when an error was the cause."""
        if self._pods.get(queued.info.uid) is not queued:
            return
        queued.plugins = set(plugins)
        queued.last_try = now
        if queued.plugins:
            self._wait(queued, now)
        else:
            self._ready(queued, now)

    def move(self, event: ClusterEvent, now: float) -> None:
        """Something happened: pods that it may help are tried again, after their backoff."""
        for uid in list(self._waiting):
            queued = self._pods[uid]
            if not queued.gated and self._helps(queued, event):
                self._ready(queued, now)

    def next_deadline(self) -> float | None:
        """When `pop` may find something that is not there yet; None: only an event can bring it."""
        while self._backoff and self._place.get(self._backoff[0][2]) != self._backoff[0][1]:
            heapq.heappop(self._backoff)
        times = [self._backoff[0][0]] if self._backoff else []
        oldest = next(self._ungated(), None)
        if oldest is not None:
            times.append(oldest[1] + MAX_UNSCHEDULABLE)
        return min(times, default=None)

    def _ungated(self) -> Iterator[tuple[str, float]]:
        return ((uid, since) for uid, since in self._waiting.items() if not self._pods[uid].gated)

    def _helps(self, queued: QueuedPod, event: ClusterEvent) -> bool:
        return not queued.plugins or any(event in self._events.get(plugin, ()) for plugin in queued.plugins)

    def _wait(self, queued: QueuedPod, now: float) -> None:
        self._place.pop(queued.info.uid, None)
        self._waiting.pop(queued.info.uid, None)
        self._waiting[queued.info.uid] = now

    def _ready(self, queued: QueuedPod, now: float) -> None:
        until = queued.backoff_until()
        if until <= now:
            self._activate(queued)
            return
        self._waiting.pop(queued.info.uid, None)
        ticket = next(self._tickets)
        self._place[queued.info.uid] = ticket
        heapq.heappush(self._backoff, (until, ticket, queued.info.uid))

    def _activate(self, queued: QueuedPod) -> None:
        self._waiting.pop(queued.info.uid, None)
        ticket = next(self._tickets)
        self._place[queued.info.uid] = ticket
        heapq.heappush(self._active, (-queued.info.priority, queued.added, ticket, queued.info.uid))

    def _advance(self, now: float) -> None:
        """Move over what has backed off long enough, or waited too long."""
        while self._backoff and self._backoff[0][0] <= now:
            _, ticket, uid = heapq.heappop(self._backoff)
            if self._place.get(uid) == ticket:
                self._activate(self._pods[uid])
        for uid, since in list(itertools.takewhile(lambda each: each[1] + MAX_UNSCHEDULABLE <= now, self._ungated())):
            del since
            self._activate(self._pods[uid])
