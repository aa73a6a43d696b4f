"""A real private containerd for host tests, with busybox in it, and what it takes to leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.containerd import PrivateContainerd
from agent.cri.image_build import ImageConfig, ImageContents, build
from pykube.aio.clock import SystemClock

BUSYBOX_IMAGE = "pykube.test/busybox:1"


class PrivateRuntime:
    """A containerd under `root`; images are imported, pods use the host's network."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.logs = root / "logs"

    def containerd(self, cni_conf_dir: str = "net.d") -> PrivateContainerd:
        """A supervisor for this containerd, not yet running."""
        root = self.root
        return PrivateContainerd(
            root / "state",
            root / "run",
            root / cni_conf_dir,
            root / "bin",
            SystemClock(),
            registries=root / "registries",
        )

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[CriClient]:
        """A client of the running containerd, which is started where it is not."""
        containerd = self.containerd()
        running = asyncio.create_task(containerd.run())
        try:
            async with asyncio.timeout(60):
                await containerd.wait_ready()
            async with CriClient(containerd.endpoint) as client:
                yield client
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def import_images(self) -> None:
        """The sandbox image and busybox."""
        containerd = self.containerd()
        async with self.client():
            await containerd.ensure_sandbox_image()
            archive = self.root / "busybox.tar"
            contents = ImageContents(busybox=Path("/bin/busybox"))
            await asyncio.to_thread(build, BUSYBOX_IMAGE, contents, ImageConfig(cmd=("sh",)), archive)
            await containerd.import_image(archive)

    async def remove_all(self) -> None:
        """Every pod, then containerd itself."""
        async with self.client() as client:
            for sandbox in await client.list_pod_sandboxes():
                await client.stop_pod_sandbox(sandbox.id)
                await client.remove_pod_sandbox(sandbox.id)
        await self.containerd().stop()

    def sandbox_config(self, name: str) -> pb.PodSandboxConfig:
        """A pod on the host's network."""
        network = pb.NamespaceOption(network=pb.NODE)
        return pb.PodSandboxConfig(
            metadata=pb.PodSandboxMetadata(name=name, uid=f"uid-{name}", namespace="default"),
            log_directory=str(self.logs / name),
            linux=pb.LinuxPodSandboxConfig(
                cgroup_parent=f"/pykube-test-{self.root.name}",
                security_context=pb.LinuxSandboxSecurityContext(namespace_options=network),
            ),
        )

    async def run_container(self, client: CriClient, name: str, *command: str, stdin: bool = False) -> tuple[str, str]:
        """A running pod of one container, both called `name`: ids of sandbox and container."""
        sandbox_config = self.sandbox_config(name)
        sandbox = await client.run_pod_sandbox(sandbox_config)
        config = pb.ContainerConfig(
            metadata=pb.ContainerMetadata(name=name),
            image=pb.ImageSpec(image=BUSYBOX_IMAGE),
            command=list(command),
            log_path="0.log",
            stdin=stdin,
        )
        container = await client.create_container(sandbox, config, sandbox_config)
        await client.start_container(container)
        return sandbox, container


@contextlib.contextmanager
def private_runtime(root: Path) -> Iterator[PrivateRuntime]:
    """A containerd with images under the short path `root` (unix socket paths are limited), gone at the end."""
    root.mkdir(parents=True, exist_ok=True)
    runtime = PrivateRuntime(root)
    try:
        asyncio.run(runtime.import_images())
        yield runtime
    finally:
        asyncio.run(runtime.remove_all())
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in reversed([one for one in mounts if one.startswith(f"{root}/")]):
            subprocess.run(["umount", "-l", mount], check=False)
        for cgroup in Path("/sys/fs/cgroup").glob(f"**/pykube-test-{root.name}"):
            with contextlib.suppress(OSError):
                cgroup.rmdir()
        shutil.rmtree(root)
