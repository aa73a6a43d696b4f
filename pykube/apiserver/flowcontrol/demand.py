"""How many seats a level could use, over time: what borrowing between levels goes by."""

from __future__ import annotations

import math

SMOOTHING = 0.977
"""How much of the smoothed demand is kept at each adjustment; every ten seconds, that halves it in five minutes."""


class Demand:
    """Integrates a number of seats over time; `turn` closes a period.

    Whoever owns it tells each stretch of time with `lasted`, and keeps `highest` up itself, as both happen with every
    request.
    """

    __slots__ = ("_integral", "_length", "_square", "average", "deviation", "highest", "smoothed", "watermark")

    def __init__(self) -> None:
        self._length = self._integral = self._square = 0.0
        self.highest = 0
        """The most in this period so far."""
        self.average = 0.0
        """Of the last period, weighted by time."""
        self.deviation = 0.0
        """Standard deviation in the last period."""
        self.smoothed = 0.0
        """Average plus deviation, falling slowly and rising at once."""
        self.watermark = 0
        """The most in the last period."""

    def lasted(self, seats: int, seconds: float) -> None:
        """For so long it has been `seats`."""
        self._length += seconds
        if seats:
            weight = seats * seconds
            self._integral += weight
            self._square += weight * seats

    def turn(self, seats: int) -> None:
        """End the period: the figures are those of it, the next one begins with `seats`."""
        self.watermark, self.highest = self.highest, seats
        if self._length > 0:
            self.average = self._integral / self._length
            self.deviation = math.sqrt(max(self._square / self._length - self.average**2, 0.0))
            envelope = self.average + self.deviation
            self.smoothed = max(envelope, SMOOTHING * self.smoothed + (1 - SMOOTHING) * envelope)
        self._length = self._integral = self._square = 0.0
