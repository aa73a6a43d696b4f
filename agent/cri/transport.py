"""gRPC over a unix socket: the calls as plain coroutines, their failures as `CriError`.

Only this file touches grpc. There are no generated stubs: a method is its path, and its messages are found by its name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message

from agent.cri import api_pb2 as pb
from agent.cri.errors import CriError, from_code

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""The largest answer accepted: ExecSync puts a command's whole output into one message."""

RUNTIME = "runtime.v1.RuntimeService"
IMAGES = "runtime.v1.ImageService"

_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # A runtime that restarts is met again soon, not after gRPC's usual two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    ("grpc.default_authority", "localhost"),
)


class Transport:
    """One channel to a runtime's socket, opened at the first call."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._channel: grpc.aio.Channel | None = None
        self._calls: dict[str, Callable[..., Any]] = {}

    async def unary(self, service: str, method: str, request: Message, *, timeout: float | None) -> Any:
        """Call a method of CRI, whose messages are named after it; `timeout` in seconds, None for none.

        Raises:
            CriError: the runtime said no, or did not answer.
        """
        return await self.call(f"/{service}/{method}", request, getattr(pb, f"{method}Response"), timeout=timeout)

    async def call(
        self,
        path: str,
        request: Message,
        answer: type[Message],
        *,
        timeout: float | None,
        metadata: tuple[tuple[str, str], ...] = (),
    ) -> Any:
        """Send `request` to `path` and return the answer.

        Raises:
            CriError: as `unary`.
        """
        call = self._calls.get(path)
        if call is None:
            call = self._calls[path] = self._open().unary_unary(
                path, request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString
            )
        try:
            return await call(request, timeout=timeout, metadata=metadata or None)
        except grpc.aio.AioRpcError as error:
            raise _translated(error) from None
        except grpc.aio.UsageError as error:
            raise CriError(str(error), "UNAVAILABLE") from None

    async def stream(self, path: str, request: Message, answer: type[Message]) -> AsyncIterator[Any]:
        """Send `request` to `path` and yield the messages of the answer until the runtime ends it.

        Raises:
            CriError: as `unary`.
        """
        call = self._open().unary_stream(
            path, request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString
        )(request)
        try:
            async for message in call:
                yield message
        except grpc.aio.AioRpcError as error:
            raise _translated(error) from None
        finally:
            call.cancel()

    async def close(self) -> None:
        """Close the channel; calls in flight end with `Cancelled`."""
        channel, self._channel = self._channel, None
        self._calls.clear()
        if channel is not None:
            await channel.close(None)

    def _open(self) -> grpc.aio.Channel:
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self.endpoint, options=_OPTIONS)
        return self._channel


def _translated(error: grpc.aio.AioRpcError) -> CriError:
    return from_code(error.code().name, error.details() or "")
