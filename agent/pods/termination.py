"""What a container says when it ends: its termination message, or the end of its log."""

from __future__ import annotations

import json
from pathlib import Path

MOST_BYTES = 4096
LOG_BYTES = 2048
LOG_LINES = 80


def message(path: Path | None, policy: str, log: Path | None, exit_code: int) -> str:
    """The file's text; with FallbackToLogsOnError the log's end where the file is empty and the container failed."""
    text = _tail(path, MOST_BYTES) if path is not None else b""
    if text or policy != "FallbackToLogsOnError" or exit_code == 0 or log is None:
        return text.decode(errors="replace")
    lines = [_payload(line) for line in _tail(log, 16 * LOG_BYTES).splitlines()[-LOG_LINES:]]
    return b"".join(lines)[-LOG_BYTES:].decode(errors="replace")


def _tail(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - most, 0))
            return file.read(most)
    except OSError:
        return b""


def _payload(line: bytes) -> bytes:
    """The text of one line of a CRI log: ``<time> <stream> <P or F> <text>``; also Docker's JSON lines."""
    parts = line.split(b" ", 3)
    if len(parts) == 4 and parts[2] in (b"P", b"F"):
        return parts[3] + (b"\n" if parts[2] == b"F" else b"")
    try:
        return str(json.loads(line).get("log", "")).encode()
    except (ValueError, AttributeError):
        return line + b"\n"
