"""What the node API must know of the pods on this node; `agent.pods` implements it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pykube.api.core_v1 import Pod


@dataclass(frozen=True, slots=True)
class ContainerRef:
    """One container of a pod, as the runtime knows it; `id` is the CRI id without the ``containerd://`` prefix."""

    id: str
    name: str
    log_path: Path
    """The file the runtime writes now; rotated files lie beside it."""
    running: bool
    tty: bool = False


class PodDirectory(Protocol):
    """The pods of this node, looked up by the names that requests carry."""

    def pods(self) -> Sequence[Pod]:
        """Every pod the agent knows, with its latest status; not to be mutated."""
        ...

    def pod(self, namespace: str, name: str, uid: str = "") -> Pod | None:
        """The pod of that name, and of that uid where one is given."""
        ...

    async def container(self, pod: Pod, name: str, *, previous: bool = False) -> ContainerRef | None:
        """The newest container called `name` (init and ephemeral ones too); with `previous` the one before it.

        None where the container has not been created yet, or has no predecessor that still exists.
        """
        ...

    async def sandbox_id(self, pod: Pod) -> str | None:
        """The CRI id of the pod's ready sandbox."""
        ...

    async def wait_stopped(self, container_id: str) -> None:
        """Return when the container has stopped, at once if it has; for those who follow its log."""
        ...
