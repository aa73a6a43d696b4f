"""Commands in containers (exec, attach): a WebSocket client on one side, a SPDY server on the other.

Roles of the streams, as Kubernetes names them in the ``streamType`` header: error, stdin, stdout, stderr, resize. The
error stream tells how it ended: a ``v1.Status`` since version 4 of the protocol, whose causes hold the exit code.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from agent.streams.spdy_frames import SpdyError
from agent.streams.spdy_session import SpdySession, SpdyStream
from agent.streams.upgrade import Upgraded
from agent.streams.websocket_channels import (
    CLOSE_SIGNAL,
    ERROR,
    RESIZE,
    STDERR,
    STDIN,
    STDOUT,
    ChannelError,
    ChannelProtocol,
    MessageSocket,
)

STREAM_TYPE = "streamType"
SPDY_PROTOCOLS = ("v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io")
"""What is offered to a runtime, best first."""
NON_ZERO_EXIT = "NonZeroExitCode"
EXIT_CODE = "ExitCode"

_ROLES = {STDIN: "stdin", STDOUT: "stdout", STDERR: "stderr", ERROR: "error", RESIZE: "resize"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """Which streams the client wants."""

    stdin: bool = False
    stdout: bool = False
    stderr: bool = False
    tty: bool = False

    @property
    def channels(self) -> list[int]:
        """Channels in the order in which their streams are opened: the error stream always comes first."""
        wanted = {STDIN: self.stdin, STDOUT: self.stdout, STDERR: self.stderr and not self.tty, RESIZE: self.tty}
        return [ERROR, *(channel for channel, want in wanted.items() if want)]


def success() -> bytes:
    """The Status of a command that ended with 0."""
    return json.dumps({"metadata": {}, "status": "Success"}).encode()


def exit_status(code: int) -> bytes:
    """The Status of a command that ended with another exit code."""
    if code == 0:
        return success()
    causes = [{"reason": EXIT_CODE, "message": str(code)}]
    return json.dumps(
        {
            "metadata": {},
            "status": "Failure",
            "reason": NON_ZERO_EXIT,
            "message": f"command terminated with non-zero exit code: exit status {code}",
            "details": {"causes": causes},
        }
    ).encode()


def failure(message: str) -> bytes:
    """The Status of a command that could not be run."""
    status: dict[str, Any] = {"metadata": {}, "status": "Failure", "reason": "InternalError", "code": 500}
    return json.dumps(status | {"message": message, "details": {"causes": [{"message": message}]}}).encode()


def error_text(status: bytes) -> bytes:
    """The plain message that clients before version 4 get: nothing for success."""
    try:
        parsed = json.loads(status)
        return b"" if parsed.get("status") == "Success" else str(parsed.get("message", "")).encode()
    except (ValueError, AttributeError):
        return status


async def translate(
    socket: MessageSocket, protocol: ChannelProtocol, options: StreamOptions, runtime: Upgraded
) -> None:
    """Carry the channels of `socket` over the streams of `runtime` until the command has ended or the client left."""
    async with SpdySession(runtime.reader, runtime.writer, client=True) as session:
        streams: dict[int, SpdyStream] = {}
        for channel in options.channels:
            streams[channel] = await session.open({STREAM_TYPE: _ROLES[channel]})
        # An empty message tells the client that the streams stand.
        first = STDOUT if options.stdout else STDERR if STDERR in streams else ERROR
        await socket.send(protocol.encode(first, b""))
        inwards = asyncio.ensure_future(_inwards(socket, protocol, streams))
        outwards = asyncio.ensure_future(_outwards(socket, protocol, streams))
        try:
            await asyncio.wait([inwards, outwards], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (inwards, outwards):
                task.cancel()
            await asyncio.gather(inwards, outwards, return_exceptions=True)
    await socket.close()


async def _inwards(socket: MessageSocket, protocol: ChannelProtocol, streams: dict[int, SpdyStream]) -> None:
    """From the client to stdin and resize; returns when the client has closed."""
    while (message := await socket.receive()) is not None:
        try:
            channel, data = protocol.decode(message)
        except ChannelError:
            continue
        try:
            if protocol.close_signal and channel == CLOSE_SIGNAL:
                if data[:1] == bytes((STDIN,)) and STDIN in streams:
                    await streams[STDIN].close()
            elif channel in (STDIN, RESIZE) and channel in streams and data:
                await streams[channel].write(data)
        except SpdyError:
            # The command has stopped reading; its output may still be on the way.
            continue


async def _outwards(socket: MessageSocket, protocol: ChannelProtocol, streams: dict[int, SpdyStream]) -> None:
    """From the command to the client; the Status goes last, after all output."""
    outputs = [channel for channel in (STDOUT, STDERR) if channel in streams]
    copies = [asyncio.ensure_future(_copy(socket, protocol, channel, streams[channel])) for channel in outputs]
    try:
        status = await streams[ERROR].read_all()
        await asyncio.gather(*copies)
    finally:
        for task in copies:
            task.cancel()
    message = status if protocol.status else error_text(status)
    if message:
        await socket.send(protocol.encode(ERROR, message))


async def _copy(socket: MessageSocket, protocol: ChannelProtocol, channel: int, stream: SpdyStream) -> None:
    while data := await stream.read():
        await socket.send(protocol.encode(channel, data))
