"""The log format of CRI, and which part of a log a reader wants. Pure: bytes in, bytes out.

A line is ``<RFC 3339 time> <stdout|stderr> <P|F> <text>``; P marks a part of a longer line, so its newline is not the
program's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$")


class LogFormatError(ValueError):
    """A line that is not in the format of CRI."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log file; `text` ends with a newline unless the line is partial."""

    time: str
    stream: str
    text: bytes


def parse_line(line: bytes) -> LogLine:
    """Read one line, its newline included.

    Raises:
        LogFormatError: not the format of CRI.
    """
    parts = line.split(b" ", 3)
    if len(parts) != 4 or parts[1] not in (b"stdout", b"stderr"):
        raise LogFormatError(f"unsupported log format: {line[:80]!r}")
    text = parts[3]
    # The tag field may hold further tags after a colon.
    if parts[2].partition(b":")[0] == b"P":
        text = text.removesuffix(b"\n")
    return LogLine(parts[0].decode("ascii", "replace"), parts[1].decode(), text)


def nanoseconds(time: str) -> int:
    """An RFC 3339 time as nanoseconds since 1970.

    Raises:
        LogFormatError: not such a time.
    """
    found = _TIME.match(time)
    if not found:
        raise LogFormatError(f"unexpected timestamp format: {time!r}")
    try:
        seconds = datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00")).timestamp()
    except ValueError as error:
        raise LogFormatError(f"unexpected timestamp format: {time!r}") from error
    return int(seconds) * 1_000_000_000 + int((found[2] or "0").ljust(9, "0"))


def fixed_width(time: str) -> str:
    """`time` with nine digits after the point, as clients are shown it.

    Raises:
        LogFormatError: not a time.
    """
    found = _TIME.match(time)
    if not found:
        raise LogFormatError(f"unexpected timestamp format: {time!r}")
    return f"{found[1]}.{(found[2] or '').ljust(9, '0')}{found[3]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """What the reader asked for (PodLogOptions)."""

    follow: bool = False
    timestamps: bool = False
    tail: int | None = None
    """Lines from the end; None for all."""
    limit_bytes: int | None = None
    since: datetime | None = None
    stream: str = "All"
    """All, Stdout or Stderr."""


@dataclass(slots=True)
class LogFilter:
    """Turns lines of the file into what the reader sees; `finished` once the limit of bytes is reached."""

    options: LogOptions
    finished: bool = False
    _left: int | None = None
    _since: int | None = None
    _at_line_start: bool = field(default=True)

    def __post_init__(self) -> None:
        self._left = self.options.limit_bytes
        if self.options.since is not None:
            # As an integer: a float has too few digits for nanoseconds.
            delta = self.options.since - datetime(1970, 1, 1, tzinfo=UTC)
            self._since = (delta.days * 86_400 + delta.seconds) * 1_000_000_000 + delta.microseconds * 1_000

    def render(self, line: bytes) -> bytes:
        """What the reader sees of `line`; nothing for a line that is filtered out or in no known format."""
        try:
            parsed = parse_line(line)
            if self._since is not None:
                if nanoseconds(parsed.time) < self._since:
                    return b""
                # Lines are in the order of time: the first that is late enough ends the search.
                self._since = None
            prefix = f"{fixed_width(parsed.time)} ".encode() if self.options.timestamps and self._at_line_start else b""
        except LogFormatError:
            return b""
        self._at_line_start = parsed.text.endswith(b"\n")
        if self.options.stream not in ("All", parsed.stream.capitalize()):
            return b""
        return self._limited(prefix + parsed.text)

    def _limited(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        self.finished = self._left <= 0
        return data
