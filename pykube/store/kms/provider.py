"""Values whose keys a key management service keeps: version 2 of the envelope.

The service closes a seed once, when it is met and when its key changes; each value is closed with a key that is derived
from the seed, and carries the closed seed along. So one call opens all values of a seed.
Source: k8s.io/apiserver, pkg/storage/value/encrypt/envelope/kmsv2; KEP-3299.
"""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from pykube import errors
from pykube.aio.clock import Clock

from ..encryption.ciphers import SEED, AesGcm, CannotOpen, Cipher, SeededAesGcm
from ..encryption.providers import MARK
from . import api_pb2 as pb
from .service import KeyManagementService

log = logging.getLogger(__name__)

POLL_SECONDS = 60.0
"""How often the service is asked for its key's id; upstream's number."""
POLL_FAILING_SECONDS = 10.0
"""The same while it fails."""
TRUSTED_SECONDS = 180.0
"""How long after its last answer a seed is still written with; upstream's number."""
MAX_KEY_ID = 1024
MAX_SOURCE = 1024
MAX_ANNOTATIONS = 32 * 1024
"""Bytes that a service may add to each value."""

_VERSIONS = frozenset({"v2", "v2beta1"})
_SEED = pb.EncryptedDEKSourceType.HKDF_SHA256_XNONCE_AES_GCM_SEED


@dataclass(frozen=True, slots=True)
class _Writing:
    """The seed of now, and how it is told in values."""

    cipher: Cipher
    head: pb.EncryptedObject
    until: float


class KmsProvider:
    """The provider of one service; `start` it before use, `stop` it at the end."""

    def __init__(self, name: str, endpoint: str, clock: Clock, *, seconds: float) -> None:
        self._name = name
        self._beginning = MARK + f"kms:v2:{name}:".encode()
        self._service = KeyManagementService(name, endpoint, seconds=seconds)
        self._clock = clock
        self._writing: _Writing | None = None
        self._ciphers: dict[tuple[int, bytes, str], Cipher] = {}
        self._poll: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask for a key to write with, and follow the service from then on.

        Raises:
            errors.ServiceUnavailable: it cannot be reached, or is not well.
        """
        try:
            await self._refresh()
        except (errors.ServiceUnavailable, CannotOpen) as error:
            await self._service.close()
            raise errors.ServiceUnavailable(str(error)) from error
        self._poll = asyncio.get_running_loop().create_task(self._follow(), name=f"KMS provider {self._name}")

    async def stop(self) -> None:
        """Leave the service."""
        if self._poll is not None:
            self._poll.cancel()
            await asyncio.gather(self._poll, return_exceptions=True)
        await self._service.close()

    # What a provider does

    def knows(self, value: bytes) -> bool:
        return value.startswith(self._beginning)

    def seal_of(self, value: bytes) -> str:
        try:
            found = self._parsed(value)
        except CannotOpen:
            return f"KMS provider {self._name}"
        return self._named(found.keyID)

    @property
    def seal(self) -> str:
        return self._named(self._writing.head.keyID) if self._writing is not None else ""

    async def close(self, plain: bytes, context: bytes) -> bytes:
        writing = self._writing
        if writing is None or self._clock.monotonic() > writing.until:
            raise errors.ServiceUnavailable(
                f"KMS provider {self._name} has not answered for {TRUSTED_SECONDS:.0f} s, so nothing is written"
            )
        found = pb.EncryptedObject()
        found.CopyFrom(writing.head)
        found.encryptedData = writing.cipher.seal(plain, context)
        return self._beginning + found.SerializeToString()

    async def open(self, value: bytes, context: bytes) -> bytes:
        found = self._parsed(value)
        cipher = self._ciphers.get(_source(found))
        if cipher is None:
            cipher = self._remember(found, await self._service.decrypt(found))
        try:
            return cipher.open(found.encryptedData, context)
        except CannotOpen as error:
            raise CannotOpen(f"{self._named(found.keyID)}: {error}") from error

    # The service

    async def _follow(self) -> None:
        wait = POLL_SECONDS
        while True:
            await self._clock.sleep(wait)
            try:
                await self._refresh()
                wait = POLL_SECONDS
            except (errors.ServiceUnavailable, CannotOpen) as error:
                log.warning("%s", error)
                wait = POLL_FAILING_SECONDS

    async def _refresh(self) -> None:
        """Ask the service how it is; a new seed is made when its key is another one."""
        status = await self._service.status()
        if status.version not in _VERSIONS:
            raise errors.ServiceUnavailable(f"KMS provider {self._name} speaks version {status.version!r}, not v2")
        if status.healthz != "ok":
            raise errors.ServiceUnavailable(f"KMS provider {self._name} is not well: {status.healthz}")
        until = self._clock.monotonic() + TRUSTED_SECONDS
        writing = self._writing
        if writing is not None and writing.head.keyID == status.key_id:
            self._writing = _Writing(writing.cipher, writing.head, until)
            return
        seed = os.urandom(SEED)
        answer = await self._service.encrypt(seed)
        head = pb.EncryptedObject(
            keyID=answer.key_id,
            encryptedDEKSource=answer.ciphertext,
            annotations=dict(answer.annotations),
            encryptedDEKSourceType=_SEED,
        )
        self._check(head)
        self._writing = _Writing(self._remember(head, seed), head, until)
        log.info("KMS provider %s: values are written with its key %s", self._name, answer.key_id)

    def _remember(self, found: pb.EncryptedObject, source: bytes) -> Cipher:
        """The cipher behind an opened source; a service has few of them, one for each key and start of a server."""
        try:
            cipher = SeededAesGcm(source) if found.encryptedDEKSourceType == _SEED else AesGcm(source)
        except ValueError:
            raise CannotOpen(f"KMS provider {self._name} has given a key of {len(source)} bytes") from None
        self._ciphers[_source(found)] = cipher
        return cipher

    def _parsed(self, value: bytes) -> pb.EncryptedObject:
        try:
            found = pb.EncryptedObject.FromString(value[len(self._beginning) :])
        except DecodeError:
            raise CannotOpen(f"KMS provider {self._name}: the value is damaged") from None
        self._check(found)
        return found

    def _check(self, found: pb.EncryptedObject) -> None:
        """Raise CannotOpen when a part is missing or larger than it may be."""
        annotations = sum(len(key.encode()) + len(value) for key, value in found.annotations.items())
        if (
            not 0 < len(found.keyID.encode()) <= MAX_KEY_ID
            or not 0 < len(found.encryptedDEKSource) <= MAX_SOURCE
            or annotations > MAX_ANNOTATIONS
        ):
            raise CannotOpen(f"KMS provider {self._name}: key id, closed key or annotations are missing or too large")

    def _named(self, key_id: str) -> str:
        return f"KMS provider {self._name!r} key {key_id!r}"


def _source(found: pb.EncryptedObject) -> tuple[int, bytes, str]:
    """What tells the key of a value from others."""
    annotations = "".join(f"{key}={found.annotations[key].hex()};" for key in sorted(found.annotations))
    return found.encryptedDEKSourceType, found.encryptedDEKSource, f"{found.keyID};{annotations}"
