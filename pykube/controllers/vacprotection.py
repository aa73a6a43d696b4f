"""VAC protection: a VolumeAttributesClass that is deleted stays as long as a volume or claim has or wants it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pykube.api import core_v1, storage_v1

from . import protection
from .base import Controller
from .context import Context

FINALIZER: Final = "kubernetes.io/vac-protection"

_User = core_v1.PersistentVolume | core_v1.PersistentVolumeClaim


def classes_of(user: _User) -> Iterator[str]:
    """The classes that a volume has, or a claim has, is given or wants."""
    if user.spec.volume_attributes_class_name:
        yield user.spec.volume_attributes_class_name
    if isinstance(user, core_v1.PersistentVolumeClaim):
        if user.status.current_volume_attributes_class_name:
            yield user.status.current_volume_attributes_class_name
        modify = user.status.modify_volume_status
        if modify is not None and modify.target_volume_attributes_class_name:
            yield modify.target_volume_attributes_class_name


class VacProtectionController(Controller):
    """Keys are names of VolumeAttributesClasses."""

    name = "volumeattributesclass-protection-controller"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.classes = self.informer(storage_v1.VolumeAttributesClass)
        self.classes.add_handler(on_add=self._changed, on_update=lambda old, new: self._changed(new))
        self.volumes = self.informer(core_v1.PersistentVolume)
        self.claims = self.informer(core_v1.PersistentVolumeClaim)
        for informer in (self.volumes, self.claims):
            informer.add_handler(on_update=self._user_changed, on_delete=self._let_go)

    def _changed(self, found: storage_v1.VolumeAttributesClass) -> None:
        if protection.needs_attention(found, FINALIZER):
            self.enqueue(found)

    def _user_changed(self, old: _User, new: _User) -> None:
        if set(classes_of(old)) - set(classes_of(new)):
            self._let_go(old)

    def _let_go(self, user: _User) -> None:
        for name in classes_of(user):
            self.queue.add(name)

    async def sync(self, key: str) -> None:
        found = self.classes.get(key)
        if found is None:
            return
        if not protection.is_waiting(found, FINALIZER):
            await protection.add(self.client, found, FINALIZER)
        elif not self._used(key):
            await protection.remove(self.client, found, FINALIZER)

    def _used(self, name: str) -> bool:
        users: tuple[_User, ...] = (*self.volumes.list(), *self.claims.list())
        return any(name in classes_of(user) for user in users)
