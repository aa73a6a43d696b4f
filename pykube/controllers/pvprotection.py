"""PV protection: a volume that is deleted stays as long as a claim has it."""

from __future__ import annotations

from typing import Final

from pykube.api import core_v1

from . import protection
from .base import Controller
from .context import Context

FINALIZER: Final = "kubernetes.io/pv-protection"


class PvProtectionController(Controller):
    """Keys are names of PersistentVolumes."""

    name = "persistentvolume-protection-controller"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.volumes = self.informer(core_v1.PersistentVolume)
        self.volumes.add_handler(on_add=self._changed, on_update=lambda old, new: self._changed(new))

    def _changed(self, volume: core_v1.PersistentVolume) -> None:
        if protection.needs_attention(volume, FINALIZER):
            self.enqueue(volume)

    async def sync(self, key: str) -> None:
        volume = self.volumes.get(key)
        if volume is None:
            return
        if not protection.is_waiting(volume, FINALIZER):
            await protection.add(self.client, volume, FINALIZER)
        elif volume.status.phase != "Bound":
            await protection.remove(self.client, volume, FINALIZER)
