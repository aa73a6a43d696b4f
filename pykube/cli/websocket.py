"""A WebSocket to the API server, for exec and port-forward."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp

from ..aio.clock import SystemClock
from ..client.config import ClientConfig
from ..client.credentials import Credentials
from .failures import CliError, Unreachable, one_line
from .http import CONNECT_TIMEOUT, error_of

HEARTBEAT = 30.0
"""Seconds between pings, so that an idle terminal is not cut off by what lies between."""


@asynccontextmanager
async def connect(
    config: ClientConfig, path: str, query: Sequence[tuple[str, str]], protocols: Sequence[str]
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """An open WebSocket that speaks one of `protocols`.

    Raises:
        ApiError: what the server answered instead.
        Unreachable: there was no answer.
        CliError: the server speaks none of the protocols.
    """
    credentials = Credentials(config, SystemClock())
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT)
    connector = aiohttp.TCPConnector(ssl=credentials.ssl or False)
    # ws_connect gives up on a refusal without reading it; this hook sees the answer before
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, raise_for_status=_check) as session:
        try:
            socket = await session.ws_connect(
                config.server + path,
                params=list(query),
                protocols=protocols,
                headers={"User-Agent": "pykube", **credentials.headers()},
                server_hostname=config.tls_server_name or None,
                heartbeat=HEARTBEAT,
                max_msg_size=0,
            )
        except aiohttp.ClientError as error:
            raise Unreachable(f"Unable to connect to the server: {one_line(str(error))}") from error
        async with socket:
            if socket.protocol is None:
                raise CliError(f"the server speaks none of {', '.join(protocols)}")
            yield socket


async def _check(response: aiohttp.ClientResponse) -> None:
    if response.status >= 400:
        raise error_of(response.status, await response.read())
