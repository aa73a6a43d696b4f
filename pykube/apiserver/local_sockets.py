"""Unix sockets on which the control plane's own parts on this host reach the API, without TLS.

Each part has a socket of its own, and who connects to it is that part: the sockets lie in a folder that only its owner
can enter, are of mode 0600, and the kernel checks both on connecting. Requests then take the same way as all others,
authorization included.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from .authn.user import User
from .request import HttpRequest, http_request

Serve = Callable[[Callable[..., HttpRequest]], web.Server]
"""Makes an HTTP server, given how it makes its requests."""


class LocalSockets:
    """Sockets that are listened on; `close` them."""

    def __init__(self) -> None:
        self._listeners: list[asyncio.Server] = []
        self._servers: list[web.Server] = []

    async def listen(self, folder: Path, users: Mapping[str, User], serve: Serve) -> None:
        """Listen on ``<name>.sock`` in `folder` for each name of `users`; whoever connects is that user.

        Raises:
            OSError: a socket cannot be made.
        """
        _make_private(folder)
        loop = asyncio.get_running_loop()
        for name, user in users.items():
            path = folder / f"{name}.sock"
            path.unlink(missing_ok=True)
            server = serve(_requests_of(user))
            self._servers.append(server)
            self._listeners.append(await loop.create_unix_server(server, str(path), backlog=256))
            os.chmod(path, 0o600)

    def refuse(self) -> None:
        """Accept no more connections."""
        for listener in self._listeners:
            listener.close()

    async def close(self, timeout: float) -> None:
        """End what is connected; requests under way have `timeout` seconds."""
        await asyncio.gather(*(server.shutdown(timeout) for server in self._servers))


class LocalUser:
    """The authenticator of requests that came through such a socket."""

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        return request.local_user if isinstance(request, HttpRequest) else None


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _requests_of(user: User) -> Callable[..., HttpRequest]:
    def make(*parts: Any) -> HttpRequest:
        request = http_request(*parts)
        request.local_user = user
        return request

    return make
