"""Taking the pod network off a host: links, routes, addresses, rules and files, and nothing that is not ours.

Sysctls stay: whether others have come to rely on forwarding cannot be known.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from contextlib import suppress

from agent.proxy.nft import NftError, NftWriter
from agent.proxy.rules import TABLE
from pykube.config import AgentConfig

from . import conflist, firewall, links, plugin
from .setup import BRIDGE

log = logging.getLogger(__name__)

_HOST_LINK = re.compile(r"pk[0-9a-f]{12}")
"""Names of the host's ends of pods' veth pairs; see ``cni/bridge.py``."""


async def remove(config: AgentConfig) -> None:
    """Remove everything that network, proxy, DNS and the CNI plugin have made on this host; may be repeated.

    Pods and agent must have ended.

    Raises:
        OSError: the kernel refused.
    """
    await asyncio.to_thread(_remove_links, config)
    writer = NftWriter()
    try:
        for table in (TABLE, firewall.TABLE, plugin.HOST_PORT_TABLE):
            with suppress(NftError):
                await writer.apply(f"add table inet {table}\ndelete table inet {table}\n")
    finally:
        writer.close()
    (config.config_dir / "cni" / "net.d" / conflist.FILE_NAME).unlink(missing_ok=True)
    for directory in (config.config_dir / "cni", config.state_dir / "cni"):
        if directory.is_dir() and not directory.is_symlink():
            shutil.rmtree(directory)


def _remove_links(config: AgentConfig) -> None:
    for name in links.names():
        if name == BRIDGE or _HOST_LINK.fullmatch(name):
            links.remove_link(name)
    for route in links.our_routes():
        links.delete_route(route)
    links.remove_local_address(config.network.dns_ip)
