"""The pod network of one node, from the moment the Node has its pod CIDR."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from agent.proxy.nft import NftError, NftWriter
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.api.core_v1 import Node
from pykube.config import AgentConfig

from . import conflist, firewall, links, plugin, sysctl
from .cni_server import SOCKET_NAME
from .host_gw import HostGateway
from .overlay import Overlay, Peer, peers_of

log = logging.getLogger(__name__)

BRIDGE = "pykube0"
_REVIEW = 30.0
"""Seconds between looks at whether all is still there."""


class PodNetwork:
    """Bridge, forwarding, masquerading, routes to other nodes, and the configuration of the CNI plugin."""

    def __init__(self, config: AgentConfig, clock: Clock, overlay: Overlay | None = None) -> None:
        self._config = config
        self._clock = clock
        self._overlay = overlay or HostGateway()
        self._nft = NftWriter()
        self._changed = asyncio.Event()
        self._applied: tuple[str, ...] = ()
        self.problem = ""
        """What keeps pods from being reached although all was set up; empty when nothing does."""

    @property
    def conf_dir(self) -> Path:
        """Where the runtime finds the network configuration."""
        return self._config.config_dir / "cni" / "net.d"

    @property
    def bin_dir(self) -> Path:
        """Where the runtime finds the plugin."""
        return self._config.state_dir / "cni" / "bin"

    @property
    def data_dir(self) -> Path:
        """Where the plugin keeps the addresses it has handed out."""
        return self._config.state_dir / "cni"

    def install(self) -> None:
        """Put the plugin's executables in place; needs no Node yet."""
        plugin.install(self.bin_dir, sys.executable, str(self._config.run_dir / SOCKET_NAME))

    async def ensure(self, node: Node) -> bool:
        """Set up whatever is missing; False while the Node has no pod CIDR.

        Raises:
            OSError: the kernel refused.
            NftError: the rules were refused.
        """
        cidrs = tuple(node.spec.pod_cidrs or ([node.spec.pod_cidr] if node.spec.pod_cidr else []))
        if not cidrs:
            return False
        await asyncio.to_thread(self._ensure_host, cidrs)
        await self._apply_rules(cidrs)
        await self._find_problem()
        if self._applied != cidrs:
            log.info("pod network %s is set up on %s", ", ".join(cidrs), BRIDGE)
            self._applied = cidrs
        return True

    async def _apply_rules(self, cidrs: tuple[str, ...]) -> None:
        await self._nft.apply(firewall.render(cluster_cidr=self._config.network.pod_cidr, node_cidr=cidrs[0]))

    def _ensure_host(self, cidrs: tuple[str, ...]) -> None:
        mtu = self._overlay.mtu(links.uplink_mtu())
        for cidr in cidrs:
            network = ipaddress.ip_network(cidr)
            links.ensure_bridge(BRIDGE, f"{network[1]}/{network.prefixlen}", mtu)
            sysctl.ensure("ipv4/ip_forward" if network.version == 4 else "ipv6/conf/all/forwarding", "1")
        for path, value in _SYSCTLS:
            sysctl.ensure(path, value)
        # Gives processes of the host a way and a source address for services, with a default route or without one.
        links.ensure_link_route(self._config.network.service_cidr, BRIDGE)
        self.install()
        document = conflist.render(cidrs, bridge=BRIDGE, mtu=mtu, data_dir=self.data_dir)
        conflist.write(self.conf_dir, document)

    async def _find_problem(self) -> None:
        try:
            listing = await self._nft.apply(firewall.LIST_FORWARD)
        except NftError:
            listing = ""
        problem = ""
        if firewall.forward_drop(listing):
            problem = (
                "the policy of iptables' FORWARD chain is drop, so packets of pods may not pass this host; allow them "
                f"with: iptables -I DOCKER-USER -i {BRIDGE} -j ACCEPT; iptables -I DOCKER-USER -o {BRIDGE} -j ACCEPT"
            )
        if problem and problem != self.problem:
            log.warning("%s", problem)
        self.problem = problem

    def nodes_changed(self, *_: object) -> None:
        """Handler for an informer of Nodes: the routes to peers are looked at again."""
        self._changed.set()

    async def run(self, nodes: Callable[[], Iterable[Node]], node_name: str) -> None:
        """Keep the routes to the other nodes right until cancelled; `nodes` lists all Nodes known."""
        applied: list[Peer] | None = None
        backoff = Backoff(base=0.5, cap=30.0, jitter=0.2)
        while True:
            self._changed.clear()
            peers = peers_of(nodes(), node_name)
            try:
                if peers != applied:
                    await self._overlay.apply(peers)
                    applied = peers
                await self._review()
                backoff.reset()
            except (OSError, NftError, plugin.CniError) as error:
                log.warning("the pod network is incomplete: %s", error)
                await self._clock.sleep(backoff.next())
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(_REVIEW):
                    await self._changed.wait()

    async def _review(self) -> None:
        """Put the rules back where someone has flushed all tables: that is part of many a firewall script."""
        if not self._applied:
            return
        try:
            await self._nft.check(firewall.PROBE)
        except NftError:
            log.warning("the table %s has been removed by someone; it is written again", firewall.TABLE)
            await self._apply_rules(self._applied)
            await asyncio.to_thread(plugin.restore_host_ports, str(self.data_dir), conflist.NETWORK_NAME)

    async def collect_garbage(self, alive: Iterable[tuple[str, str]]) -> None:
        """Free what belongs to none of the attachments (sandbox id, interface name) that are `alive`.

        For the agent's start: sandboxes that went away while nobody looked may still hold addresses. No sandbox may be
        in the making meanwhile.

        Raises:
            OSError: the plugin could not do it.
        """
        attachments = [{"containerID": container, "ifname": ifname} for container, ifname in alive]
        document = conflist.render(self._applied, bridge=BRIDGE, mtu=0, data_dir=self.data_dir)
        request = {
            **document["plugins"][0],
            "cniVersion": "1.1.0",
            "name": document["name"],
            "cni.dev/valid-attachments": attachments,
        }
        code, answer = await asyncio.to_thread(plugin.run, {"CNI_COMMAND": "GC"}, json.dumps(request).encode())
        if code:
            raise OSError(f"CNI GC: {answer.decode()}")

    def close(self) -> None:
        """End the writer's thread; what is set up stays."""
        self._nft.close()


_SYSCTLS = (
    # Pods are routed even to neighbours on the same bridge: never tell them of a shorter way. Either one allows it.
    ("ipv4/conf/all/send_redirects", "0"),
    (f"ipv4/conf/{BRIDGE}/send_redirects", "0"),
    # NodePorts on 127.0.0.1; firewall.py closes what this opens.
    ("ipv4/conf/all/route_localnet", "1"),
)
