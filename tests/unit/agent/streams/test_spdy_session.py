"""SPDY over asyncio streams: many streams at once, slow readers, connections that break."""

from __future__ import annotations

import asyncio

import pytest

from agent.streams.spdy_frames import SpdyError
from agent.streams.spdy_session import MAX_QUEUED_BYTES, SpdySession
from agent.streams.splice import splice
from tests.fakes.stream_pair import stream_pair


async def echo(session: SpdySession) -> None:
    """Send back whatever arrives on any stream."""
    while (stream := await session.accept()) is not None:
        while data := await stream.read():
            await stream.write(data)
        await stream.close()


def test_large_data_survives_a_slow_reader() -> None:
    async def run() -> None:
        near, far = await stream_pair()
        async with SpdySession(*near, client=True) as client, SpdySession(*far, client=False) as server:
            echoing = asyncio.create_task(echo(server))
            stream = await client.open({"streamType": "data"})
            data = bytes(range(256)) * (4 * MAX_QUEUED_BYTES // 256)
            sending = asyncio.create_task(stream.write(data))
            sending.add_done_callback(lambda _: asyncio.ensure_future(stream.close()))
            assert await stream.read_all() == data
            await client.close()
            await echoing

    asyncio.run(run())


def test_broken_connection_ends_reads_and_refuses_writes() -> None:
    async def run() -> None:
        near, far = await stream_pair()
        async with SpdySession(*near, client=True) as client:
            stream = await client.open({})
            far[1].close()
            assert await stream.read() == b""
            await client.closed()
            with pytest.raises(SpdyError, match="closed"):
                await stream.write(b"x")
            assert await client.accept() is None
        await far[1].wait_closed()

    asyncio.run(run())


def test_splice_passes_half_closes_on() -> None:
    async def run() -> None:
        left, left_far = await stream_pair()
        right, right_far = await stream_pair()
        joined = asyncio.create_task(splice(left, right))
        left_far[1].write(b"question")
        left_far[1].write_eof()
        assert await right_far[0].read() == b"question"
        right_far[1].write(b"answer")
        right_far[1].close()
        assert await left_far[0].read() == b"answer"
        await joined
        left_far[1].close()

    asyncio.run(run())
