"""Images of a containerd: imported from archives, listed and pinned, without a registry.

Goes through ctr, which comes with containerd: importing means reading an archive of any of several kinds, and ctr has
that code. ``agent.cri.client`` is the better way for everything that CRI can do.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from agent.cri.containerd_config import chosen_snapshotter
from agent.cri.image_archive import archive_names
from pykube.config import AgentConfig

NAMESPACE = "k8s.io"
"""The namespace in which CRI keeps its images."""
MANAGED_LABEL = "io.cri-containerd.image=managed"
"""Marks an image as one of CRI's."""
PINNED_LABEL = "io.cri-containerd.pinned=pinned"
"""Marks an image that is never garbage-collected; containerd before 1.7 keeps it and does not show it in CRI."""


class ContainerdError(Exception):
    """containerd is missing, does not start, or refused an image; the message says which and what to do."""


class ContainerdImages:
    """The images of the containerd behind `socket`."""

    def __init__(self, socket: Path, snapshotter: str = "overlayfs") -> None:
        self._socket = socket
        self._snapshotter = snapshotter

    @classmethod
    def of(cls, config: AgentConfig) -> ContainerdImages:
        """Those of this host's private containerd."""
        chosen = chosen_snapshotter(config.state_dir / "containerd" / "config.toml")
        return cls(config.run_dir / "containerd" / "containerd.sock", chosen or "overlayfs")

    async def import_archive(self, archive: Path, *, pinned: bool = True) -> list[str]:
        """Import an OCI or Docker archive and unpack it; returns the names it holds.

        Pinned images are never garbage-collected, for there may be no registry to have them back from.

        Raises:
            ContainerdError: containerd refused it, or does not answer.
        """
        before = set(await self.names())
        await self._ctr("images", "import", "--snapshotter", self._snapshotter, str(archive))
        after = set(await self.names())
        told = set(await asyncio.to_thread(archive_names, archive))
        names = sorted(name for name in (after - before) | (after & told) if not name.startswith("sha256:"))
        for name in names:
            await self._ctr("images", "label", name, MANAGED_LABEL, *([PINNED_LABEL] if pinned else []))
        return names

    async def names(self, *, pinned: bool = False) -> list[str]:
        """Names of the images; with `pinned` only of those that must be kept."""
        key, _, value = PINNED_LABEL.partition("=")
        filters = [f'labels."{key}"=={value}'] if pinned else []
        return (await self._ctr("images", "list", "--quiet", *filters)).split()

    async def _ctr(self, *arguments: str) -> str:
        code, text = await output_of("ctr", "--address", str(self._socket), "--namespace", NAMESPACE, *arguments)
        if code:
            raise ContainerdError(f"ctr {' '.join(arguments[:2])}: {text.strip()}")
        return text


async def output_of(*command: str) -> tuple[int, str]:
    """Exit code and what `command` printed on both its outputs.

    Raises:
        ContainerdError: it cannot be run.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise ContainerdError(f"cannot run {command[0]}: {error.strerror}") from error
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode(errors="replace")
