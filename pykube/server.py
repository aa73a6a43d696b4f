"""The control plane's composition root.

Two processes: this one serves the API over the store; its child (loops.py) runs controllers and scheduler, which are
clients of the API as any other. A busy controller never stalls a request, and either can die without the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

import msgspec

from .aio import garbage
from .aio.clock import SystemClock
from .aio.tasks import Supervisor
from .apiserver import app
from .apiserver.authn.user import User
from .config import ServerConfig, local_sockets
from .pki.host import ensure_host, keep_fresh
from .pki.server import ServerPki
from .store.base import Store
from .store.memory import MemoryStore
from .store.sqlite import SqliteStore

log = logging.getLogger(__name__)

END = 5.0
"""Seconds that controllers and scheduler have to end."""

_LOCAL = {"controllers": User("system:kube-controller-manager"), "scheduler": User("system:kube-scheduler")}
"""Who reaches the API through sockets of this host, by the names of the sockets; docs/decisions/0006."""


async def run(config: ServerConfig) -> None:
    """Run the control plane until SIGTERM or SIGINT.

    Raises:
        OSError: the port is taken, or state cannot be read or written.
        ValueError: a key or certificate is broken, or the datastore is of a kind that is not known.
    """
    garbage.calm()
    clock = SystemClock()
    pki, _ = ensure_host(config, clock.now())
    store = await _open_store(config)
    server = await app.serve(config, store, pki, clock=clock)
    supervisor = Supervisor(clock)

    def renewed(fresh: ServerPki, issued: frozenset[str]) -> None:
        log.info("keys and certificates taken up; issued anew: %s", ", ".join(sorted(issued)) or "none")
        pki.tokens.adopt(fresh.tokens)
        server.renew(fresh)

    await server.listen_locally(local_sockets(config), _LOCAL)
    garbage.settle()
    supervisor.keep("certificates", lambda: keep_fresh(config, clock, renewed))
    supervisor.keep("controllers and scheduler", lambda: _run_loops(config))
    try:
        await _told_to_end()
    finally:
        await supervisor.close()
        await server.close()
        await store.close()


async def _open_store(config: ServerConfig) -> Store:
    if not config.datastore:
        return await SqliteStore.open(config.state_dir / "server" / "state.db")
    if config.datastore == "memory://":
        return MemoryStore()
    raise ValueError(f"datastore {config.datastore!r} is not known; leave it empty for SQLite, or use memory://")


async def _run_loops(config: ServerConfig) -> None:
    """Run the second process until it ends or this task is cancelled."""
    settings = msgspec.json.encode(config, enc_hook=str).decode()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pykube.loops", settings, stdin=asyncio.subprocess.PIPE
    )
    try:
        code = await process.wait()
        log.error("controllers and scheduler ended with code %d", code)
    finally:
        if process.returncode is None:
            process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), END)
        if process.returncode is None:
            process.kill()


async def _told_to_end() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()
