"""exec, logs and port-forward against a server that plays the node's part."""

from __future__ import annotations

import asyncio
import io
import json
import os
import termios
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp import web

from pykube.cli import forwarding, remote_command
from pykube.cli.cluster import open_cluster
from pykube.cli.remote_command import PROTOCOLS
from pykube.cli.websocket import connect
from tests.fakes.command_line import CommandLine, served

RESOURCES = [
    {"resource": "pods", "responseKind": {"kind": "Pod"}, "scope": "Namespaced", "singularResource": "pod", "verbs": []}
]
GROUPS = {"kind": "APIGroupDiscoveryList", "items": [{"versions": [{"version": "v1", "resources": RESOURCES}]}]}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "default"},
    "spec": {"containers": [{"name": "c", "image": "x", "ports": [{"name": "http", "containerPort": 8080}]}]},
    "status": {"phase": "Running"},
}
BELOW = "/api/v1/namespaces/default/pods/p"


async def _exec(request: web.Request) -> web.WebSocketResponse:
    """Plays commands: ``cat`` gives back its input, ``exit N`` ends with N, anything else prints itself."""
    socket = web.WebSocketResponse(protocols=("v5.channel.k8s.io",))
    await socket.prepare(request)
    words = request.query.getall("command")
    status: dict[str, Any] = {"status": "Success"}
    if words[0] == "cat":
        async for message in socket:
            if message.data == b"\xff\x00":
                break
            await socket.send_bytes(b"\x01" + message.data[1:])
    elif words[0] == "size":
        while (message := await socket.receive()).data[:1] != b"\x04":
            pass
        await socket.send_bytes(b"\x01" + message.data[1:])
    elif words[0] == "exit":
        await socket.send_bytes(b"\x02bad\n")
        causes = [{"reason": "ExitCode", "message": words[1]}]
        status = {"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": causes}}
    else:
        await socket.send_bytes(b"\x01" + " ".join([request.query["container"], *words]).encode() + b"\n")
    await socket.send_bytes(b"\x03" + json.dumps(status).encode())
    await socket.close()
    return socket


async def _port_forward(request: web.Request) -> web.WebSocketResponse:
    """Each stream to port 8080 gets back what it sent, when it has sent all; other ports refuse."""
    socket: Any = web.WebSocketResponse(protocols=(forwarding.PROTOCOL,))
    await socket.prepare(request)
    async with forwarding.session_over(socket, client=False) as session:
        tasks = []
        while (error := await session.accept()) is not None:
            data = await session.accept()
            assert data is not None
            assert (error.headers["streamtype"], data.headers["streamtype"]) == ("error", "data")
            if data.headers["port"] != "8080":
                await error.write(b"connection refused")
                await data.close()
            else:
                tasks.append(asyncio.ensure_future(_echo(data)))
            await error.close()
        for task in tasks:
            task.cancel()
    return socket  # type: ignore[no-any-return]


async def _echo(stream: Any) -> None:
    await stream.write(await stream.read_all())
    await stream.close()


async def _log(request: web.Request) -> web.Response:
    return web.Response(text=f"{request.query_string}\n")


async def _node(tell: Callable[[str], None], stop: asyncio.Event) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(GROUPS if request.path == "/api" else POD)

    async def forbidden(_: web.Request) -> web.Response:
        status = {"kind": "Status", "reason": "Forbidden", "message": "no", "code": 403}
        return web.json_response(status, status=403)

    app = web.Application()
    app.router.add_get(f"{BELOW}/exec", _exec)
    app.router.add_get(f"{BELOW}/portforward", _port_forward)
    app.router.add_get(f"{BELOW}/log", _log)
    app.router.add_get("/api/v1/namespaces/closed/pods/p/exec", forbidden)
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tell("http://{}:{}".format(*runner.addresses[0][:2]))
    await stop.wait()
    await runner.cleanup()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    with served(_node) as url:
        yield CommandLine(tmp_path_factory.mktemp("streams") / "kubeconfig", url)


def test_exec_prints_and_returns(node: CommandLine) -> None:
    said = node("exec", "p", "--", "echo", "-n", "--flag")
    assert (said.code, said.out) == (0, "c echo -n --flag\n")


def test_exec_ends_with_the_commands_exit_code(node: CommandLine) -> None:
    said = node("exec", "p", "--", "exit", "7")
    assert (said.code, said.err) == (7, "bad\ncommand terminated with exit code 7\n")


def test_exec_hands_over_its_input(node: CommandLine) -> None:
    text = "line\n" * 50_000
    assert node("exec", "-i", "p", "--", "cat", stdin=text).out == text


def test_exec_with_a_terminal(node: CommandLine) -> None:
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (33, 99))
    before = termios.tcgetattr(theirs)
    out = io.BytesIO()
    query = [("container", "c"), ("command", "size"), ("tty", "true")]

    async def run() -> None:
        async with connect(open_cluster(node.kubeconfig, "", "").config, f"{BELOW}/exec", query, PROTOCOLS) as socket:
            await remote_command.run(socket, remote_command.Streams(source, out, out, tty=True))

    with os.fdopen(theirs, "rb", buffering=0, closefd=False) as source:
        asyncio.run(run())
    assert json.loads(out.getvalue()) == {"Width": 99, "Height": 33}
    assert termios.tcgetattr(theirs) == before
    os.write(ours, b"\n")  # the thread that reads the terminal ends
    os.close(ours)


def test_exec_refused(node: CommandLine) -> None:
    said = node("exec", "-n", "closed", "p", "-c", "zzz", "--", "ls")
    assert said.err == "error: container zzz not found in pod p_default\n"


def test_logs(node: CommandLine) -> None:
    said = node("logs", "p", "--tail=5", "--since=2m", "--timestamps", "-p")
    assert said.out == "timestamps=true&previous=true&sinceSeconds=120&tailLines=5&container=c\n"
    assert node("logs", "p", "--prefix").out == "[pod/p/c] container=c\n"
    assert node("logs", "p", "--since=soon").err == 'error: "soon" is no duration: write 30s, 5m or 1h30m\n'


def test_forwarded_connections(node: CommandLine) -> None:
    said: list[str] = []

    async def talk() -> list[bytes]:
        config = open_cluster(node.kubeconfig, "", "").config
        async with (
            connect(config, f"{BELOW}/portforward", [], (forwarding.PROTOCOL,)) as socket,
            forwarding.session_over(socket) as session,
        ):
            forwarder = forwarding.Forwarder(session, said.append, said.append)
            return [await exchange(forwarder, 8080, b"x" * 300_000), await exchange(forwarder, 9, b"")]

    assert asyncio.run(talk()) == [b"x" * 300_000, b""]
    assert said[-1].endswith("-> 9: connection refused")


async def exchange(forwarder: forwarding.Forwarder, remote: int, data: bytes) -> bytes:
    """Send `data` through a listening port, say that this was all, and read the answer."""
    joined = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await forwarder.join(remote, 1234, reader, writer)
        joined.set()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(data)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        await joined.wait()
    return answer
