"""aiohttp's WebSocket as the stream translations use one."""

from __future__ import annotations

import contextlib

from aiohttp import WSCloseCode, WSMsgType, web


class ServerSocket:
    """Implements `agent.streams.websocket_channels.MessageSocket`."""

    def __init__(self, response: web.WebSocketResponse) -> None:
        self._response = response

    async def receive(self) -> bytes | str | None:
        message = await self._response.receive()
        if message.type in (WSMsgType.BINARY, WSMsgType.TEXT):
            found: bytes | str = message.data
            return found
        return None

    async def send(self, message: bytes | str) -> None:
        with contextlib.suppress(ConnectionError):
            if isinstance(message, str):
                await self._response.send_str(message)
            else:
                await self._response.send_bytes(message)

    async def close(self, code: int = WSCloseCode.OK, reason: str = "") -> None:
        with contextlib.suppress(ConnectionError):
            await self._response.close(code=code, message=reason.encode())


async def open_socket(request: web.Request, protocol: str) -> tuple[web.WebSocketResponse, ServerSocket]:
    """Answer the WebSocket handshake, choosing `protocol` (none if empty)."""
    response = web.WebSocketResponse(
        protocols=(protocol,) if protocol else (), max_msg_size=0, compress=False, timeout=5.0
    )
    await response.prepare(request)
    return response, ServerSocket(response)


def is_websocket(request: web.Request) -> bool:
    """Whether the client asks for a WebSocket."""
    return (
        "upgrade" in request.headers.get("Connection", "").lower()
        and request.headers.get("Upgrade", "").lower() == "websocket"
    )


def offered_protocols(request: web.Request) -> list[str]:
    """The WebSocket protocols that the client offers, best first."""
    values = request.headers.getall("Sec-WebSocket-Protocol", [])
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
