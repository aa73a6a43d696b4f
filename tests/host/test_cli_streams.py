"""The command line's streams against the node API over a real containerd."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agent.server.directory import ContainerRef
from pykube.cli import forwarding, remote_command
from pykube.cli.failures import RemoteExit
from pykube.cli.websocket import connect
from pykube.client.config import ClientConfig
from tests.fakes.node_api import node_api
from tests.fakes.private_runtime import PrivateRuntime, private_runtime

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="containers need root")


@pytest.fixture(scope="module")
def runtime() -> Iterator[PrivateRuntime]:
    with private_runtime(Path(f"/tmp/pk-cls-{os.getpid()}")) as found:
        yield found


@contextlib.asynccontextmanager
async def node(runtime: PrivateRuntime, folder: Path, *command: str) -> AsyncIterator[ClientConfig]:
    """How to reach a node API with one pod called ``pod``."""
    name = folder.name[:40]
    async with runtime.client() as cri:
        sandbox, container = await runtime.run_container(cri, name, *command)
        async with node_api(folder, cri) as api, asyncio.timeout(30):
            ref = ContainerRef(container, "main", runtime.logs / name / "0.log", running=True)
            api.pods.add("pod", sandbox=sandbox, container=ref)
            yield ClientConfig(
                server=f"https://localhost:{api.port}",
                ca_file=folder / "ca.crt",
                client_certificate_file=folder / "admin.crt",
                client_key_file=folder / "admin.key",
            )
        await cri.stop_pod_sandbox(sandbox)
        await cri.remove_pod_sandbox(sandbox)


def test_exec(runtime: PrivateRuntime, tmp_path: Path) -> None:
    big = b"line\n" * 100_000
    (tmp_path / "input").write_bytes(big)
    out, err = io.BytesIO(), io.BytesIO()

    async def run() -> None:
        query = [("command", word) for word in ("sh", "-c", "cat; echo bad >&2; exit 7")]
        query += [("input", "1"), ("output", "1"), ("error", "1")]
        async with (
            node(runtime, tmp_path, "sleep", "3600") as config,
            connect(config, "/exec/default/pod/main", query, remote_command.PROTOCOLS) as socket,
        ):
            with (tmp_path / "input").open("rb") as source:
                await remote_command.run(socket, remote_command.Streams(source, out, err))

    with pytest.raises(RemoteExit) as caught:
        asyncio.run(run())
    assert caught.value.exit_code == 7
    assert out.getvalue() == big
    assert err.getvalue() == b"bad\n"


def test_port_forward(runtime: PrivateRuntime, tmp_path: Path) -> None:
    said: list[str] = []

    async def run() -> list[bytes]:
        async with (
            node(runtime, tmp_path, "sleep", "3600") as config,
            echo_server() as port,
            connect(config, "/portForward/default/pod", [], (forwarding.PROTOCOL,)) as socket,
            forwarding.session_over(socket) as session,
        ):
            forwarder = forwarding.Forwarder(session, said.append, said.append)
            return [await exchange(forwarder, port, data) for data in (b"one", b"x" * 300_000)]

    assert asyncio.run(run()) == [b"one", b"x" * 300_000]
    assert said == ["Handling connection for 1234"] * 2


@contextlib.asynccontextmanager
async def echo_server() -> AsyncIterator[int]:
    """Gives back what it gets; pods of these tests use the host's network."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def exchange(forwarder: forwarding.Forwarder, remote: int, data: bytes) -> bytes:
    """Send `data` through a listening port and read as much; only then close, since containerd knows no half-close."""
    joined = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await forwarder.join(remote, 1234, reader, writer)
        joined.set()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(data)
        answer = await reader.readexactly(len(data))
        writer.close()
        await writer.wait_closed()
        await joined.wait()
    return answer
