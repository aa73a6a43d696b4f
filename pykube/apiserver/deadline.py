"""How long a request may take: the server's limit, or less where its ``timeout`` parameter says so.

Source: k8s.io/apiserver endpoints/filters (``WithRequestDeadline``), server/filters (long-running requests, timeouts);
the texts about durations are those of Go's time package.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

from pykube.errors import BadRequest, Timeout

from .request import RequestInfo

REQUEST_SECONDS: Final = 60.0
"""Upstream's default of ``--request-timeout``."""

LASTING: Final = frozenset({"attach", "exec", "log", "portforward", "proxy"})
"""Subresources that last as long as the client stays."""

_INVALID: Final = "invalid timeout specified in the request URL"
_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART: Final = re.compile(r"(\d+\.?\d*|\.\d+)([^\d.]*)", re.ASCII)


def is_lasting(info: RequestInfo) -> bool:
    """Whether a request has no deadline."""
    return info.verb in ("watch", "proxy") or (info.is_resource and info.subresource in LASTING)


def seconds(info: RequestInfo, limit: float) -> float | None:
    """The seconds that a request may take, at most `limit`; None when it may last.

    Raises:
        BadRequest: its ``timeout`` is no duration.
    """
    if is_lasting(info):
        return None
    text = info.query.get("timeout") if info.query else None
    if not text:
        return limit
    try:
        asked = duration(text)
    except ValueError as error:
        raise BadRequest(f"{_INVALID} - {error}") from None
    return asked if 0 < asked < limit else limit


class Deadlines:
    """The requests under way that have a deadline.

    One timer looks after all of them: hardly any ever reaches its own, and each would cost every request a timer.
    """

    def __init__(self) -> None:
        self._ends: dict[asyncio.Task[Any], float] = {}
        self._passed: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, task: asyncio.Task[Any], seconds: float) -> None:
        """Have the task cancelled in so many seconds, unless it is given to `end` before."""
        loop = task.get_loop()
        end = loop.time() + seconds
        self._ends[task] = end
        timer = self._timer
        if timer is None or end < timer.when():
            if timer is not None:
                timer.cancel()
            self._timer = loop.call_at(end, self._sweep, loop)

    def end(self, task: asyncio.Task[Any]) -> None:
        """The request is answered."""
        self._ends.pop(task, None)
        self._passed.discard(task)

    def has_passed(self, task: asyncio.Task[Any]) -> bool:
        """Whether the task was cancelled because its time was up, and for nothing else; it may then go on."""
        return task in self._passed and task.uncancel() == 0

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task in [task for task, end in self._ends.items() if end <= now]:
            del self._ends[task]
            self._passed.add(task)
            task.cancel()
        self._timer = loop.call_at(min(self._ends.values()), self._sweep, loop) if self._ends else None


def passed() -> Timeout:
    """What a request is answered whose time is up; a write may still be done."""
    return Timeout("Timeout: request did not complete within the allotted timeout")


def duration(text: str) -> float:
    """Seconds of a duration as Go writes it, such as ``1m30s``.

    Raises:
        ValueError: it is none.
    """
    shown = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    sign, rest = (-1 if text.startswith("-") else 1), text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0.0
    total, at = 0.0, 0
    while at < len(rest) or not rest:
        part = _PART.match(rest, at)
        if part is None:
            raise ValueError(f"time: invalid duration {shown}")
        number, unit = part.groups()
        if not unit:
            raise ValueError(f"time: missing unit in duration {shown}")
        if unit not in _UNITS:
            raise ValueError(f'time: unknown unit "{unit}" in duration {shown}')
        total += float(number) * _UNITS[unit]
        at = part.end()
    return sign * total
