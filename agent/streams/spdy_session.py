"""A SPDY connection over an asyncio stream pair: streams that are read, written, half-closed and reset."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from types import TracebackType
from typing import Self

from agent.streams.spdy import (
    DataReceived,
    Event,
    GoneAway,
    SpdyConnection,
    StreamOpened,
    StreamReplied,
    StreamReset,
    WindowOpened,
)
from agent.streams.spdy_frames import Headers, ResetStatus, SpdyError

MAX_QUEUED_BYTES = 256 * 1024
"""Unread data of one stream above which the connection is read no further; TCP then slows the peer down."""
READ_BYTES = 64 * 1024


class SpdyStream:
    """One stream of a session."""

    def __init__(self, session: SpdySession, stream_id: int, headers: Headers) -> None:
        self.id = stream_id
        self.headers = headers
        self._session = session
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._ended = False
        self._changed = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    async def read(self) -> bytes:
        """The next data; empty when the peer sends no more, or the stream or connection is gone."""
        while not self._queue:
            if self._ended:
                return b""
            self._changed.clear()
            await self._changed.wait()
        data = self._queue.popleft()
        self._queued -= len(data)
        if self._queued <= MAX_QUEUED_BYTES:
            self._drained.set()
        self._session.consumed(self.id, len(data))
        return data

    async def read_all(self) -> bytes:
        """Everything until the peer sends no more."""
        parts = []
        while data := await self.read():
            parts.append(data)
        return b"".join(parts)

    async def write(self, data: bytes) -> None:
        """Send `data`, waiting while the peer has no room.

        Raises:
            SpdyError: the stream or the connection is closed.
        """
        await self._session.send(self.id, data)

    async def close(self) -> None:
        """Send no more; reading goes on."""
        with contextlib.suppress(SpdyError):
            await self._session.send(self.id, b"", fin=True)

    async def reset(self, status: ResetStatus = ResetStatus.CANCEL) -> None:
        """End the stream in both directions."""
        self.end()
        await self._session.reset(self.id, status)

    async def room(self) -> None:
        """Return when enough has been read that more may be fed."""
        await self._drained.wait()

    def feed(self, data: bytes) -> None:
        """Called by the session with what arrived."""
        if data:
            self._queue.append(data)
            self._queued += len(data)
            if self._queued > MAX_QUEUED_BYTES:
                self._drained.clear()
            self._changed.set()

    def end(self) -> None:
        """Called by the session when no more will arrive."""
        self._ended = True
        self._drained.set()
        self._changed.set()


class SpdySession:
    """One connection; `run` reads it, and is started by ``async with``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, client: bool) -> None:
        self._reader = reader
        self._writer = writer
        self._connection = SpdyConnection(client=client)
        self._streams: dict[int, SpdyStream] = {}
        self._incoming: asyncio.Queue[SpdyStream | None] = asyncio.Queue()
        self._window = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.get_running_loop().create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self, headers: Headers) -> SpdyStream:
        """Open a stream; the peer's acceptance is not waited for."""
        stream_id = self._connection.open_stream(headers)
        stream = self._streams[stream_id] = SpdyStream(self, stream_id, headers)
        await self._flush()
        return stream

    async def accept(self) -> SpdyStream | None:
        """The next stream that the peer opens; None when the connection has ended."""
        return await self._incoming.get()

    async def closed(self) -> None:
        """Return when the peer has closed the connection."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Say goodbye and close the connection."""
        if not self._closed:
            with contextlib.suppress(OSError, SpdyError):
                self._connection.go_away()
                await self._flush()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def send(self, stream_id: int, data: bytes, *, fin: bool = False) -> None:
        """Send all of `data` on the stream in frames that the peer has room for."""
        view = memoryview(data)
        while True:
            if self._closed:
                raise SpdyError("the connection is closed")
            size = min(self._connection.sendable(stream_id), len(view))
            if view and not size and stream_id in self._streams:
                self._window.clear()
                await self._window.wait()
                continue
            rest = view[size:]
            self._connection.send_data(stream_id, bytes(view[:size]), fin=fin and not rest)
            await self._flush()
            if not rest:
                return
            view = rest

    async def reset(self, stream_id: int, status: ResetStatus) -> None:
        """End the stream in both directions."""
        self._streams.pop(stream_id, None)
        self._connection.reset(stream_id, status)
        with contextlib.suppress(SpdyError):
            await self._flush()

    def consumed(self, stream_id: int, size: int) -> None:
        """The stream's reader has taken `size` bytes."""
        self._connection.consumed(stream_id, size)
        if data := self._connection.data_to_send():
            self._writer.write(data)

    async def _flush(self) -> None:
        if data := self._connection.data_to_send():
            self._writer.write(data)
        try:
            await self._writer.drain()
        except OSError as error:
            raise SpdyError(f"the connection is closed: {error}") from error

    async def _run(self) -> None:
        try:
            while data := await self._reader.read(READ_BYTES):
                for event in self._connection.receive(data):
                    await self._dispatch(event)
                await self._flush()
        except (OSError, SpdyError):
            pass
        finally:
            self._closed = True
            for stream in self._streams.values():
                stream.end()
            self._window.set()
            self._incoming.put_nowait(None)

    async def _dispatch(self, event: Event) -> None:
        match event:
            case StreamOpened(stream_id, headers, fin):
                stream = self._streams[stream_id] = SpdyStream(self, stream_id, headers)
                self._connection.reply(stream_id)
                if fin:
                    stream.end()
                self._incoming.put_nowait(stream)
            case DataReceived(stream_id, data, fin):
                if found := self._streams.get(stream_id):
                    found.feed(data)
                    if fin:
                        found.end()
                    await found.room()
            case StreamReplied(stream_id, _, fin):
                if fin and (found := self._streams.get(stream_id)):
                    found.end()
            case StreamReset(stream_id, _):
                if found := self._streams.pop(stream_id, None):
                    found.end()
                self._window.set()
            case WindowOpened():
                self._window.set()
            case GoneAway():
                pass
