"""Exponential backoff, as one value that says how long to wait next."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Delays that grow from `base` to `cap`, in seconds.

    `jitter` is the share of each delay that is drawn at random on top of it (0.1: up to a tenth more), so that many
    clients which lost the same server do not come back in step.
    """

    base: float
    cap: float
    factor: float = 2.0
    jitter: float = 0.0
    failures: int = 0

    def next(self) -> float:
        """The delay after one more failure."""
        delay = self.base
        for _ in range(self.failures):
            delay *= self.factor
            if delay >= self.cap:
                delay = self.cap
                break
        self.failures += 1
        if self.jitter:
            delay += delay * self.jitter * random.random()
        return delay

    def reset(self) -> None:
        """Forget the failures: the next delay is `base` again."""
        self.failures = 0
