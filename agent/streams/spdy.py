"""The state of one SPDY/3.1 connection, client or server: bytes in, events out; calls in, bytes out. No sockets.

Flow control: the implementation that Kubernetes and containerd share neither sends nor minds WINDOW_UPDATE, and would
stop a sender that waits for it after 64 KiB. So windows bind this side only once the peer has shown that it keeps
them, by SETTINGS or WINDOW_UPDATE; what this side has consumed is always credited to such a peer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.streams.spdy_frames import (
    FLAG_FIN,
    FLAG_UNIDIRECTIONAL,
    INITIAL_WINDOW_SETTING,
    STREAM_MASK,
    Frame,
    FrameParser,
    FrameType,
    HeaderCodec,
    Headers,
    ResetStatus,
    SpdyError,
    control_frame,
    data_frame,
)

INITIAL_WINDOW = 64 * 1024
MAX_DATA_BYTES = 32 * 1024
"""Payload of one data frame sent; small enough that streams share the connection fairly."""


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """The peer opened a stream; answer it with `reply` or `reset`."""

    stream_id: int
    headers: Headers
    fin: bool


@dataclass(frozen=True, slots=True)
class StreamReplied:
    """The peer accepted a stream that we opened."""

    stream_id: int
    headers: Headers
    fin: bool


@dataclass(frozen=True, slots=True)
class DataReceived:
    """Data on a stream; `fin`: the peer sends no more on it."""

    stream_id: int
    data: bytes
    fin: bool


@dataclass(frozen=True, slots=True)
class StreamReset:
    """The peer ended a stream in both directions."""

    stream_id: int
    status: int


@dataclass(frozen=True, slots=True)
class WindowOpened:
    """The peer has room for more: on one stream, or on all (id 0)."""

    stream_id: int


@dataclass(frozen=True, slots=True)
class GoneAway:
    """The peer accepts no more streams; the ones up to `last_stream_id` go on."""

    last_stream_id: int


Event: TypeAlias = StreamOpened | StreamReplied | DataReceived | StreamReset | WindowOpened | GoneAway


@dataclass(slots=True)
class _Stream:
    window: int
    sent_fin: bool = False
    received_fin: bool = False


@dataclass(slots=True)
class SpdyConnection:
    """Both roles; a client opens streams with odd ids, a server with even ones."""

    client: bool
    _parser: FrameParser = field(default_factory=FrameParser)
    _codec: HeaderCodec = field(default_factory=HeaderCodec)
    _streams: dict[int, _Stream] = field(default_factory=dict)
    _outgoing: list[bytes] = field(default_factory=list)
    _next_id: int = 0
    _next_ping: int = 0
    _last_peer_id: int = 0
    _peer_window: int = INITIAL_WINDOW
    _peer_keeps_windows: bool = False

    def __post_init__(self) -> None:
        self._next_id = self._next_ping = 1 if self.client else 2

    # Outwards

    def data_to_send(self) -> bytes:
        """What must be written to the peer now; empties the queue."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    def open_stream(self, headers: Headers, *, fin: bool = False, unidirectional: bool = False) -> int:
        """Open a stream and return its id."""
        stream_id = self._next_id
        self._next_id += 2
        flags = (FLAG_FIN if fin else 0) | (FLAG_UNIDIRECTIONAL if unidirectional else 0)
        payload = struct.pack(">IIH", stream_id, 0, 0) + self._codec.encode(headers)
        self._streams[stream_id] = _Stream(self._peer_window, sent_fin=fin, received_fin=unidirectional)
        self._control(FrameType.SYN_STREAM, payload, flags)
        return stream_id

    def reply(self, stream_id: int, headers: Headers | None = None, *, fin: bool = False) -> None:
        """Accept a stream that the peer opened."""
        self._control(
            FrameType.SYN_REPLY,
            struct.pack(">I", stream_id) + self._codec.encode(headers or {}),
            FLAG_FIN if fin else 0,
        )
        if fin:
            self._sent_fin(stream_id)

    def sendable(self, stream_id: int) -> int:
        """How many bytes may be sent on the stream now; zero where it is closed for us."""
        stream = self._streams.get(stream_id)
        if stream is None or stream.sent_fin:
            return 0
        return max(0, min(stream.window, MAX_DATA_BYTES)) if self._peer_keeps_windows else MAX_DATA_BYTES

    def send_data(self, stream_id: int, data: bytes, *, fin: bool = False) -> None:
        """Send at most `sendable` bytes.

        Raises:
            SpdyError: the stream is closed for us.
        """
        stream = self._streams.get(stream_id)
        if stream is None or stream.sent_fin:
            raise SpdyError(f"stream {stream_id} is closed")
        stream.window -= len(data)
        self._outgoing.append(data_frame(stream_id, data, fin=fin))
        if fin:
            self._sent_fin(stream_id)

    def reset(self, stream_id: int, status: ResetStatus = ResetStatus.CANCEL) -> None:
        """End the stream in both directions."""
        self._streams.pop(stream_id, None)
        self._control(FrameType.RST_STREAM, struct.pack(">II", stream_id, status))

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._control(FrameType.PING, struct.pack(">I", self._next_ping))
        self._next_ping += 2

    def go_away(self) -> None:
        """Say that no more streams are accepted."""
        self._control(FrameType.GOAWAY, struct.pack(">II", self._last_peer_id, 0))

    def consumed(self, stream_id: int, size: int) -> None:
        """The application has taken `size` bytes of the stream: credit them to a peer that counts."""
        if self._peer_keeps_windows and size and stream_id in self._streams:
            self._control(FrameType.WINDOW_UPDATE, struct.pack(">II", stream_id, size))

    # Inwards

    def receive(self, data: bytes) -> list[Event]:
        """What the peer's bytes mean.

        Raises:
            SpdyError: the peer broke the protocol; the connection is of no further use.
        """
        events: list[Event] = []
        for frame in self._parser.feed(data):
            try:
                event = self._data(frame) if frame.kind is None else self._handle(frame)
            except struct.error as error:
                raise SpdyError(f"damaged frame of type {frame.kind}: {error}") from error
            if event is not None:
                events.append(event)
        return events

    def _handle(self, frame: Frame) -> Event | None:
        match frame.kind:
            case FrameType.SYN_STREAM:
                return self._opened(frame)
            case FrameType.SYN_REPLY | FrameType.HEADERS:
                (stream_id,) = struct.unpack_from(">I", frame.payload)
                headers = self._codec.decode(frame.payload[4:])
                if frame.fin:
                    self._received_fin(stream_id & STREAM_MASK)
                return StreamReplied(stream_id & STREAM_MASK, headers, frame.fin)
            case FrameType.RST_STREAM:
                stream_id, status = struct.unpack(">II", frame.payload)
                self._streams.pop(stream_id & STREAM_MASK, None)
                return StreamReset(stream_id & STREAM_MASK, status)
            case FrameType.SETTINGS:
                return self._settings(frame)
            case FrameType.PING:
                (number,) = struct.unpack(">I", frame.payload)
                if number % 2 == (0 if self.client else 1):
                    self._control(FrameType.PING, frame.payload)
                return None
            case FrameType.GOAWAY:
                (last,) = struct.unpack_from(">I", frame.payload)
                return GoneAway(last & STREAM_MASK)
            case FrameType.WINDOW_UPDATE:
                stream_id, delta = struct.unpack(">II", frame.payload)
                return self._window(stream_id & STREAM_MASK, delta & STREAM_MASK)
        return None

    def _opened(self, frame: Frame) -> Event | None:
        (stream_id,) = struct.unpack_from(">I", frame.payload)
        stream_id &= STREAM_MASK
        # The block must be decoded even for a stream that is refused: the compression state goes on.
        headers = self._codec.decode(frame.payload[10:])
        if stream_id % 2 == (1 if self.client else 0) or stream_id <= self._last_peer_id:
            self.reset(stream_id, ResetStatus.PROTOCOL_ERROR)
            return None
        self._last_peer_id = stream_id
        unidirectional = bool(frame.flags & FLAG_UNIDIRECTIONAL)
        self._streams[stream_id] = _Stream(self._peer_window, sent_fin=unidirectional, received_fin=frame.fin)
        return StreamOpened(stream_id, headers, frame.fin)

    def _data(self, frame: Frame) -> Event | None:
        stream = self._streams.get(frame.stream_id)
        if stream is None or stream.received_fin:
            if not frame.fin or frame.payload:
                self._control(FrameType.RST_STREAM, struct.pack(">II", frame.stream_id, ResetStatus.INVALID_STREAM))
            return None
        if frame.fin:
            self._received_fin(frame.stream_id)
        return DataReceived(frame.stream_id, frame.payload, frame.fin)

    def _settings(self, frame: Frame) -> Event | None:
        (count,) = struct.unpack_from(">I", frame.payload)
        for index in range(count):
            kind, value = struct.unpack_from(">II", frame.payload, 4 + 8 * index)
            if kind & 0xFFFFFF == INITIAL_WINDOW_SETTING:
                self._peer_keeps_windows = True
                for stream in self._streams.values():
                    stream.window += value - self._peer_window
                self._peer_window = value
        return WindowOpened(0)

    def _window(self, stream_id: int, delta: int) -> Event:
        self._peer_keeps_windows = True
        if stream := self._streams.get(stream_id):
            stream.window += delta
        return WindowOpened(stream_id)

    def _control(self, kind: FrameType, payload: bytes, flags: int = 0) -> None:
        self._outgoing.append(control_frame(kind, flags, payload))

    def _sent_fin(self, stream_id: int) -> None:
        if stream := self._streams.get(stream_id):
            stream.sent_fin = True
            if stream.received_fin:
                del self._streams[stream_id]

    def _received_fin(self, stream_id: int) -> None:
        if stream := self._streams.get(stream_id):
            stream.received_fin = True
            if stream.sent_fin:
                del self._streams[stream_id]
