"""What the whole API server owes to those whose writes it has acknowledged, when it is killed among writes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

from pykube import errors
from pykube.api import core_v1, meta_v1
from pykube.client.config import ClientConfig
from pykube.client.rest import Client
from pykube.store.sqlite import SqliteStore
from tests.fakes.local_server import serving

SERVER = """
import asyncio, sys
from pathlib import Path
from pykube.store.sqlite import SqliteStore
from tests.fakes.local_server import serving

async def main():
    folder = Path(sys.argv[1])
    async with serving(folder, await SqliteStore.open(folder / "state.db")):
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
ROOT = Path(__file__).parents[2]
WRITERS = 6
ACKNOWLEDGED = 120
"""How many answers there are before the kill."""

State = dict[str, tuple[str, str] | None]
"""By name: resourceVersion and data as acknowledged; None: its deletion was."""


class Killed:
    """A server in a process of its own that dies by SIGKILL when it has answered often enough."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.state: State = {}
        self.unsure: set[str] = set()
        """Objects with a write that was never answered: it may have happened or not."""
        self._answers = 0

    async def write(self, client: Client, writer: int) -> None:
        """Create, change and delete until the server is gone."""
        for number in range(1_000_000):
            name = f"w{writer}-{number}"
            made = core_v1.ConfigMap(metadata=meta_v1.ObjectMeta(name=name, namespace="default"), data={"n": "1"})
            for step in ("create", "update", *(["delete"] if number % 3 == 0 else [])):
                self.unsure.add(name)
                try:
                    made = await self._step(client, step, made)
                except (errors.ServiceUnavailable, errors.Timeout):
                    return
                self.unsure.discard(name)
                self._answered()

    async def _step(self, client: Client, step: str, obj: core_v1.ConfigMap) -> core_v1.ConfigMap:
        name = obj.metadata.name
        if step == "delete":
            await client.delete(core_v1.ConfigMap, name, "default")
            self.state[name] = None
            return obj
        if step == "update":
            obj.data = {"n": "2"}
        found = await (client.create(obj) if step == "create" else client.update(obj))
        self.state[name] = (found.metadata.resource_version, found.data["n"])
        return found

    def _answered(self) -> None:
        self._answers += 1
        if self._answers == ACKNOWLEDGED:
            self._process.send_signal(signal.SIGKILL)


async def _write_until_killed(folder: Path, process: subprocess.Popen[str]) -> Killed:
    killed = Killed(process)
    async with Client(ClientConfig(server=f"unix://{folder}/local/admin.sock")) as client:
        await asyncio.gather(*(killed.write(client, writer) for writer in range(WRITERS)))
    return killed


async def _check(folder: Path, killed: Killed) -> None:
    store = await SqliteStore.open(folder / "state.db")
    async with serving(folder, store) as client:
        listing = await client.list(core_v1.ConfigMap, "default")
        found: State = {
            item.metadata.name: (item.metadata.resource_version, item.data.get("n", "")) for item in listing.items
        }
        sure = {name: state for name, state in killed.state.items() if name not in killed.unsure}
        assert {name: found.get(name) for name in sure} == sure
        assert {name for name in found if name.startswith("w")} <= set(killed.state) | killed.unsure
        first = min(int(state[0]) for state in sure.values() if state)
        assert await _followed(client, str(first)) >= {name for name, state in sure.items() if state} - {
            _at(sure, first)
        }
    await store.close()


def _at(state: State, revision: int) -> str:
    return next(name for name, found in state.items() if found and found[0] == str(revision))


async def _followed(client: Client, version: str) -> set[str]:
    """The names of all objects that changed after a version of the server's life before, as a watch tells them."""
    found: set[str] = set()
    last = await client.create(core_v1.ConfigMap(metadata=meta_v1.ObjectMeta(name="last", namespace="default")))
    async with aclosing(client.watch(core_v1.ConfigMap, "default", resource_version=version)) as events:
        async for event in events:
            found.add(event.object.metadata.name)
            if event.object.metadata.name == last.metadata.name:
                break
    return found


def test_every_acknowledged_write_survives_kill_9(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            killed = asyncio.run(_write_until_killed(tmp_path, process))
        finally:
            process.kill()
    assert sum(state is None for state in killed.state.values()) > 5
    asyncio.run(_check(tmp_path, killed))
