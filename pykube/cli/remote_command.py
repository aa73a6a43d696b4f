"""A command in a container, joined to this terminal: its streams, the terminal's size, its exit code.

Source: the ``v5.channel.k8s.io`` protocol. The first byte of each message says its stream; channel 255 ends one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import aiohttp

from ..errors import from_status
from .failures import CliError, RemoteExit

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
CHUNK = 32 * 1024
WAITING = 16
"""Chunks of standard input read ahead of the network."""


class Input(Protocol):
    """A file that can be read by its descriptor."""

    def fileno(self) -> int:
        """The descriptor."""
        ...


@dataclass(frozen=True, slots=True)
class Streams:
    """What is joined, and to which files here."""

    stdin: Input | None
    stdout: BinaryIO
    stderr: BinaryIO
    tty: bool = False


async def run(socket: aiohttp.ClientWebSocketResponse, streams: Streams) -> None:
    """Join the streams until the command ends.

    Raises:
        RemoteExit: it ended with another exit code than 0.
        ApiError: it could not be run.
        CliError: the connection broke.
    """
    tasks = []
    if streams.stdin is not None:
        tasks.append(asyncio.ensure_future(_send_input(socket, streams.stdin)))
    if streams.tty and streams.stdin is not None:
        tasks.append(asyncio.ensure_future(_send_sizes(socket, streams.stdin.fileno())))
    try:
        with raw_terminal(streams.stdin) if streams.tty and streams.stdin else contextlib.nullcontext():
            status = await _receive(socket, streams)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if status is None:
        raise CliError("the connection to the container broke off")
    raise_for(status)


def raise_for(status: dict[str, Any]) -> None:
    """Turn the Status at the end of a command into an exception, unless it says Success.

    Raises:
        RemoteExit: the command ended with another exit code than 0.
        ApiError: it could not be run.
    """
    if status.get("status") == "Success":
        return
    causes = (status.get("details") or {}).get("causes") or ()
    if status.get("reason") == "NonZeroExitCode":
        code = next((cause.get("message", "") for cause in causes if cause.get("reason") == "ExitCode"), "")
        if code.isdigit():
            raise RemoteExit(int(code))
    raise from_status(status)


async def _receive(socket: aiohttp.ClientWebSocketResponse, streams: Streams) -> dict[str, Any] | None:
    """Write output until the connection ends; the Status that came on the error channel."""
    status: dict[str, Any] | None = None
    async for message in socket:
        data = message.data.encode() if isinstance(message.data, str) else message.data
        if message.type not in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT) or not data:
            continue
        channel, payload = data[0], data[1:]
        if channel in (STDOUT, STDERR):
            target = streams.stdout if channel == STDOUT else streams.stderr
            target.write(payload)
            target.flush()
        elif channel == ERROR and payload:
            status = _status(payload)
    return status


def _status(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"status": "Failure", "message": payload.decode(errors="replace")}


async def _send_input(socket: aiohttp.ClientWebSocketResponse, source: Input) -> None:
    """Standard input, read by a thread since it may be a file, a pipe or a terminal."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue(WAITING)

    def read() -> None:
        data = b"-"
        with contextlib.suppress(RuntimeError, OSError, asyncio.CancelledError):  # the loop has ended before the input
            while data:
                data = os.read(source.fileno(), CHUNK)
                if loop.is_closed():
                    return
                asyncio.run_coroutine_threadsafe(queue.put(data), loop).result()

    threading.Thread(target=read, daemon=True).start()
    with contextlib.suppress(ConnectionError):  # the command has ended without reading all
        while data := await queue.get():
            await socket.send_bytes(bytes((STDIN,)) + data)
        if socket.protocol == PROTOCOLS[0]:
            await socket.send_bytes(bytes((CLOSE, STDIN)))


async def _send_sizes(socket: aiohttp.ClientWebSocketResponse, terminal: int) -> None:
    """The terminal's size, now and whenever it changes."""
    changed = asyncio.Event()
    changed.set()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, changed.set)
    try:
        while True:
            await changed.wait()
            changed.clear()
            size = os.get_terminal_size(terminal)
            text = json.dumps({"Width": size.columns, "Height": size.lines})
            with contextlib.suppress(ConnectionError):
                await socket.send_bytes(bytes((RESIZE,)) + text.encode())
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)


@contextlib.contextmanager
def raw_terminal(source: Input) -> Iterator[None]:
    """Hand every key to the container, and leave the terminal as it was."""
    descriptor = source.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def own_streams(*, stdin: bool, terminal: bool) -> Streams:
    """The streams of this process."""
    return Streams(sys.stdin.buffer if stdin else None, sys.stdout.buffer, sys.stderr.buffer, tty=terminal)
