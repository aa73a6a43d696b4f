"""ImagePolicyWebhook: another server says whether a pod's images may run.

Source: imagepolicy.k8s.io/v1alpha1; its settings stand under ``imagePolicy`` in the plugin's configuration.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import msgspec

from pykube.aio.clock import Clock
from pykube.api import core_v1

from ... import statuses
from ...authn.expiring_cache import ExpiringCache
from ...authn.review_client import ReviewError
from ...write import Operation, Write

log = logging.getLogger(__name__)

SECONDS = 30.0
"""How long one attempt may take."""
MAX_REMEMBERED = 1024
"""Answers; upstream's number."""
AUDIT_PREFIX = "imagepolicywebhook.image-policy.k8s.io/"
_TOLD = ".image-policy.k8s.io/"
"""What is in the names of a pod's annotations that the server is told."""
_ALLOWED, _DENIED = 300.0, 30.0
_LONGEST = 1800.0
"""Seconds that an answer may be remembered."""


class Asker(Protocol):
    """What is needed of `ReviewClient`."""

    async def ask(self, review: Mapping[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How to ask: times in seconds, 0: not remembered."""

    kubeconfig: Path
    allowed: float = _ALLOWED
    """How long a yes stays one."""
    denied: float = _DENIED
    """How long a no stays one."""
    default_allow: bool = False
    """Whether images may run when the server does not answer."""


class _Status(msgspec.Struct, rename="camel"):
    allowed: bool = False
    reason: str = ""
    audit_annotations: dict[str, str] = {}


class ImagePolicyWebhook:
    """The admission plugin."""

    name: ClassVar = "ImagePolicyWebhook"

    def __init__(self, client: Asker, settings: Settings, clock: Clock) -> None:
        self._client = client
        self._settings = settings
        self._answers: ExpiringCache[bytes, _Status] = ExpiringCache(MAX_REMEMBERED, clock)

    async def __call__(self, write: Write) -> None:
        """Ask about the images of a pod, or of the containers that are put into one.

        Raises:
            Forbidden: they may not run, or nobody says that they may.
        """
        if write.operation not in (Operation.CREATE, Operation.UPDATE):
            return
        if not write.is_for("pods") and not write.is_for("pods", subresource="ephemeralcontainers"):
            return
        try:
            status = await self._status(_spec(write))
        except (ReviewError, msgspec.ValidationError) as error:
            if not self._settings.default_allow:
                raise statuses.forbidden(write.resource, write.name, str(error)) from error
            log.warning("images may run though nobody says so: %s", error)
            write.audit[f"{AUDIT_PREFIX}failed-open"] = "true"
            return
        for name, value in status.audit_annotations.items():
            write.audit[f"{AUDIT_PREFIX}{name}"] = value
        if not status.allowed:
            why = "one or more images rejected by webhook backend"
            if status.reason:
                why = f"image policy webhook backend denied one or more images: {status.reason}"
            raise statuses.forbidden(write.resource, write.name, why)

    async def _status(self, spec: Mapping[str, Any]) -> _Status:
        key = msgspec.json.encode(spec)
        found = self._answers.get(key)
        if found is None:
            review = {"apiVersion": "imagepolicy.k8s.io/v1alpha1", "kind": "ImageReview", "metadata": {}, "spec": spec}
            found = msgspec.convert(await self._client.ask(review), _Status)
            self._answers.put(key, found, self._settings.allowed if found.allowed else self._settings.denied)
        return found


def _spec(write: Write) -> dict[str, Any]:
    pod: core_v1.Pod = write.object
    told = {name: value for name, value in pod.metadata.annotations.items() if _TOLD in name}
    spec: dict[str, Any] = {"containers": [{"image": image} for image in _images(write)], "namespace": write.namespace}
    return {**spec, "annotations": told} if told else spec


def _images(write: Write) -> Iterator[str]:
    spec: core_v1.PodSpec = write.object.spec
    containers = (*spec.containers, *spec.init_containers) if not write.subresource else spec.ephemeral_containers
    return (container.image for container in containers)


def settings_of(configuration: Any) -> Settings:
    """The settings in the plugin's part of an AdmissionConfiguration.

    Raises:
        ValueError: they make no sense.
    """
    doc = configuration.get("imagePolicy") if isinstance(configuration, dict) else None
    if not isinstance(doc, dict):
        raise ValueError("ImagePolicyWebhook: no config specified")
    if not doc.get("kubeConfigFile"):
        raise ValueError("ImagePolicyWebhook: imagePolicy.kubeConfigFile: Required value")
    return Settings(
        Path(doc["kubeConfigFile"]),
        _seconds("allow cache", doc.get("allowTTL", 0), _ALLOWED),
        _seconds("deny cache", doc.get("denyTTL", 0), _DENIED),
        doc.get("defaultAllow") is True,
    )


def _seconds(name: str, given: Any, default: float) -> float:
    """A time in seconds: 0 is the default, -1 is none."""
    if given in (0, -1):
        return 0.0 if given else default
    if not isinstance(given, int | float) or not 1 <= given <= _LONGEST:
        raise ValueError(f"ImagePolicyWebhook: {name}: valid value is between 1s and 30m0s, got {given}")
    return float(given)
