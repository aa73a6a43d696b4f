"""The CRI client against a real private containerd: pods, commands, logs, and a containerd that is killed."""

from __future__ import annotations

import asyncio
import os
import select
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.cri import api_pb2 as pb
from agent.cri.containerd import PrivateContainerd
from agent.cri.containerd_config import SANDBOX_IMAGE
from agent.cri.errors import CriError, NotFound
from agent.cri.events import EventKind
from tests.fakes.private_runtime import BUSYBOX_IMAGE, PrivateRuntime, private_runtime

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="containers need root")


@pytest.fixture(scope="module")
def runtime() -> Iterator[PrivateRuntime]:
    with private_runtime(Path(f"/tmp/pk-cri-{os.getpid()}")) as found:
        yield found


def test_images_are_imported_and_pinned(runtime: PrivateRuntime) -> None:
    async def run() -> None:
        async with runtime.client() as client:
            assert (await client.version()).runtime_name == "containerd"
            assert await client.image_status(BUSYBOX_IMAGE)
            assert await client.image_status("pykube.test/none:1") is None
            images = await client.list_images()
            tags = [tag for image in images for tag in image.repo_tags]
            assert all(image.pinned for image in images)
            assert sorted(tags) == [SANDBOX_IMAGE, BUSYBOX_IMAGE]
            assert sorted(await runtime.containerd().images.names(pinned=True)) == [SANDBOX_IMAGE, BUSYBOX_IMAGE]

    asyncio.run(run())


def test_command_runs_to_its_end(runtime: PrivateRuntime) -> None:
    async def run() -> None:
        async with runtime.client() as client:
            sandbox, container = await runtime.run_container(client, "exec", "sleep", "3600")
            command = ["sh", "-c", "echo out; echo err >&2; exit 3"]
            assert await client.exec_sync(container, command) == (b"out\n", b"err\n", 3)
            with pytest.raises(CriError, match="executable file not found"):
                await client.exec_sync(container, ["no-such-command"])
            await client.remove_pod_sandbox(sandbox)
            with pytest.raises(NotFound):
                await client.container_status(container)

    asyncio.run(run())


def test_events_tell_of_a_container_that_ends(runtime: PrivateRuntime) -> None:
    async def run() -> None:
        async with runtime.client() as client:
            sandbox, container = await runtime.run_container(client, "events", "sleep", "3600")
            events = client.events()
            reading = asyncio.ensure_future(anext(events))
            # The subscription has no answer of its own: what happens before it stands is not told.
            while not reading.done():
                await client.exec_sync(container, ["kill", "-9", "1"])
                await client.stop_container(container)
                await asyncio.wait([reading], timeout=0.5)
                if not reading.done():
                    config = pb.ContainerConfig(
                        metadata=pb.ContainerMetadata(name="again", attempt=1), image=pb.ImageSpec(image=BUSYBOX_IMAGE)
                    )
                    container = await client.create_container(sandbox, config, runtime.sandbox_config("events"))
                    await client.start_container(container)
            event = reading.result()
            assert event.id == container
            assert event.kind in (EventKind.STOPPED, EventKind.STARTED)
            await events.aclose()  # type: ignore[attr-defined]
            await client.remove_pod_sandbox(sandbox)

    asyncio.run(run())


@asynccontextmanager
async def supervised(containerd: PrivateContainerd) -> AsyncIterator[int]:
    """Have `containerd` run and answer; gives its pid. It goes on afterwards."""
    running = asyncio.create_task(containerd.run())
    try:
        async with asyncio.timeout(30):
            await containerd.wait_ready()
        yield int(containerd.pid_path.read_text().split()[0])
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_containers_outlive_containerd(runtime: PrivateRuntime) -> None:
    async def run() -> None:
        async with runtime.client() as client:
            sandbox, container = await runtime.run_container(client, "outlive", "sleep", "3600")
            before = (await client.container_status(container, verbose=True)).info["info"]
            old = int(runtime.containerd().pid_path.read_text().split()[0])
            pidfd = os.pidfd_open(old)
            os.kill(old, signal.SIGKILL)
            await asyncio.to_thread(select.select, [pidfd], [], [])
            os.close(pidfd)
            # The supervisor inside client() starts it again, or this one does: whoever is first is adopted.
            async with supervised(runtime.containerd()) as new:
                assert new != old
                status = await client.container_status(container, verbose=True)
                assert status.status.state == pb.CONTAINER_RUNNING
                assert status.info["info"] == before
            await client.remove_pod_sandbox(sandbox)

    asyncio.run(run())


def test_running_containerd_is_found_without_its_pid_file(runtime: PrivateRuntime) -> None:
    async def run() -> None:
        async with supervised(runtime.containerd()) as pid:
            pass
        runtime.containerd().pid_path.unlink()
        async with supervised(runtime.containerd()) as found:
            assert found == pid

    asyncio.run(run())


def test_changed_settings_restart_containerd_and_no_container(runtime: PrivateRuntime) -> None:
    async def run() -> None:
        async with runtime.client() as client:
            sandbox, container = await runtime.run_container(client, "settings", "sleep", "3600")
        async with supervised(runtime.containerd()) as old:
            pass
        async with supervised(runtime.containerd("other.d")) as new:
            assert new != old
        async with supervised(runtime.containerd("other.d")) as same:
            assert same == new
        async with runtime.client() as client:
            assert (await client.container_status(container)).status.state == pb.CONTAINER_RUNNING
            await client.remove_pod_sandbox(sandbox)

    asyncio.run(run())
