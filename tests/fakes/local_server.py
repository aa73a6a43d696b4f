"""The whole API server over a store of the test's own, reached through a socket, so that it can be started again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pykube.aio.clock import SystemClock
from pykube.apiserver import app
from pykube.apiserver.authn.user import MASTERS, User
from pykube.client.config import ClientConfig
from pykube.client.rest import Client
from pykube.config import ServerConfig
from pykube.pki.server import ensure_server
from pykube.store.base import Store


@asynccontextmanager
async def serving(folder: Path, store: Store) -> AsyncIterator[Client]:
    """A client, as administrator, of a server with its keys in `folder`."""
    config = ServerConfig(
        config_dir=folder,
        state_dir=folder,
        run_dir=folder,
        bind_address="127.0.0.1",
        port=0,
        advertise_address="192.0.2.7",
    )
    pki, _ = ensure_server(config, SystemClock().now())
    server = await app.serve(config, store, pki)
    try:
        await server.listen_locally(folder / "local", {"admin": User("admin", groups=(MASTERS,))})
        async with Client(ClientConfig(server=f"unix://{folder}/local/admin.sock")) as client:
            yield client
    finally:
        await server.close()
