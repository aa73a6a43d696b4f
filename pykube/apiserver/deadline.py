"""How long a request may take: the server's limit, or less where its ``timeout`` parameter says so.

Source: k8s.io/apiserver endpoints/filters (``WithRequestDeadline``), server/filters (long-running requests, timeouts);
the texts about durations are those of Go's time package.
"""

from __future__ import annotations

import re
from typing import Final

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
