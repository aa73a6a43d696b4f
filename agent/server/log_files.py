"""Reading a container's log file: from a line counted from its end, and on as it grows and is rotated."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from agent.server.inotify import DirectoryWatch
from agent.server.log_lines import LogFilter, LogOptions

BLOCK_BYTES = 64 * 1024


def tail_offset(stream: BinaryIO, lines: int, *, block_bytes: int = BLOCK_BYTES) -> int:
    """Where the last `lines` lines of `stream` start; the file is read backwards, block by block."""
    end = stream.seek(0, os.SEEK_END)
    if lines <= 0:
        return end
    position = end
    wanted = lines
    while position > 0:
        size = min(block_bytes, position)
        position -= size
        stream.seek(position)
        block = stream.read(size)
        at = len(block)
        if position + size == end and block.endswith(b"\n"):
            at -= 1  # the newline that ends the last line starts no other
        while (at := block.rfind(b"\n", 0, at)) >= 0:
            wanted -= 1
            if wanted == 0:
                return position + at + 1
    return 0


class LogReader:
    """One reader of one log file."""

    def __init__(self, path: Path, options: LogOptions) -> None:
        self._path = path
        self._options = options
        self._filter = LogFilter(options)
        self._stream: BinaryIO | None = None
        self._rest = b""

    async def chunks(self, stopped: Callable[[], Awaitable[None]] | None = None) -> AsyncGenerator[bytes, None]:
        """What the reader sees, in blocks. Following ends when `stopped()` (the container has ended) returns.

        Raises:
            OSError: the log file cannot be read.
        """
        self._stream = self._path.open("rb")
        try:
            if self._options.tail is not None:
                self._stream.seek(tail_offset(self._stream, self._options.tail))
            if self._options.follow:
                async for chunk in self._follow(stopped):
                    yield chunk
            else:
                for chunk in self._present():
                    yield chunk
        finally:
            self._stream.close()

    async def _follow(self, stopped: Callable[[], Awaitable[None]] | None) -> AsyncGenerator[bytes, None]:
        ended = asyncio.ensure_future(stopped()) if stopped is not None else None
        # The watch starts before the file is read: what is written in between is seen in one way or the other.
        async with DirectoryWatch(self._path.parent) as watch:
            try:
                while not self._filter.finished:
                    last = ended is not None and ended.done()
                    for chunk in self._present():
                        yield chunk
                    if self._reopened():
                        continue
                    if last:
                        return
                    change = asyncio.ensure_future(watch.changed())
                    try:
                        await asyncio.wait([change, *([ended] if ended else [])], return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        change.cancel()
            finally:
                if ended is not None:
                    ended.cancel()

    def _present(self) -> Iterator[bytes]:
        """What the file holds from here to its present end; an unfinished last line is kept for later."""
        assert self._stream is not None
        while not self._filter.finished and (block := self._stream.read(BLOCK_BYTES)):
            *lines, self._rest = (self._rest + block).split(b"\n")
            shown = []
            for line in lines:
                shown.append(self._filter.render(line + b"\n"))
                if self._filter.finished:
                    break
            if chunk := b"".join(shown):
                yield chunk

    def _reopened(self) -> bool:
        """Whether the file was rotated away: a new one stands at its path, and is open now."""
        assert self._stream is not None
        try:
            fresh = os.stat(self._path)
        except OSError:
            return False
        held = os.fstat(self._stream.fileno())
        if (fresh.st_dev, fresh.st_ino) == (held.st_dev, held.st_ino):
            if fresh.st_size < self._stream.tell():
                self._stream.seek(0)  # truncated in place
                self._rest = b""
                return True
            return False
        self._stream.close()
        self._stream = self._path.open("rb")
        self._rest = b""
        return True
