"""How many seats a level could use, over time: what borrowing between levels goes by."""

from __future__ import annotations

import math

SMOOTHING = 0.977
"""How much of the smoothed demand is kept at each adjustment; every ten seconds, that halves it in five minutes."""


class Demand:
    """Integrates a number of seats over time; `turn` closes a period."""

    __slots__ = (
        "_highest",
        "_integral",
        "_seats",
        "_since",
        "_square",
        "_started",
        "average",
        "deviation",
        "smoothed",
        "watermark",
    )

    def __init__(self, now: float) -> None:
        self._since = self._started = now
        self._seats = self._highest = 0
        self._integral = self._square = 0.0
        self.average = 0.0
        """Of the last period, weighted by time."""
        self.deviation = 0.0
        """Standard deviation in the last period."""
        self.smoothed = 0.0
        """Average plus deviation, falling slowly and rising at once."""
        self.watermark = 0
        """The most in the last period."""

    def set(self, seats: int, now: float) -> None:
        """From `now` on it is `seats`."""
        weight = self._seats * (now - self._since)
        self._integral += weight
        self._square += weight * self._seats
        self._since = now
        self._seats = seats
        if seats > self._highest:
            self._highest = seats

    def turn(self, now: float) -> None:
        """End the period: the figures are those of it, the next one begins."""
        self.set(self._seats, now)
        self.watermark = self._highest
        length = now - self._started
        if length > 0:
            self.average = self._integral / length
            self.deviation = math.sqrt(max(self._square / length - self.average**2, 0.0))
            envelope = self.average + self.deviation
            self.smoothed = max(envelope, SMOOTHING * self.smoothed + (1 - SMOOTHING) * envelope)
        self._started = now
        self._integral = self._square = 0.0
        self._highest = self._seats
