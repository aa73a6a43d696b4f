"""PersistentVolumes and their claims: new ones wait, whatever status came with them."""

from __future__ import annotations

from ..write import Write
from .workload import Returned


class Waiting(Returned):
    """A new object is Pending until the controller has looked at it."""

    def prepare_create(self, write: Write) -> None:
        super().prepare_create(write)
        write.object.status.phase = "Pending"
