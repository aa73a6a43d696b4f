"""What pods left behind that the API no longer has: sandboxes, directories, logs, cgroups."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Set as AbstractSet
from pathlib import Path

from agent.cri import api_pb2 as pb
from agent.cri.errors import CriError
from agent.volumes.context import VolumeError
from agent.volumes.pod_volumes import tear_down

from .config import POD_UID
from .surroundings import Surroundings

log = logging.getLogger(__name__)


class Orphans:
    """Found when this is made, so that nothing of a pod that comes later is taken for an orphan."""

    def __init__(self, surroundings: Surroundings, uids: AbstractSet[str], known: AbstractSet[str]) -> None:
        """`uids` are the pods that only the runtime knows, `known` those that the API has."""
        self._at = surroundings
        self._uids = uids
        self._directories = [path for path in _children(surroundings.pods_dir) if path.name not in known]
        self._logs = [path for path in _children(surroundings.log_dir) if path.name.rpartition("_")[2] not in known]
        self._cgroups = surroundings.cgroups.pods() - known

    async def remove(self) -> None:
        """Remove them; what cannot be removed now is left to the next agent."""
        for uid in self._uids:
            log.info("removing pod %s, which is gone from the API", uid)
            try:
                chosen = pb.PodSandboxFilter(label_selector={POD_UID: uid})
                for sandbox in await self._at.cri.list_pod_sandboxes(chosen):
                    await self._at.cri.stop_pod_sandbox(sandbox.id)
                    await self._at.cri.remove_pod_sandbox(sandbox.id)
            except CriError as error:
                log.warning("cannot remove pod %s: %s", uid, error)
        for directory in self._directories:
            try:
                await tear_down(directory)
            except VolumeError as error:
                log.warning("cannot remove %s: %s", directory, error)
        for directory in self._logs:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
        await self._at.cgroups.remove_empty(self._cgroups)


def _children(directory: Path) -> list[Path]:
    return list(directory.iterdir()) if directory.is_dir() else []
