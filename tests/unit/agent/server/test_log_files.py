"""Tailing and following a log file as it grows, is rotated, and its container ends."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.server.log_files import LogReader, tail_offset
from agent.server.log_lines import LogOptions


def line(text: str) -> bytes:
    return f"2026-01-01T00:00:01Z stdout F {text}\n".encode()


@given(st.lists(st.text("ab", max_size=5), max_size=20), st.integers(0, 25), st.booleans())
def test_tail_starts_at_the_right_line(lines: list[str], wanted: int, ended: bool) -> None:
    text = "\n".join(lines) + ("\n" if ended and lines else "")
    data = text.encode()
    found = data[tail_offset(io.BytesIO(data), wanted, block_bytes=4) :]
    expected = data.splitlines(keepends=True)[-wanted:] if wanted else []
    assert found == b"".join(expected)


def test_present_log_is_read_to_its_end(tmp_path: Path) -> None:
    log = tmp_path / "0.log"
    log.write_bytes(line("one") + line("two") + b"2026-01-01T00:00:01Z stdout F unfin")

    async def run() -> bytes:
        return b"".join([chunk async for chunk in LogReader(log, LogOptions(tail=2)).chunks()])

    assert asyncio.run(run()) == b"two\n"


def test_following_goes_on_after_rotation_until_the_container_ends(tmp_path: Path) -> None:
    log = tmp_path / "0.log"
    log.write_bytes(line("one"))

    async def run() -> None:
        stopped = asyncio.Event()

        async def wait_stopped() -> None:
            await stopped.wait()

        chunks = LogReader(log, LogOptions(follow=True)).chunks(wait_stopped)
        assert await anext(chunks) == b"one\n"
        with log.open("ab") as stream:
            stream.write(line("two"))
        assert await anext(chunks) == b"two\n"
        with log.open("ab") as stream:
            stream.write(line("three"))
        log.rename(tmp_path / "0.log.20260101-000000")
        log.write_bytes(line("four"))
        assert await anext(chunks) + await anext(chunks) == b"three\nfour\n"
        with log.open("ab") as stream:
            stream.write(line("last"))
        stopped.set()
        assert [chunk async for chunk in chunks] == [b"last\n"]

    asyncio.run(run())


def test_missing_log_is_an_error(tmp_path: Path) -> None:
    async def run() -> None:
        async for _ in LogReader(tmp_path / "no.log", LogOptions()).chunks():
            pass

    with pytest.raises(FileNotFoundError):
        asyncio.run(run())
