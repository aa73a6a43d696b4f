"""Service addresses on this node: informers in, transactions out.

A change of a Service or of one of its EndpointSlices marks the Service; marked Services are rendered anew and what
differs goes out as one transaction. At the start, and after anything went wrong, the whole table is replaced in one
transaction: packets meet the old table or the new one, never none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from agent.network import conntrack
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock, SystemClock
from pykube.api.core_v1 import Node, Service
from pykube.api.discovery_v1 import EndpointSlice
from pykube.client.informer import Informer, InformerSet
from pykube.config import AgentConfig

from .health_check import HealthChecks
from .isolation import refused_services
from .model import SERVICE_NAME_LABEL, ServiceModel, StaleFlows, service_model, stale_flows
from .nft import NftError, NftWriter
from .rules import TABLE, Addresses, ServiceRules, render
from .table import Table

log = logging.getLogger(__name__)

T = TypeVar("T")

_GATHER = 0.01
"""Seconds from the first change to its transaction: changes that come together go out together."""
_REVIEW = 30.0
"""Seconds between looks at the table: ``nft flush ruleset`` is part of many a firewall script."""
_PROBE = f"add chain inet {TABLE} prerouting\n"
"""Refused when there is no table, else without effect; listing anything would fetch everything."""
_INDEX = "proxy-service"
_BREATH = 100
"""Services that are rendered in one go before others get their turn."""


class Proxy:
    """Keeps the table ``inet pykube`` what Services and EndpointSlices ask for."""

    def __init__(
        self, informers: InformerSet, config: AgentConfig, node_name: str, *, clock: Clock | None = None
    ) -> None:
        self._config = config
        self._node_name = node_name
        self._clock = clock or SystemClock()
        self._services: Informer[Service] = informers.informer(Service)
        self._slices: Informer[EndpointSlice] = informers.informer(EndpointSlice)
        self._nodes: Informer[Node] = informers.informer(Node)
        self._slices.add_index(_INDEX, service_keys)
        self._dirty: set[str] = set()
        self._wake = asyncio.Event()
        self._models: dict[str, ServiceModel] = {}
        self._table = Table(self._addresses())
        self._nft: NftWriter
        self._health_checks = HealthChecks()
        self._cleanups: set[asyncio.Task[None]] = set()
        self.programmed = asyncio.Event()
        """Set once the table stands for the first time."""
        self._watch(self._services, lambda service: [_key(service)])
        self._watch(self._slices, service_keys)
        self._nodes.add_handler(on_add=self._node_changed, on_update=lambda _, new: self._node_changed(new))

    def _addresses(self) -> Addresses:
        node = self._nodes.get(self._node_name)
        spec = node.spec if node else None
        cidrs = tuple(spec.pod_cidrs or ([spec.pod_cidr] if spec.pod_cidr else [])) if spec else ()
        network = self._config.network
        return Addresses((network.service_cidr,), cidrs, tuple(self._excluded()))

    def _excluded(self) -> frozenset[str]:
        """The DNS address is answered by the node itself, not translated."""
        return frozenset((self._config.network.dns_ip,)) if self._config.dns_bind else frozenset()

    async def run(self) -> None:
        """Follow the informers until cancelled. The table stays when this ends: connections outlive the agent."""
        self._nft = NftWriter()
        for informer in (self._services, self._slices, self._nodes):
            await informer.wait_synced()
        backoff = Backoff(base=0.2, cap=30.0, jitter=0.2)
        whole = True
        try:
            while True:
                try:
                    await (self._replace() if whole else self._update())
                    whole = False
                    backoff.reset()
                except NftError as error:
                    log.error("service rules were refused, all are written again: %s", error)
                    whole = True
                    await self._clock.sleep(backoff.next())
                    continue
                whole = await self._wait()
        finally:
            self._nft.close()
            await self._health_checks.close()

    def _watch(self, informer: Informer[T], keys: Callable[[T], list[str]]) -> None:
        def changed(obj: T) -> None:
            self._mark(keys(obj))

        informer.add_handler(
            on_add=changed, on_update=lambda old, new: self._mark({*keys(old), *keys(new)}), on_delete=changed
        )

    def _mark(self, keys: set[str] | list[str]) -> None:
        self._dirty.update(keys)
        self._wake.set()

    def _node_changed(self, node: Node) -> None:
        if node.metadata.name == self._node_name and self._addresses() != self._table.addresses:
            self._wake.set()

    async def _wait(self) -> bool:
        """Return when there is work: True when the whole table is to be written."""
        try:
            async with asyncio.timeout(_REVIEW):
                await self._wake.wait()
        except TimeoutError:
            try:
                await self._nft.check(_PROBE)
            except NftError:
                log.warning("the table %s has been removed by someone; it is written again", TABLE)
                return True
            return False
        await self._clock.sleep(_GATHER)
        return self._addresses() != self._table.addresses

    def _model(self, key: str) -> ServiceModel | None:
        service = self._services.get_key(key)
        if service is None:
            return None
        slices = self._slices.by_index(_INDEX, key)
        model = service_model(service, slices, node_name=self._node_name, excluded=self._excluded())
        return model if model.frontends or model.health_check else None

    async def _replace(self) -> None:
        """Write the whole table from what the informers hold."""
        self._wake.clear()
        self._dirty.clear()
        self._table = Table(self._addresses())
        before, self._models = self._models, {}
        changes: dict[str, ServiceRules] = {}
        for number, service in enumerate(self._services.list()):
            if number % _BREATH == 0:
                await self._clock.sleep(0)  # what changes meanwhile is marked and comes next
            key = _key(service)
            if (model := self._model(key)) is not None:
                self._models[key] = model
                changes[key] = render(model, self._table.addresses)
        self._table.update(changes)
        try:
            await self._nft.apply(self._table.full())
        except NftError as error:
            await self._replace_without_the_refused(changes, error)
        log.info("service rules written for %d services", len(changes))
        self.programmed.set()
        keys = before.keys() | self._models.keys()
        self._forget([flow for key in keys for flow in stale_flows(before.get(key), self._models.get(key))])
        await self._serve_health_checks()

    async def _replace_without_the_refused(self, changes: dict[str, ServiceRules], error: NftError) -> None:
        """Write all that the kernel accepts: one Service that it does not must not stop all others."""
        refused = await refused_services(changes, self._table.addresses, self._nft)
        if not refused:
            raise error
        self._table = Table(self._table.addresses)
        self._table.update({key: rules for key, rules in changes.items() if key not in refused})
        for key in refused:
            # Not in the table: a change of the Service is a new attempt.
            del self._models[key]
        log.error("the kernel refuses the rules of %s: %s", ", ".join(sorted(refused)), error)
        await self._nft.apply(self._table.full())

    async def _update(self) -> None:
        """Write what has changed."""
        self._wake.clear()
        dirty, self._dirty = self._dirty, set()
        changes: dict[str, ServiceRules] = {}
        flows: list[StaleFlows] = []
        health_checks = False
        for key in sorted(dirty):
            old, new = self._models.pop(key, None), self._model(key)
            if new is not None:
                self._models[key] = new
            if old == new:
                continue
            changes[key] = render(new, self._table.addresses) if new else ServiceRules()
            flows += stale_flows(old, new)
            health_checks |= (old.health_check if old else None) != (new.health_check if new else None)
        if commands := self._table.update(changes):
            await self._nft.apply(commands)
        self._forget(flows)
        if health_checks:
            await self._serve_health_checks()

    async def _serve_health_checks(self) -> None:
        await self._health_checks.apply(model.health_check for model in self._models.values() if model.health_check)

    def _forget(self, flows: list[StaleFlows]) -> None:
        """Drop stale connections beside the main work: it may take a while where very many are tracked."""
        if flows:
            task = asyncio.get_running_loop().create_task(_delete_flows(flows))
            self._cleanups.add(task)
            task.add_done_callback(self._cleanups.discard)


async def _delete_flows(flows: list[StaleFlows]) -> None:
    for flow in flows:
        try:
            await asyncio.to_thread(conntrack.delete_udp, flow.family, flow.address, flow.port, flow.backend)
        except OSError as error:
            log.warning("stale UDP connections to %s:%s stay: %s", flow.address or "*", flow.port, error)


def service_keys(piece: EndpointSlice) -> list[str]:
    """The Service that a slice belongs to, as ``namespace/name``; none when it names none."""
    name = piece.metadata.labels.get(SERVICE_NAME_LABEL)
    return [f"{piece.metadata.namespace}/{name}"] if name else []


def _key(service: Service) -> str:
    return f"{service.metadata.namespace}/{service.metadata.name}"
