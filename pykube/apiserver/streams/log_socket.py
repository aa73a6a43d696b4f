"""A log over WebSocket: browsers cannot read an endless HTTP answer, but they can read messages.

Source: k8s.io/apimachinery, util/httpstream/wsstream.Reader; the subprotocols say whether messages are bytes or base64.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterable
from typing import cast

from aiohttp import web

_BINARY = "binary.k8s.io"
_BASE64 = "base64.binary.k8s.io"


async def send(http: web.BaseRequest, chunks: AsyncIterable[bytes]) -> web.StreamResponse:
    """Answer with one message a chunk, and close at the end; clients that name no protocol get bytes."""
    socket = web.WebSocketResponse(protocols=(_BINARY, _BASE64), compress=False)
    await socket.prepare(cast(web.Request, http))
    async for chunk in chunks:
        if socket.ws_protocol == _BASE64:
            await socket.send_str(base64.b64encode(chunk).decode())
        else:
            await socket.send_bytes(chunk)
    await socket.close()
    return socket
