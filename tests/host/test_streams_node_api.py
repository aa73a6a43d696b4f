"""The node API over a real containerd: exec, attach, port-forward and logs, as old and new clients ask for them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import uvloop

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.server.directory import ContainerRef
from agent.streams.spdy_session import SpdySession
from tests.fakes.node_api import NodeApi, node_api
from tests.fakes.private_runtime import PrivateRuntime, private_runtime

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="containers need root")


@pytest.fixture(scope="module")
def runtime() -> Iterator[PrivateRuntime]:
    with private_runtime(Path(f"/tmp/pk-str-{os.getpid()}")) as found:
        yield found


class Node:
    """A node API, a client with an administrator's certificate, and one pod called ``pod``."""

    def __init__(self, api: NodeApi, session: aiohttp.ClientSession, cri: CriClient, log: Path) -> None:
        self.api, self.session, self.cri, self.log = api, session, cri, log

    async def spdy(self, path: str, protocol: str) -> SpdySession:
        """Upgrade to SPDY as kubectl before 1.29 does."""
        context = self.api.authority.client_context("admin")
        reader, writer = await asyncio.open_connection("localhost", self.api.port, ssl=context)
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            "Connection: Upgrade",
            "Upgrade: SPDY/3.1",
            f"X-Stream-Protocol-Version: {protocol}",
            "Content-Length: 0",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("HTTP/1.1 101"), head
        assert f"x-stream-protocol-version: {protocol}" in head.lower()
        return SpdySession(reader, writer, client=True)

    async def socket(self, path: str, *protocols: str) -> aiohttp.ClientWebSocketResponse:
        """A WebSocket that chose the first protocol offered."""
        socket = await self.session.ws_connect(self.api.url(path), protocols=protocols)
        assert socket.protocol == protocols[0]
        return socket

    async def text(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.api.url(path)) as response:
            return response.status, await response.text()


@contextlib.asynccontextmanager
async def node(runtime: PrivateRuntime, folder: Path, *command: str, stdin: bool = False) -> AsyncIterator[Node]:
    name = folder.name[:40]
    async with runtime.client() as cri:
        sandbox, container = await runtime.run_container(cri, name, *command, stdin=stdin)
        log = runtime.logs / name / "0.log"
        async with node_api(folder, cri) as api:
            api.pods.add("pod", sandbox=sandbox, container=ContainerRef(container, "main", log, running=True))
            connector = aiohttp.TCPConnector(ssl=api.authority.client_context("admin"))
            async with aiohttp.ClientSession(connector=connector) as session, asyncio.timeout(30):
                yield Node(api, session, cri, log)
        await cri.stop_pod_sandbox(sandbox)
        await cri.remove_pod_sandbox(sandbox)


async def read_channels(socket: aiohttp.ClientWebSocketResponse) -> dict[int, bytes]:
    """What arrives on each channel until the server closes."""
    found: dict[int, bytes] = {}
    async for message in socket:
        assert message.type is aiohttp.WSMsgType.BINARY
        found[message.data[0]] = found.get(message.data[0], b"") + message.data[1:]
    assert socket.close_code == 1000
    return found


EXEC = "/exec/default/pod/main?output=1&error=1&command=sh&command=-c&command="


def test_exec_over_spdy(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found:
            path = EXEC + "cat;echo%20err%20%3E%262;exit%207&input=1"
            async with await found.spdy(path, "v4.channel.k8s.io") as session:
                streams = {
                    kind: await session.open({"streamType": kind}) for kind in ("error", "stdin", "stdout", "stderr")
                }
                big = bytes(range(256)) * 2048
                sending = asyncio.create_task(streams["stdin"].write(big))
                sending.add_done_callback(lambda _: asyncio.ensure_future(streams["stdin"].close()))
                assert await streams["stdout"].read_all() == big
                assert await streams["stderr"].read_all() == b"err\n"
                status = json.loads(await streams["error"].read_all())
                assert status["reason"] == "NonZeroExitCode"
                assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "7"}]

    uvloop.run(run())


