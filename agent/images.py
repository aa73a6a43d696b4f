"""Images on this host: had by pull policy, pulled once for all who ask, removed when the disk fills up."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.errors import CriError
from pykube.aio.clock import Clock
from pykube.api import core_v1

log = logging.getLogger(__name__)

HIGH = 0.85
"""The share of the image disk in use at which images are removed."""
LOW = 0.80
"""The share down to which they are removed."""
LEAST_AGE = 120.0
"""Seconds that an image is kept at least after it was last seen in use."""

_REFERENCE = re.compile(
    r"^(?P<name>(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>[A-Za-z0-9_+.-]+:[0-9a-fA-F]{32,}))?$"
)

Announce = Callable[[str, str, str], None]
"""Records an Event: type, reason, message."""


class ImageError(Exception):
    """The image cannot be had; `reason` is upstream's word for why a container waits."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def with_tag(image: str) -> str:
    """The reference with ``:latest`` where it has neither tag nor digest.

    Raises:
        ImageError: it is no image reference (InvalidImageName).
    """
    match = _REFERENCE.match(image)
    if match is None:
        raise ImageError(
            "InvalidImageName",
            f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": '
            "invalid reference format",
        )
    return image if match["tag"] or match["digest"] else image + ":latest"


def registry_of(image: str) -> str:
    """The registry's host, docker.io where none is named."""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"


def credentials(image: str, secrets: Iterable[core_v1.Secret]) -> pb.AuthConfig | None:
    """The first login for the image's registry among pull secrets of both types."""
    registry = registry_of(image)
    for secret in secrets:
        for host, entry in _logins(secret).items():
            server = re.sub(r"^https?://", "", host).split("/")[0]
            if server == registry or (registry == "docker.io" and server.endswith("docker.io")):
                return _auth(entry)
    return None


def _logins(secret: core_v1.Secret) -> dict[str, dict[str, str]]:
    try:
        if ".dockerconfigjson" in secret.data:
            found = json.loads(secret.data[".dockerconfigjson"]).get("auths", {})
        else:
            found = json.loads(secret.data.get(".dockercfg", b"{}"))
    except (ValueError, AttributeError):
        log.warning("pull secret %s/%s is not valid JSON", secret.metadata.namespace, secret.metadata.name)
        return {}
    return found if isinstance(found, dict) else {}


def _auth(entry: dict[str, str]) -> pb.AuthConfig:
    user, password = entry.get("username", ""), entry.get("password", "")
    if not user and "auth" in entry:
        user, _, password = base64.b64decode(entry["auth"]).decode(errors="replace").partition(":")
    return pb.AuthConfig(username=user, password=password, identity_token=entry.get("identitytoken", ""))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One container's wish: its image, its policy, and the logins that may be tried."""

    image: str
    policy: str
    secrets: Sequence[core_v1.Secret] = ()
    sandbox: pb.PodSandboxConfig | None = None


@dataclass(slots=True)
class Images:
    """The host's images, through the runtime."""

    cri: CriClient
    clock: Clock
    _pulls: dict[tuple[str, str], asyncio.Task[pb.Image]] = field(default_factory=dict)
    _seen: dict[str, float] = field(default_factory=dict)

    async def ensure(self, wanted: Wanted, announce: Announce) -> pb.Image:
        """Have the image here, pulling it if its policy says so.

        Raises:
            ImageError: with upstream's reason and message.
        """
        name = with_tag(wanted.image)
        if wanted.policy != "Always":
            found = await self._look(name)
            if found is not None:
                announce("Normal", "Pulled", f'Container image "{wanted.image}" already present on machine')
                return found
        if wanted.policy == "Never":
            message = f'Container image "{wanted.image}" is not present with pull policy of Never'
            announce("Warning", "ErrImageNeverPull", message)
            raise ImageError("ErrImageNeverPull", message)
        return await self._pull(name, wanted, announce)

    async def _look(self, name: str) -> pb.Image | None:
        try:
            return await self.cri.image_status(name)
        except CriError as error:
            raise ImageError("ImageInspectError", f'Failed to inspect image "": {error.message}') from error

    async def _pull(self, name: str, wanted: Wanted, announce: Announce) -> pb.Image:
        """Join the pull that is under way for the same image and login, or begin one."""
        auth = credentials(name, wanted.secrets)
        key = (name, auth.username if auth is not None else "")
        announce("Normal", "Pulling", f'Pulling image "{wanted.image}"')
        began = self.clock.monotonic()
        task = self._pulls.get(key)
        if task is None:
            task = self._pulls[key] = asyncio.create_task(self._fetch(name, auth, wanted.sandbox))
            task.add_done_callback(lambda _: self._pulls.pop(key, None))
        try:
            image = await asyncio.shield(task)
        except CriError as error:
            announce("Warning", "Failed", f'Failed to pull image "{wanted.image}": {error.message}')
            announce("Warning", "Failed", "Error: ErrImagePull")
            raise ImageError("ErrImagePull", error.message) from error
        took = f"{(self.clock.monotonic() - began):.3f}s"
        announce(
            "Normal",
            "Pulled",
            f'Successfully pulled image "{wanted.image}" in {took} ({took} including waiting). '
            f"Image size: {image.size} bytes.",
        )
        return image

    async def _fetch(self, name: str, auth: pb.AuthConfig | None, sandbox: pb.PodSandboxConfig | None) -> pb.Image:
        reference = await self.cri.pull_image(name, auth, sandbox)
        image = await self.cri.image_status(reference)
        if image is None:
            raise CriError(f"image {name} was pulled and is not there")
        return image

    async def collect(self, in_use: set[str], used: float, capacity: int) -> int:
        """Remove images nobody uses, the longest unused first, until the disk is below `LOW`; returns bytes freed.

        `in_use` holds image ids; `used` is the present share of the disk and `capacity` its size in bytes. Pinned
        images stay whatever happens.
        """
        now = self.clock.monotonic()
        images = await self.cri.list_images()
        for image in images:
            if image.id in in_use or image.id not in self._seen:
                self._seen[image.id] = now
        if used < HIGH:
            return 0
        to_free = int((used - LOW) * capacity)
        freed = 0
        unused = [image for image in images if image.id not in in_use and not image.pinned]
        for image in sorted(unused, key=lambda image: self._seen[image.id]):
            if freed >= to_free:
                break
            if now - self._seen[image.id] < LEAST_AGE:
                continue
            await self.cri.remove_image(image.id)
            freed += image.size
            self._seen.pop(image.id, None)
            log.info("removed image %s (%d bytes) to free disk space", image.id, image.size)
        return freed
