"""What a volume needs to know to set itself up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.pods.fields import Facts
from pykube.aio.clock import Clock
from pykube.api import core_v1


class VolumeError(Exception):
    """The volume cannot be set up; the text is upstream's, and stands in the FailedMount event."""


class Objects(Protocol):
    """The API objects that volumes speak of. Every method raises errors.NotFound."""

    async def config_map(self, namespace: str, name: str) -> core_v1.ConfigMap:
        """A ConfigMap."""
        ...

    async def secret(self, namespace: str, name: str) -> core_v1.Secret:
        """A Secret."""
        ...

    async def claim(self, namespace: str, name: str) -> core_v1.PersistentVolumeClaim:
        """A PersistentVolumeClaim."""
        ...

    async def persistent_volume(self, name: str) -> core_v1.PersistentVolume:
        """A PersistentVolume."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """A service-account token; `renew_in` is how many seconds from now it should be asked for anew."""

    text: str
    renew_in: float


class Tokens(Protocol):
    """Where service-account tokens come from."""

    async def token(self, pod: core_v1.Pod, audiences: Sequence[str], expiration: int) -> Token:
        """A token for the pod's service account, bound to the pod. `expiration` in seconds. Raises errors.ApiError."""
        ...


@dataclass(frozen=True, slots=True)
class VolumeContext:
    """One pod's surroundings."""

    pod: core_v1.Pod
    directory: Path
    """The pod's own directory on the host."""
    objects: Objects
    tokens: Tokens
    clock: Clock
    facts: Facts

    @property
    def fs_group(self) -> int | None:
        """The group that volumes are handed to."""
        context = self.pod.spec.security_context
        return None if context is None else context.fs_group

    @property
    def keep_if_root_matches(self) -> bool:
        """Whether ownership is left alone where the volume's root has it already."""
        context = self.pod.spec.security_context
        return context is not None and context.fs_group_change_policy == "OnRootMismatch"

    @property
    def run_as_user(self) -> int | None:
        """The user all containers run as, if it is one and the same."""
        whole = self.pod.spec.security_context
        users = set()
        for container in (*self.pod.spec.init_containers, *self.pod.spec.containers):
            own = container.security_context
            user = own.run_as_user if own is not None and own.run_as_user is not None else None
            users.add(user if user is not None else (whole.run_as_user if whole is not None else None))
        return users.pop() if len(users) == 1 else None
