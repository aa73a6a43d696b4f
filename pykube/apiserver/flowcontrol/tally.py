"""What is counted per priority level and flow schema; cheap to count, dear to read."""

from __future__ import annotations

import bisect
from collections import Counter
from dataclasses import dataclass, field

SECONDS = (0.0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
"""Upper bounds of the histograms of times."""

LENGTHS = (0.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)
"""Upper bounds of the histogram of queue lengths."""

WIDTHS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0)
"""Upper bounds of the histogram of seats."""

WATCHERS = (0.0, 1.0, 10.0, 100.0, 1000.0, 10000.0)
"""Upper bounds of the histogram of watchers that a write concerns."""


class Histogram:
    """Counts by upper bound, the last being without one."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect.bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulated(self) -> list[tuple[str, float]]:
        """As Prometheus wants it: (bound, number of values up to it)."""
        found, seen = [], 0
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            seen += count
            found.append((bound, float(seen)))
        return found


@dataclass(slots=True)
class Tally:
    """Counts of one flow schema's requests at one level."""

    dispatched: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By reason, in upstream's words: queue-full, concurrency-limit, time-out, cancelled."""
    waited: Histogram = field(default_factory=Histogram)
    """Seconds in a queue of those that were served in the end, zero included."""
    waited_in_vain: Histogram = field(default_factory=Histogram)
    executed: Histogram = field(default_factory=Histogram)
    """Seconds that a seat was taken: of being served, and of the turn of the event loop in which that ended."""
    initialised: Histogram = field(default_factory=Histogram)
    """The same of watches, until they had begun."""
    lengths: Histogram = field(default_factory=lambda: Histogram(LENGTHS))
    """Of the queue, behind each request that had to wait."""
    widths: Histogram = field(default_factory=lambda: Histogram(WIDTHS))
    """Seats of each request."""
    watchers: Histogram = field(default_factory=lambda: Histogram(WATCHERS))
    """Watches that each write concerned."""

    def executes(self, seats: int, seconds: float, *, watch: bool) -> None:
        """A request had so many seats for so long."""
        self.dispatched += 1
        times = self.initialised if watch else self.executed
        times.counts[bisect.bisect_left(SECONDS, seconds)] += 1
        times.total += seconds
        if seats == 1:
            self.widths.counts[0] += 1
            self.widths.total += 1
        else:
            self.widths.add(seats)
