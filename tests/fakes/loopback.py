"""Servers on the loopback interface, and certificates for them, for tests that need real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from pykube.pki.ca import CertificateAuthority, Profile

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Certificates:
    """A certificate authority and what it signs, in files below `folder`."""

    folder: Path
    name: str = "ca"

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        self.authority = CertificateAuthority.load_or_create(self.folder, now, name=self.name, common_name=self.name)
        self.ca_file = self.folder / f"{self.name}.crt"

    def pair(self, common_name: str, *groups: str, server: bool = False) -> tuple[Path, Path]:
        """A certificate and key; one for a server is for 127.0.0.1."""
        profile = Profile(
            common_name=common_name,
            organizations=groups,
            server=server,
            client=not server,
            addresses=("127.0.0.1",) if server else (),
        )
        files = []
        for kind, data in zip(("crt", "key"), self.authority.issue(profile, datetime.now(UTC)), strict=True):
            path = self.folder / f"{self.name}-{common_name.replace(':', '-')}.{kind}"
            path.write_bytes(data)
            files.append(path)
        return files[0], files[1]

    def server_context(self, *others: Path) -> ssl.SSLContext:
        """For a server that lets clients show certificates of this authority and of `others`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.pair("server", server=True))
        for ca_file in (self.ca_file, *others):
            context.load_verify_locations(ca_file)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def client_context(self, pair: tuple[Path, Path] | None = None) -> ssl.SSLContext:
        """For a client that trusts this authority and shows `pair`."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if pair is not None:
            context.load_cert_chain(*pair)
        return context


@asynccontextmanager
async def http_server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A low-level aiohttp server, as the API server uses it; gives its port."""
    server = web.Server(handler, handler_cancellation=True, access_log=None)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await server.shutdown(1.0)


@asynccontextmanager
async def raw_server(connected: Connected, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that hands out bare streams; gives its port."""
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
