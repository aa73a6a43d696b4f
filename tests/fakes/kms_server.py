"""A key management service on a real Unix socket; it closes with XOR, which is enough to tell keys apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from pykube.store.kms import api_pb2 as pb
from pykube.store.kms.service import SERVICE


class KmsServer:
    """What it says of itself, and what it was asked."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.key_id = "key-1"
        self.health = "ok"
        self.version = "v2"
        self.known = {"key-1", "key-2"}
        self.calls: list[str] = []

    async def status(self, request: pb.StatusRequest, context: Any) -> pb.StatusResponse:
        self.calls.append("Status")
        return pb.StatusResponse(version=self.version, healthz=self.health, key_id=self.key_id)

    async def encrypt(self, request: pb.EncryptRequest, context: Any) -> pb.EncryptResponse:
        self.calls.append("Encrypt")
        return pb.EncryptResponse(
            ciphertext=_mixed(request.plaintext, self.key_id),
            key_id=self.key_id,
            annotations={"kms.example.com/wrapped": b"1"},
        )

    async def decrypt(self, request: pb.DecryptRequest, context: Any) -> pb.DecryptResponse:
        self.calls.append("Decrypt")
        if request.key_id not in self.known or request.annotations["kms.example.com/wrapped"] != b"1":
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"no key {request.key_id}")
        return pb.DecryptResponse(plaintext=_mixed(request.ciphertext, request.key_id))


def _mixed(data: bytes, key: str) -> bytes:
    return bytes(one ^ key.encode()[at % len(key)] for at, one in enumerate(data))


@asynccontextmanager
async def kms_server(folder: Path) -> AsyncIterator[KmsServer]:
    """A service that listens in `folder`."""
    found = KmsServer(f"unix://{folder}/kms.sock")
    methods = {
        "Status": (found.status, pb.StatusRequest),
        "Encrypt": (found.encrypt, pb.EncryptRequest),
        "Decrypt": (found.decrypt, pb.DecryptRequest),
    }
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            call, request_deserializer=request.FromString, response_serializer=lambda answer: answer.SerializeToString()
        )
        for name, (call, request) in methods.items()
    }
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_insecure_port(found.endpoint)
    await server.start()
    try:
        yield found
    finally:
        await server.stop(None)
