"""The SPDY core: two connections joined back to back, and a peer that misbehaves."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.streams.spdy import (
    INITIAL_WINDOW,
    DataReceived,
    Event,
    GoneAway,
    SpdyConnection,
    StreamOpened,
    StreamReplied,
    StreamReset,
    WindowOpened,
)
from agent.streams.spdy_frames import FrameParser, FrameType, HeaderCodec, ResetStatus, SpdyError, control_frame


class Pair:
    """A client and a server, with a wire between them that tests can look at."""

    def __init__(self) -> None:
        self.client = SpdyConnection(client=True)
        self.server = SpdyConnection(client=False)

    def to_server(self) -> list[Event]:
        return self.server.receive(self.client.data_to_send())

    def to_client(self) -> list[Event]:
        return self.client.receive(self.server.data_to_send())


def test_stream_lives_and_ends() -> None:
    pair = Pair()
    stream = pair.client.open_stream({"streamType": "stdin"})
    assert stream == 1
    assert pair.to_server() == [StreamOpened(1, {"streamtype": "stdin"}, fin=False)]
    pair.server.reply(stream)
    assert pair.to_client() == [StreamReplied(1, {}, fin=False)]
    pair.client.send_data(stream, b"question", fin=True)
    assert pair.to_server() == [DataReceived(1, b"question", fin=True)]
    pair.server.send_data(stream, b"answer", fin=True)
    assert pair.to_client() == [DataReceived(1, b"answer", fin=True)]
    with pytest.raises(SpdyError, match="closed"):
        pair.client.send_data(stream, b"more")


def test_ids_are_odd_for_clients_and_even_for_servers() -> None:
    pair = Pair()
    assert [pair.client.open_stream({}), pair.client.open_stream({})] == [1, 3]
    assert [pair.server.open_stream({}), pair.server.open_stream({})] == [2, 4]


def test_header_compression_spans_streams() -> None:
    pair = Pair()
    sizes = []
    for number in range(3):
        pair.client.open_stream({"streamType": "data", "port": "8080", "requestID": str(number)})
        wire = pair.client.data_to_send()
        sizes.append(len(wire))
        (event,) = pair.server.receive(wire)
        assert isinstance(event, StreamOpened)
        assert event.headers["requestid"] == str(number)
    assert sizes[2] < sizes[0]


def test_ping_is_answered_once() -> None:
    pair = Pair()
    pair.client.ping()
    assert pair.to_server() == []
    assert pair.to_client() == []
    assert pair.client.data_to_send() == b""


def test_reset_and_goodbye() -> None:
    pair = Pair()
    stream = pair.client.open_stream({})
    pair.to_server()
    pair.server.reset(stream, ResetStatus.REFUSED_STREAM)
    pair.server.go_away()
    assert pair.to_client() == [StreamReset(1, ResetStatus.REFUSED_STREAM), GoneAway(1)]


def test_data_for_no_stream_is_refused() -> None:
    pair = Pair()
    stream = pair.client.open_stream({})
    pair.client.data_to_send()
    pair.client.send_data(stream, b"x")
    assert pair.to_server() == []
    assert pair.to_client() == [StreamReset(1, ResetStatus.INVALID_STREAM)]


def test_windows_bind_once_the_peer_shows_that_it_keeps_them() -> None:
    pair = Pair()
    stream = pair.client.open_stream({})
    pair.to_server()
    pair.client.send_data(stream, b"x" * 1000)
    assert pair.client.sendable(stream) > 0
    window = 10
    pair.client.receive(control_frame(FrameType.SETTINGS, 0, struct.pack(">III", 1, 7, INITIAL_WINDOW + window)))
    for _ in range(2):
        pair.client.send_data(stream, b"x" * ((INITIAL_WINDOW - 1000) // 2))
    assert pair.client.sendable(stream) == window
    pair.client.send_data(stream, b"x" * window)
    assert pair.client.sendable(stream) == 0
    events = pair.client.receive(control_frame(FrameType.WINDOW_UPDATE, 0, struct.pack(">II", stream, 5)))
    assert events == [WindowOpened(stream)]
    assert pair.client.sendable(stream) == 5


def test_other_versions_are_refused() -> None:
    with pytest.raises(SpdyError, match="version 2"):
        SpdyConnection(client=False).receive(struct.pack(">HHI", 0x8002, 1, 0))


@pytest.mark.parametrize("kind", [FrameType.SYN_STREAM, FrameType.RST_STREAM, FrameType.PING, FrameType.GOAWAY])
def test_damaged_frames_are_errors(kind: FrameType) -> None:
    with pytest.raises(SpdyError):
        SpdyConnection(client=False).receive(control_frame(kind, 0, b"\0\0"))


@given(st.dictionaries(st.text("abcdefgh-", min_size=1, max_size=20), st.text(max_size=50), max_size=10))
def test_headers_survive(headers: dict[str, str]) -> None:
    shown = {name: value.replace("\0", ",") for name, value in headers.items()}
    assert HeaderCodec().decode(HeaderCodec().encode(headers)) == shown


@given(st.binary(max_size=64))
def test_damaged_headers_are_errors_and_nothing_else(block: bytes) -> None:
    with contextlib.suppress(SpdyError):
        HeaderCodec().decode(block)


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 7))
def test_frames_are_found_however_the_bytes_are_cut(payloads: list[bytes], step: int) -> None:
    wire = b"".join(control_frame(FrameType.PING, 0, payload) for payload in payloads)
    parser = FrameParser()
    found = [frame.payload for at in range(0, len(wire), step) for frame in parser.feed(wire[at : at + step])]
    assert found == payloads
