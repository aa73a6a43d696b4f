"""SPDY/3.1 frames as bytes: parsing and building, and nothing about what they mean.

Layout: draft-mbelshe-httpbis-spdy-00 section 2.2 and SPDY/3.1. A control frame starts with 0x8003 and its type, a data
frame with a stream id; then a byte of flags and a length of three bytes.
"""

from __future__ import annotations

import enum
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from agent.streams.spdy_dictionary import DICTIONARY

VERSION = 3
MAX_FRAME_BYTES = (1 << 24) - 1
FLAG_FIN = 0x01
FLAG_UNIDIRECTIONAL = 0x02
STREAM_MASK = 0x7FFFFFFF
INITIAL_WINDOW_SETTING = 7

Headers = Mapping[str, str]


class FrameType(enum.IntEnum):
    """Control frame types."""

    SYN_STREAM = 1
    SYN_REPLY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PING = 6
    GOAWAY = 7
    HEADERS = 8
    WINDOW_UPDATE = 9


class ResetStatus(enum.IntEnum):
    """Why a stream was reset."""

    PROTOCOL_ERROR = 1
    INVALID_STREAM = 2
    REFUSED_STREAM = 3
    UNSUPPORTED_VERSION = 4
    CANCEL = 5
    INTERNAL_ERROR = 6
    FLOW_CONTROL_ERROR = 7
    STREAM_IN_USE = 8
    STREAM_ALREADY_CLOSED = 9


class SpdyError(Exception):
    """The peer broke the protocol, or closed the connection in the middle of something."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `kind` is None for data, whose `stream_id` is in the frame's head."""

    kind: int | None
    flags: int
    payload: bytes
    stream_id: int = 0

    @property
    def fin(self) -> bool:
        """Whether the sender sends no more on this stream."""
        return bool(self.flags & FLAG_FIN)


class FrameParser:
    """Cuts a byte stream into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames completed by `data`.

        Raises:
            SpdyError: a control frame of another version of SPDY.
        """
        self._buffer += data
        frames = []
        start = 0
        while len(self._buffer) - start >= 8:
            first, second = struct.unpack_from(">II", self._buffer, start)
            length = second & 0xFFFFFF
            if len(self._buffer) - start - 8 < length:
                break
            payload = bytes(self._buffer[start + 8 : start + 8 + length])
            start += 8 + length
            flags = second >> 24
            if first & 0x80000000:
                if (first >> 16) & 0x7FFF != VERSION:
                    raise SpdyError(f"the peer speaks version {(first >> 16) & 0x7FFF} of SPDY, not {VERSION}")
                frames.append(Frame(first & 0xFFFF, flags, payload))
            else:
                frames.append(Frame(None, flags, payload, first))
        del self._buffer[:start]
        return frames


def control_frame(kind: FrameType, flags: int, payload: bytes) -> bytes:
    """A control frame's bytes."""
    return struct.pack(">HHI", 0x8000 | VERSION, kind, flags << 24 | len(payload)) + payload


def data_frame(stream_id: int, payload: bytes, *, fin: bool = False) -> bytes:
    """A data frame's bytes."""
    return struct.pack(">II", stream_id, (FLAG_FIN if fin else 0) << 24 | len(payload)) + payload


class HeaderCodec:
    """Header blocks of one direction of one connection; the zlib state spans its whole life, so order matters."""

    def __init__(self) -> None:
        self._compress = zlib.compressobj(zlib.Z_BEST_SPEED, zlib.DEFLATED, 11, 1, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
        self._decompress = zlib.decompressobj(zdict=DICTIONARY)

    def encode(self, headers: Headers) -> bytes:
        """The block for `headers`; names go in lower case, as the protocol demands."""
        parts = [struct.pack(">I", len(headers))]
        for name, value in headers.items():
            for text in (name.lower(), value):
                data = text.encode()
                parts += [struct.pack(">I", len(data)), data]
        return self._compress.compress(b"".join(parts)) + self._compress.flush(zlib.Z_SYNC_FLUSH)

    def decode(self, block: bytes) -> dict[str, str]:
        """The headers in `block`, names in lower case, several values joined by commas.

        Raises:
            SpdyError: a damaged block.
        """
        try:
            data = self._decompress.decompress(block)
            (count,) = struct.unpack_from(">I", data, 0)
            offset = 4
            headers: dict[str, str] = {}
            for _ in range(count):
                name, offset = _string(data, offset)
                value, offset = _string(data, offset)
                headers[name.lower()] = value.replace("\0", ",")
        except (zlib.error, struct.error, UnicodeDecodeError) as error:
            raise SpdyError(f"damaged header block: {error}") from error
        return headers


def _string(data: bytes, offset: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">I", data, offset)
    end = offset + 4 + length
    if end > len(data):
        raise struct.error("a header ends after its block")
    return data[offset + 4 : end].decode(), end
