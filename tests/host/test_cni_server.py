"""The executable that runtimes call, with an agent that answers it and without one."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.network import plugin
from agent.network.cni_server import SOCKET_NAME, CniServer

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

_CLONE_NEWNET = 0x40000000


def in_new_netns(work: Callable[[], None]) -> None:
    """Run `work` in a thread with a network namespace of its own, which is gone afterwards."""
    failures: list[BaseException] = []

    def enter() -> None:
        try:
            assert ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) == 0
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


@pytest.fixture
def container() -> Iterator[str]:
    name = f"pk-s{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


def config(data_dir: Path) -> dict[str, Any]:
    ipam = {"dataDir": str(data_dir), "ranges": [[{"subnet": "10.78.0.0/24"}]]}
    return {"cniVersion": "1.0.0", "name": "net", "type": "pykube", "bridge": "pkbr", "ipam": ipam}


def environment(command: str, container: str) -> dict[str, str]:
    return {
        "CNI_COMMAND": command,
        "CNI_CONTAINERID": container,
        "CNI_NETNS": f"/run/netns/{container}",
        "CNI_IFNAME": "eth0",
        "PATH": os.environ["PATH"],
    }


async def call(executable: Path, env: dict[str, str], stdin: dict[str, Any]) -> tuple[int | None, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        executable, env=env, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate(json.dumps(stdin).encode())
    return process.returncode, json.loads(answer) if answer else {}


def test_executable_asks_the_agent(tmp_path: Path, container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def recorded(env: dict[str, str], stdin: bytes) -> tuple[int, bytes]:
        calls.append(env["CNI_COMMAND"])
        return 0, json.dumps({"given": json.loads(stdin)["name"]}).encode()

    monkeypatch.setattr(plugin, "run", recorded)
    plugin.install(tmp_path, sys.executable, str(tmp_path / SOCKET_NAME))

    async def story() -> None:
        server = CniServer(tmp_path)
        serving = asyncio.create_task(server.run())
        await server.listening.wait()
        for command in ("ADD", "DEL"):
            result = await call(tmp_path / "pykube", environment(command, container), config(tmp_path))
            assert result == (0, {"given": "net"})
        # Loopback does what it can by itself, and asks for the rest.
        result = await call(tmp_path / "loopback", environment("CHECK", container), config(tmp_path))
        assert result == (0, {"given": "net"})
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(story())
    assert calls == ["ADD", "DEL", "CHECK"]


def test_loopback_is_set_up(tmp_path: Path, container: str) -> None:
    plugin.install(tmp_path, sys.executable, str(tmp_path / SOCKET_NAME))
    stdin = {"cniVersion": "0.3.1", "name": "cni-loopback", "type": "loopback"}
    code, answer = asyncio.run(call(tmp_path / "loopback", environment("ADD", container), stdin))
    assert (code, answer["interfaces"][0]["sandbox"]) == (0, f"/run/netns/{container}")
    shown = subprocess.run(["ip", "-n", container, "-br", "link"], capture_output=True, text=True, check=True).stdout
    assert shown.split()[:2] == ["lo", "UNKNOWN"]
    assert asyncio.run(call(tmp_path / "loopback", environment("DEL", container), stdin)) == (0, {})
    code, answer = asyncio.run(call(tmp_path / "loopback", environment("ADD", "none"), stdin))
    assert (code, answer["code"]) == (1, 3)


def test_executable_does_it_itself_without_an_agent(tmp_path: Path, container: str) -> None:
    plugin.install(tmp_path, sys.executable, str(tmp_path / SOCKET_NAME))

    def work() -> None:
        for command, expected in (("ADD", "10.78.0.2/32"), ("DEL", "")):
            done = subprocess.run(
                [tmp_path / "pykube"],
                input=json.dumps(config(tmp_path)).encode(),
                env=environment(command, container),
                capture_output=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, b"")
            answer = json.loads(done.stdout)["ips"][0]["address"] if done.stdout else ""
            assert answer == expected

    in_new_netns(work)


def test_agent_that_dies_in_the_middle_is_replaced_by_the_plugin_itself(tmp_path: Path, container: str) -> None:
    plugin.install(tmp_path, sys.executable, str(tmp_path / SOCKET_NAME))

    async def story() -> tuple[int | None, dict[str, Any]]:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async with await asyncio.start_unix_server(hang_up, path=tmp_path / SOCKET_NAME):
            return await call(tmp_path / "pykube", environment("VERSION", container), config(tmp_path))

    code, answer = asyncio.run(story())
    assert code == 0
    assert "1.1.0" in answer["supportedVersions"]