def test_exec_over_websocket_with_close_signal(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found:
            socket = await found.socket(EXEC + "cat;echo%20err%20%3E%262;exit%207&input=1", "v5.channel.k8s.io")
            big = bytes(range(256)) * 2048
            await socket.send_bytes(b"\0" + big)
            await socket.send_bytes(b"\xff\0")
            channels = await read_channels(socket)
            assert channels[1] == big
            assert channels[2] == b"err\n"
            assert json.loads(channels[3])["details"]["causes"] == [{"reason": "ExitCode", "message": "7"}]

    uvloop.run(run())


def test_exec_over_older_websockets(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found:
            channels = await read_channels(await found.socket(EXEC + "echo%20out;exit%202", "v4.channel.k8s.io"))
            assert channels[1] == b"out\n"
            assert json.loads(channels[3])["reason"] == "NonZeroExitCode"
            channels = await read_channels(await found.socket(EXEC + "exit%202", "channel.k8s.io"))
            assert channels[3].startswith(b"command terminated with non-zero exit code")
            async with found.session.ws_connect(
                found.api.url(EXEC + "echo%20out"), protocols=("v4.base64.channel.k8s.io",)
            ) as socket:
                assert [message.data async for message in socket][:2] == ["1", "1b3V0Cg=="]
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await found.socket(EXEC + "true", "v9.channel.k8s.io")
            assert refused.value.status == 400

    uvloop.run(run())


def test_terminal_is_resized(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found:
            path = "/exec/default/pod/main?output=1&input=1&tty=1&command=sh"
            socket = await found.socket(path, "v5.channel.k8s.io")
            await socket.send_bytes(b"\4" + json.dumps({"Width": 99, "Height": 33}).encode())
            await socket.send_bytes(b"\0while [ \"$(stty size)\" != '33 99' ]; do :; done; stty size; exit\n")
            channels = await read_channels(socket)
            assert b"33 99" in channels[1]
            assert json.loads(channels[3])["status"] == "Success"

    uvloop.run(run())


def test_unknown_command_is_told_in_the_status(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found:
            socket = await found.socket("/exec/default/pod/main?output=1&command=nope", "v5.channel.k8s.io")
            status = json.loads((await read_channels(socket))[3])
            assert status["status"] == "Failure"
            assert 'exec: "nope": executable file not found in $PATH' in status["message"]

    uvloop.run(run())


def test_attach_reaches_the_main_process(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        command = ("sh", "-c", "while read line; do echo got $line; done")
        async with node(runtime, tmp_path, *command, stdin=True) as found:
            socket = await found.socket("/attach/default/pod/main?input=1&output=1", "v5.channel.k8s.io")
            await socket.send_bytes(b"\0one\n")
            seen = b""
            while b"got one\n" not in seen:
                seen += (await socket.receive_bytes())[1:]
            await socket.close()

    uvloop.run(run())


@contextlib.asynccontextmanager
async def echo_server() -> AsyncIterator[int]:
    """A server on the host, whose network the pods of these tests share."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def forward(session: SpdySession, port: int, data: bytes) -> tuple[bytes, bytes]:
    """Send `data` through one forwarded connection: what came back, and what the error stream said."""
    headers = {"port": str(port), "requestID": "0"}
    error = await session.open({**headers, "streamType": "error"})
    await error.close()
    stream = await session.open({**headers, "streamType": "data"})
    sending = asyncio.create_task(stream.write(data))
    sending.add_done_callback(lambda _: asyncio.ensure_future(stream.close()))
    found = await stream.read_all()
    await asyncio.gather(sending, return_exceptions=True)
    return found, await error.read_all()


def test_port_forward_over_spdy(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            node(runtime, tmp_path, "sleep", "3600") as found,
            echo_server() as port,
            await found.spdy("/portForward/default/pod", "portforward.k8s.io") as session,
        ):
            assert await forward(session, port, b"hello" * 100_000) == (b"hello" * 100_000, b"")
            _, error = await forward(session, 1, b"hello")
            assert b"connection refused" in error.lower()

    uvloop.run(run())


class SocketStream:
    """The SPDY bytes inside a WebSocket, as a stream pair, the way newer clients tunnel them."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._sending: list[bytes] = []

    async def read(self, size: int) -> bytes:
        message = await self._socket.receive()
        return message.data if message.type is aiohttp.WSMsgType.BINARY else b""

    def write(self, data: bytes) -> None:
        self._sending.append(data)

    async def drain(self) -> None:
        data, self._sending = b"".join(self._sending), []
        if data:
            await self._socket.send_bytes(data)

    def close(self) -> None:
        pass

    async def wait_closed(self) -> None:
        await self._socket.close()


def test_port_forward_through_a_websocket(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found, echo_server() as port:
            socket = await found.socket("/portForward/default/pod", "SPDY/3.1+portforward.k8s.io")
            stream = SocketStream(socket)
            async with SpdySession(stream, stream, client=True) as session:  # type: ignore[arg-type]
                assert await forward(session, port, b"hello" * 100_000) == (b"hello" * 100_000, b"")

    uvloop.run(run())


def test_port_forward_over_older_websocket(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found, echo_server() as port:
            socket = await found.socket(f"/portForward/default/pod?port={port}", "v4.channel.k8s.io")
            data, error = await socket.receive_bytes(), await socket.receive_bytes()
            assert {data[0], error[0]} == {0, 1}
            assert data[1:] == error[1:] == port.to_bytes(2, "little")
            await socket.send_bytes(b"\0hello")
            assert await socket.receive_bytes() == b"\0hello"
            await socket.close()

    uvloop.run(run())


def test_logs_are_followed_to_the_end(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        command = ("sh", "-c", "echo one; echo two >&2; read line; echo $line")
        async with node(runtime, tmp_path, *command, stdin=True) as found:
            url = found.api.url("/containerLogs/default/pod/main?follow=true")
            async with found.session.get(url) as response:
                seen = b""
                while seen.count(b"\n") < 2:
                    seen += await response.content.readuntil(b"\n")
                socket = await found.socket("/attach/default/pod/main?input=1&output=1", "v5.channel.k8s.io")
                await socket.send_bytes(b"\0three\n")
                seen += await response.content.readuntil(b"\n")
                assert sorted(seen.split()) == [b"one", b"three", b"two"]
                found.api.pods.stopped.set()
                assert await response.content.read() == b""
                await socket.close()
            assert await found.text("/containerLogs/default/pod/main?tailLines=1") == (200, "three\n")
            status, text = await found.text("/containerLogs/default/pod/main?timestamps=true&limitBytes=30")
            assert (status, len(text), text[10]) == (200, 30, "T")

    uvloop.run(run())


def test_errors_are_in_the_kubelets_words(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found:
            logs = "/containerLogs/default"
            assert await found.text(f"{logs}/none/main") == (404, 'pod "none" does not exist')
            assert await found.text(f"{logs}/pod/none") == (404, 'container "none" not found in pod "pod"')
            assert await found.text(f"{logs}/pod/main?tailLines=-1") == (422, '{"message": "Invalid request."}')
            assert await found.text("/exec/default/none/main?output=1") == (404, "pod does not exist")
            status, text = await found.text("/exec/default/pod/main?command=sh")
            assert (status, text) == (400, "you must specify at least 1 of stdin, stdout, stderr")
            found.api.pods.containers["pod"] = ContainerRef("0" * 64, "main", found.log, running=True)
            status, text = await found.text("/exec/default/pod/main?output=1&command=sh")
            assert status == 404
            assert "not found" in text

    uvloop.run(run())


def test_stats_and_metrics(runtime: PrivateRuntime, tmp_path: Path) -> None:
    async def run() -> None:
        async with node(runtime, tmp_path, "sleep", "3600") as found:
            async with found.session.get(found.api.url("/stats/summary")) as response:
                document = await response.json()
            assert document["node"]["nodeName"] == "node-1"
            assert document["node"]["memory"]["workingSetBytes"] > 0
            status, text = await found.text("/metrics/resource")
            assert status == 200
            assert "node_cpu_usage_seconds_total" in text
            assert (await found.cri.list_containers(pb.ContainerFilter()))[0].id
            assert (await found.text("/healthz")) == (200, "ok")

    uvloop.run(run())
