"""Lines from a stream of chunks, without a limit on their length.

The line of a watch event is as long as its object, up to megabytes; aiohttp's ``readline`` refuses long lines.
"""

from __future__ import annotations


class LineSplitter:
    """Collects chunks and gives out the lines that they complete."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that `chunk` completes, without their ends; empty lines are left out.

        Only the new chunk is searched, so that a long line costs its length and not the square of it.
        """
        first, *rest = chunk.split(b"\n")
        self._begun.append(first)
        if not rest:
            return []
        lines = [b"".join(self._begun), *rest[:-1]]
        self._begun = [rest[-1]]
        return [line for line in lines if line]

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun and not ended: at the end of a stream, that it was cut off."""
        return any(self._begun)
