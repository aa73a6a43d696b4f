"""Translation between WebSocket channels and SPDY streams, with the runtime's side played by the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agent.streams.remotecommand import StreamOptions, error_text, exit_status, failure, success, translate
from agent.streams.spdy_session import SpdySession, SpdyStream
from agent.streams.upgrade import Upgraded
from agent.streams.websocket_channels import PROTOCOLS, UNNAMED, ChannelError, ChannelProtocol, negotiate
from tests.fakes.stream_pair import stream_pair

V5 = PROTOCOLS["v5.channel.k8s.io"]
V1 = PROTOCOLS["channel.k8s.io"]
BASE64 = PROTOCOLS["v4.base64.channel.k8s.io"]


class FakeSocket:
    """A WebSocket whose client is the test."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[bytes | str | None] = asyncio.Queue()
        self.sent: list[bytes | str] = []
        self.closed_with: int | None = None

    async def receive(self) -> bytes | str | None:
        return await self.incoming.get()

    async def send(self, message: bytes | str) -> None:
        self.sent.append(message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.closed_with = code


@asynccontextmanager
async def translation(
    protocol: ChannelProtocol, options: StreamOptions
) -> AsyncIterator[tuple[FakeSocket, dict[str, SpdyStream], asyncio.Task[None]]]:
    """A translation under way: the client's socket, the runtime's streams by type, and the task."""
    near, far = await stream_pair()
    socket = FakeSocket()
    task = asyncio.create_task(translate(socket, protocol, options, Upgraded(*near, {})))
    async with SpdySession(*far, client=False) as session:
        streams = {}
        for _ in options.channels:
            stream = await session.accept()
            assert stream is not None
            streams[stream.headers["streamtype"]] = stream
        yield socket, streams, task
    await task


def test_output_comes_before_the_status() -> None:
    async def run() -> None:
        async with translation(V5, StreamOptions(stdout=True, stderr=True)) as (socket, streams, task):
            await streams["error"].write(exit_status(3))
            await streams["error"].close()
            await streams["stdout"].write(b"out")
            await streams["stderr"].close()
            await streams["stdout"].close()
            await task
        assert socket.sent == [b"\1", b"\1out", b"\3" + exit_status(3)]
        assert socket.closed_with == 1000

    asyncio.run(run())


def test_close_signal_ends_stdin_and_only_stdin() -> None:
    async def run() -> None:
        async with translation(V5, StreamOptions(stdin=True, stdout=True)) as (socket, streams, _):
            for message in (b"\0in", b"\1ignored", b"\xff\1", b"\xff\0", b""):
                socket.incoming.put_nowait(message)
            assert await streams["stdin"].read_all() == b"in"
            socket.incoming.put_nowait(None)

    asyncio.run(run())


def test_resize_reaches_the_terminal() -> None:
    async def run() -> None:
        options = StreamOptions(stdin=True, stdout=True, stderr=True, tty=True)
        async with translation(V5, options) as (socket, streams, _):
            assert sorted(streams) == ["error", "resize", "stdin", "stdout"]
            socket.incoming.put_nowait(b'\4{"Width":80}')
            assert await streams["resize"].read() == b'{"Width":80}'
            socket.incoming.put_nowait(None)

    asyncio.run(run())


def test_older_clients_get_the_bare_message() -> None:
    async def run() -> None:
        async with translation(V1, StreamOptions(stdout=True)) as (socket, streams, task):
            await streams["error"].write(exit_status(3))
            await streams["error"].close()
            await streams["stdout"].close()
            await task
        assert socket.sent == [b"\1", b"\3command terminated with non-zero exit code: exit status 3"]

    asyncio.run(run())


def test_client_that_leaves_ends_the_streams() -> None:
    async def run() -> None:
        async with translation(V5, StreamOptions(stdin=True)) as (socket, streams, task):
            socket.incoming.put_nowait(None)
            await task
            assert await streams["stdin"].read_all() == b""

    asyncio.run(run())


def test_status_of_a_failure() -> None:
    assert json.loads(failure("no"))["message"] == "no"
    assert exit_status(0) == success()
    assert error_text(success()) == b""
    assert error_text(b"not json") == b"not json"


def test_base64_messages() -> None:
    assert BASE64.encode(1, b"\xff") == "1/w=="
    assert BASE64.decode("0aGk=") == (0, b"hi")
    with pytest.raises(ChannelError):
        BASE64.decode("0!")
    with pytest.raises(ChannelError):
        BASE64.decode("")


def test_first_known_protocol_wins() -> None:
    assert negotiate(["v9.channel.k8s.io", "v5.channel.k8s.io", "v4.channel.k8s.io"]) is V5
    assert negotiate([]) is UNNAMED
    assert negotiate(["chat"]) is None
