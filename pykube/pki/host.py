"""All keys and certificates of a server's host, its own agent's among them, kept fresh while the server runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from pykube.aio.clock import Clock
from pykube.config import ServerConfig

from .addresses import advertise_address, server_names
from .agent_files import AgentFiles
from .certificates import Pair
from .node import NodePki, ensure_own_node
from .server import ServerPki, ensure_server, profiles

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=5)
"""How often the files, their time and this host's address are looked at, which takes a fifth of a millisecond."""

Changed = Callable[[ServerPki, frozenset[str]], None]
"""Hears what is in place now, and the names of the certificates that were issued just now."""


def ensure_host(
    config: ServerConfig, now: datetime, *, anew: frozenset[str] = frozenset()
) -> tuple[ServerPki, frozenset[str]]:
    """`ensure_server`, and the credentials of this host's own agent, named ``kubelet`` here.

    Raises:
        ValueError: a key or an authority's certificate is broken; it has to be restored by hand.
        OSError: a file cannot be read or written.
    """
    pki, issued = ensure_server(config, now, anew=anew)
    _, own = ensure_own_node(config, pki.authority, pki.ca_file.read_bytes(), now, anew="kubelet" in anew)
    return pki, issued | {"kubelet"} if own else issued


def pairs(pki: ServerPki, config: ServerConfig) -> Iterator[tuple[str, Pair]]:
    """Every certificate that is made here, with its name."""
    for name in profiles(pki, config):
        yield name, Pair.at(pki.folder, name)
    folder = config.state_dir / "agent"
    if not AgentFiles(folder).joined:
        yield "kubelet", NodePki(folder).serving
        yield "kubelet-client", NodePki(folder).client


async def keep_fresh(config: ServerConfig, clock: Clock, changed: Changed, *, every: timedelta = LOOK) -> None:
    """Renew certificates in time and take up changed files, until cancelled.

    `changed` is called as well when a file has changed by another hand (``pykube certs``), then perhaps with nothing
    issued. What cannot be read for now is tried again with the next look.
    """
    pki, _ = ensure_host(config, clock.now())
    seen, due = _state(pki, config), _due(pki, config)
    while True:
        await clock.sleep(every.total_seconds())
        if clock.now() < due and _state(pki, config) == seen:
            continue
        try:
            pki, issued = ensure_host(config, clock.now())
            found = _state(pki, config)
            changed(pki, issued)
            seen, due = found, _due(pki, config)
        except (OSError, ValueError) as error:
            log.error("certificates cannot be renewed: %s", error)


def _due(pki: ServerPki, config: ServerConfig) -> datetime:
    """When the first certificate is to be renewed."""
    return min(pair.renew_at() for _, pair in pairs(pki, config))


def _state(pki: ServerPki, config: ServerConfig) -> object:
    """Differs when a file has changed, or the names and addresses of this server have."""
    kept = (file for file in pki.folder.iterdir() if file.suffix in (".crt", ".key", ".pub"))
    stamps = {file.name: (stat.st_mtime_ns, stat.st_size) for file in kept if (stat := file.stat())}
    return stamps, server_names(config), advertise_address(config)
