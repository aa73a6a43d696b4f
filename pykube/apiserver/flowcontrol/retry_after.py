"""What ``Retry-After`` says: it doubles while many are turned away, and falls by one when few are.

Source: k8s.io/apiserver util/flowcontrol, dropped requests tracker; the idea is TCP's.
"""

from __future__ import annotations

from collections import deque

MOST = 32
"""Seconds that a client is sent away for at most."""

_MANY = 3
"""Turned away per second of waiting that make it double."""


class RetryAfter:
    """For one priority level; `second` is whole wall or monotonic time."""

    def __init__(self) -> None:
        self.seconds = 1
        self._second = 0
        self._count = 0
        self._doubled = 0
        self._past: deque[tuple[int, int]] = deque()

    def dropped(self, second: int) -> None:
        """A request was turned away."""
        if second != self._second:
            if self._count:
                self._past.append((self._second, self._count))
            self._second, self._count = second, 0
            self._forget()
            self._adjust()
        self._count += 1

    def _forget(self) -> None:
        keep = min(2 * self.seconds, MOST)
        while self._past and self._second - self._past[0][0] > keep + 1:
            self._past.popleft()

    def _adjust(self) -> None:
        """Decided when a second begins, by what happened before it."""
        recent = sum(count for second, count in self._past if self._second - second <= self.seconds)
        if recent >= _MANY * self.seconds and self._second - self._doubled >= self.seconds:
            self.seconds = min(2 * self.seconds, MOST)
            self._doubled = self._second
        elif recent < self.seconds and self.seconds > 1:
            self.seconds -= 1
