"""Calls of a key management service over gRPC; its failures become errors of ours.

Source: k8s.io/kms, apis/v2.
"""

from __future__ import annotations

import uuid
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message

from pykube import errors

from ..encryption.ciphers import CannotOpen
from . import api_pb2 as pb

SERVICE = "v2.KeyManagementService"
_PASSING = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
    }
)
"""Codes that say nothing about what was asked: later it may be answered."""


class KeyManagementService:
    """A service behind a socket such as ``unix:///run/kms.sock``. `seconds` is what a call may take."""

    def __init__(self, name: str, endpoint: str, *, seconds: float) -> None:
        self.name = name
        self._endpoint = endpoint
        self._seconds = seconds
        self._channel: grpc.aio.Channel | None = None

    async def status(self) -> pb.StatusResponse:
        """Its version, its health and the id of the key that it closes with now."""
        found: pb.StatusResponse = await self._call("Status", pb.StatusRequest(), pb.StatusResponse)
        return found

    async def encrypt(self, plain: bytes) -> pb.EncryptResponse:
        """`plain`, closed with the key of now."""
        asked = pb.EncryptRequest(plaintext=plain, uid=str(uuid.uuid4()))
        found: pb.EncryptResponse = await self._call("Encrypt", asked, pb.EncryptResponse)
        return found

    async def decrypt(self, closed: pb.EncryptedObject) -> bytes:
        """The source of a value's key."""
        asked = pb.DecryptRequest(
            ciphertext=closed.encryptedDEKSource,
            uid=str(uuid.uuid4()),
            key_id=closed.keyID,
            annotations=dict(closed.annotations),
        )
        found: pb.DecryptResponse = await self._call("Decrypt", asked, pb.DecryptResponse)
        return found.plaintext

    async def close(self) -> None:
        """End the connection."""
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close(None)

    async def _call(self, method: str, asked: Message, answer: type[Message]) -> Any:
        """One call.

        Raises:
            errors.ServiceUnavailable: the service cannot be reached, or is not well.
            CannotOpen: it refuses.
        """
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._endpoint, options=[("grpc.default_authority", "localhost")])
        call = self._channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=type(asked).SerializeToString,
            response_deserializer=answer.FromString,
        )
        try:
            return await call(asked, timeout=self._seconds)
        except grpc.aio.AioRpcError as error:
            text = f"KMS provider {self.name}: {method}: {error.code().name}: {error.details()}"
            if error.code() in _PASSING:
                raise errors.ServiceUnavailable(text) from None
            raise CannotOpen(text) from None
