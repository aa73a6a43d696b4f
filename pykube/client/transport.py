"""HTTP to the API server: one session, credentials on each request, errors translated at this border."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from pykube import errors
from pykube.aio.clock import Clock

from .config import ClientConfig
from .credentials import Credentials

TIMEOUT = 60.0
"""Seconds that an ordinary request may take, its answer read."""

CONNECT_TIMEOUT = 10.0
"""Seconds for a connection and its TLS handshake."""

RETRIES = 10
"""How often a request is sent again that the server put off with ``Retry-After``; client-go's figure."""

READ_BUFFER = 256 << 10
"""Bytes that aiohttp may read ahead of us."""

UNIX = "unix://"
"""How the address of a server begins that listens on a socket of this host."""

Headers = Mapping[str, str]


class Transport:
    """Requests against one server. Open it with ``async with``."""

    def __init__(self, config: ClientConfig, clock: Clock, user_agent: str, at_once: int = 0) -> None:
        """Read the credentials; nothing is connected yet.

        `at_once` is how many ordinary requests may be under way, and so how many connections there are besides those
        of streams: each costs a TLS handshake on both sides. 0: any number.

        Raises:
            errors.ServiceUnavailable: the credentials cannot be used.
        """
        self._config = config
        self._clock = clock
        self._agent = user_agent
        self.credentials = Credentials(config, clock)
        self._slots = asyncio.Semaphore(at_once) if at_once else contextlib.nullcontext()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Transport:
        self._session = aiohttp.ClientSession(
            connector=self._connector(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
            headers={"User-Agent": self._agent, "Accept-Encoding": "identity"},
            read_bufsize=READ_BUFFER,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    def _connector(self) -> aiohttp.BaseConnector:
        if self._config.server.startswith(UNIX):
            path = self._config.server.removeprefix(UNIX)
            return aiohttp.UnixConnector(path, limit=0, keepalive_timeout=90)
        return aiohttp.TCPConnector(
            ssl=self.credentials.ssl or False, limit=0, socket_factory=_socket, keepalive_timeout=90
        )

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session; its requests need `url` and ``credentials.headers()``."""
        if self._session is None:
            raise RuntimeError("the client is not open: use it in `async with`")
        return self._session

    def url(self, path: str) -> str:
        """The absolute URL of an API path."""
        return ("http://localhost" if self._config.server.startswith(UNIX) else self._config.server) + path

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Headers | None = None,
        timeout: float = TIMEOUT,
    ) -> tuple[int, Headers, bytes]:
        """Send, wait, read: (status, headers, body) of any answer below 400.

        Raises:
            errors.ApiError: what the server answered, as the class of its reason.
            errors.ServiceUnavailable: there was no answer.
            errors.Timeout: none within `timeout` seconds.
        """
        for retries_left in range(RETRIES, -1, -1):
            try:
                async with (
                    asyncio.timeout(timeout),
                    self._slots,
                    self._send(method, path, params, body, headers) as response,
                ):
                    data = await response.read()
            except aiohttp.ServerTimeoutError as error:
                # a TimeoutError too, but of the connection, long before `timeout` has passed
                raise unreachable(self._config.server, error) from error
            except TimeoutError as error:
                raise errors.Timeout(f"{method} {path}: no answer within {timeout:.0f} seconds") from error
            except (aiohttp.ClientError, OSError) as error:
                raise unreachable(self._config.server, error) from error
            if response.status < 400:
                return response.status, response.headers, data
            wait = _retry_after(response)
            if wait is None or not retries_left:
                raise error_of(response.status, data)
            await self._clock.sleep(wait)
        raise AssertionError("the last turn returns or raises")

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, headers: Headers | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A running answer below 400, without a limit on its duration.

        Raises:
            errors.ApiError: as `request`; also out of the block, where reading the answer fails.
        """
        try:
            async with self._send(method, path, params, None, headers) as response:
                if response.status >= 400:
                    raise error_of(response.status, await response.read())
                yield response
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self._config.server, error) from error

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: bytes | None,
        headers: Headers | None,
    ) -> Any:  # aiohttp's private _RequestContextManager
        return self.session.request(
            method,
            self.url(path),
            params=params,
            data=body,
            headers={"Accept": "application/json", **self.credentials.headers(), **(headers or {})},
            server_hostname=self._config.tls_server_name or None,
            allow_redirects=False,
        )


def error_of(status: int, data: bytes) -> errors.ApiError:
    """The exception for an answer of 400 and above, whether or not its body is a ``Status``."""
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict) or body.get("kind") != "Status":
        text = data[:1024].decode("utf-8", "replace").strip()
        cls = next((found for found in errors.BY_REASON.values() if found.code == status), errors.ApiError)
        return cls(text or f"the server answered {status}", code=status)
    return errors.from_status(body, code=status)


def unreachable(server: str, error: Exception) -> errors.ServiceUnavailable:
    """The exception for a connection that could not be made or broke."""
    return errors.ServiceUnavailable(f"the server {server} does not answer: {str(error) or type(error).__name__}")


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Seconds that the server asks us to wait before the same request again; None where it does not ask."""
    if response.status != 429 and response.status < 500:
        return None
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket that notices within half a minute that its peer is gone, even while it only listens to a watch."""
    family, kind, protocol, *_ = address
    found = socket.socket(family=family, type=kind, proto=protocol)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return found
