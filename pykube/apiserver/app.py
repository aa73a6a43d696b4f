"""The API server: its composition, and serving it over TLS.

`run` is what pykube/server.py calls; tests use `serve`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aiohttp import web

from pykube.aio.clock import Clock, SystemClock
from pykube.aio.tasks import Supervisor
from pykube.api import core_v1
from pykube.config import ServerConfig
from pykube.pki.addresses import advertise_address
from pykube.pki.server import ServerPki
from pykube.store.base import Store
from pykube.store.encryption.file import Encryption

from . import bootstrap, compaction
from .access import Access, access_of
from .admission.policies.status import PolicyStatuses
from .aggregator.layer import Aggregation
from .audit import Auditor, auditor_of
from .authn import TokenAuthenticator
from .authn.handshake import accept_any_client_certificate
from .authn.user import User
from .composition import compose
from .connections import Connections
from .crd.definitions import Definitions
from .encryption import encrypted, rewrite_outdated
from .events_ttl import EventsTtl
from .flowcontrol import Fairness, Upkeep
from .handler import RequestHandler
from .health import Health
from .identity_lease import IdentityLease
from .local_sockets import LocalSockets
from .registry import Registry
from .request import HttpRequest, http_request
from .resources.catalog import Pools
from .streams import Streams, agent_tls
from .webhooks.client import WebhookClient

log = logging.getLogger(__name__)

KEEPALIVE = 150.0
"""Seconds that an idle connection stays open; longer than clients keep theirs, so that they close first."""

SHUTDOWN = 3.0
"""Seconds that requests under way have to end when the server stops."""

_MAX_HEADER = 64 * 1024


class ApiServer:
    """A running API server; `close` it. `tls` None is for tests."""

    def __init__(
        self,
        registry: Registry,
        health: Health,
        clock: Clock,
        *,
        tls: ssl.SSLContext | None = None,
        streams: Streams | None = None,
        agents: ssl.SSLContext | None = None,
        aggregation: Aggregation | None = None,
        webhooks: WebhookClient | None = None,
        access: Access | None = None,
        encryption: Encryption | None = None,
        auditor: Auditor | None = None,
    ) -> None:
        self.registry = registry
        self.health = health
        self._tls = tls
        self._streams = streams
        self._agents = agents
        self.aggregation = aggregation
        self._webhooks = webhooks or WebhookClient(registry)
        self._access = access
        self._encryption = encryption
        self._auditor = auditor
        self._supervisor = Supervisor(clock)
        self._definitions = Definitions(registry, clock, self._webhooks)
        self._clock = clock
        self._local = LocalSockets()
        self._handler: RequestHandler | None = None
        self._http: web.Server | None = None
        self._listener: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port listened on; tells which one it became when 0 was asked for."""
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def listen(self, handler: RequestHandler, address: str, port: int) -> None:
        """Accept connections.

        Raises:
            OSError: the port is taken.
        """
        self._handler = handler
        self._http = self._server(http_request)
        self._listener = await asyncio.get_running_loop().create_server(
            self._http, address, port, ssl=self._tls, backlog=1024
        )

    def _server(self, request_factory: Callable[..., HttpRequest]) -> web.Server:
        assert self._handler is not None
        return Connections(
            self._handler,
            request_factory=request_factory,
            handler_cancellation=True,
            keepalive_timeout=KEEPALIVE,
            access_log=None,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        )

    async def listen_locally(self, folder: Path, users: Mapping[str, User]) -> None:
        """Accept connections on unix sockets, too, one for each of `users`; call it after `listen`.

        Raises:
            OSError: a socket cannot be made.
        """
        await self._local.listen(folder, users, self._server)

    async def start_custom_resources(self) -> None:
        """Serve what CustomResourceDefinitions define, and follow them."""
        await self._definitions.start()
        self._supervisor.keep("custom resources", self._definitions.run)

    def start_loops(self, fairness: Fairness) -> None:
        """Begin the work that goes on beside requests."""
        store = self.registry.store
        events = EventsTtl(self.registry.cache(core_v1.Event), store, self._clock)
        self._supervisor.keep("events", events.run)
        self._supervisor.keep("seats", fairness.adjust_forever)
        self._supervisor.keep("identity lease", IdentityLease(self.registry, self._clock).run)
        self._supervisor.keep("policy statuses", PolicyStatuses(self.registry, self._clock).run)
        self._supervisor.keep("flow control", Upkeep(self.registry, fairness, self._clock).run)
        if self.aggregation is not None:
            self.aggregation.start()
        if self._encryption is not None:
            self._supervisor.keep("encryption", self._encryption.run)
        self._supervisor.keep("compaction", lambda: compaction.run(store, self.registry.progress, self._clock))

    def renew(self, pki: ServerPki) -> None:
        """Show the newest certificates on new connections, to clients and to agents; believe the newest authorities.

        Raises:
            ssl.SSLError: a key and its certificate do not belong together, as while they are being written.
        """
        if self._tls is not None:
            _load(self._tls, pki)
        if self._access is not None:
            self._access.renew(pki)
        if self._agents is not None:
            own = pki.apiserver_kubelet_client
            self._agents.load_cert_chain(own.certificate, own.key)
            self._agents.load_verify_locations(pki.ca_file)
        if self.aggregation is not None:
            self.aggregation.renew(pki)

    async def close(self) -> None:
        """Refuse new connections, let requests end, stop."""
        self.health.closing = True
        if self._listener is not None:
            self._listener.close()
        self._local.refuse()
        for watcher in tuple(self.registry.watchers):
            watcher.end()
        if self._http is not None:
            await asyncio.gather(self._http.shutdown(SHUTDOWN), self._local.close(SHUTDOWN))
        if self._streams is not None:
            await self._streams.close()
        if self.aggregation is not None:
            await self.aggregation.close()
        await self._webhooks.close()
        await self.registry.admission.close()
        if self._access is not None:
            await self._access.close()
        await self._supervisor.close()
        await self._definitions.close()
        await self.registry.close()
        if self._encryption is not None:
            await self._encryption.close()
        if self._auditor is not None:
            await self._auditor.close()


async def run(config: ServerConfig, store: Store, pki: ServerPki, *, clock: Clock | None = None) -> None:
    """Serve until cancelled."""
    server = await serve(config, store, pki, clock=clock)
    try:
        await asyncio.Event().wait()
    finally:
        await server.close()


async def serve(
    config: ServerConfig,
    store: Store,
    pki: ServerPki,
    *,
    clock: Clock | None = None,
    tokens: Sequence[TokenAuthenticator] = (),
) -> ApiServer:
    """Start serving; `tokens` are further kinds of bearer tokens to accept.

    Requests are answered when the caches are filled; ``/readyz`` says yes when bootstrap is over as well.

    Raises:
        OSError: the port is taken.
        ValueError: what is configured makes no sense.
        ServiceUnavailable: a key management service cannot be reached.
    """
    clock = clock or SystemClock()
    encryption = await encrypted(config, store, clock)
    registry = Registry(encryption.store if encryption else store, clock, _pools(config))
    if encryption is not None:
        rewrite_outdated(registry, encryption)
    await registry.start()
    health = Health(store)
    try:
        auditor = auditor_of(config, clock)
        access = access_of(config, registry, pki, clock, tokens)
    except (OSError, ValueError):
        await registry.close()
        raise
    own = pki.apiserver_kubelet_client
    agents = agent_tls(pki.ca_file, own.certificate, own.key)
    streams = Streams(agents, access.authorizer)
    aggregation = Aggregation(registry, pki, clock)
    webhooks = WebhookClient(registry)
    server = ApiServer(
        registry,
        health,
        clock,
        tls=tls_context(pki),
        streams=streams,
        agents=agents,
        aggregation=aggregation,
        webhooks=webhooks,
        access=access,
        encryption=encryption,
        auditor=auditor,
    )
    fairness = Fairness(registry, clock, config.max_requests_inflight)
    handler = compose(
        config,
        registry,
        pki,
        health,
        access,
        streams,
        fairness,
        aggregation,
        webhooks,
        encryption=encryption,
        auditor=auditor,
    )
    try:
        await access.load()
        await server.start_custom_resources()
        await registry.recall()
        await server.listen(handler, config.bind_address, config.port)
        await bootstrap.bootstrap(
            registry,
            service_cidr=config.network.service_cidr,
            address=advertise_address(config),
            port=server.port,
        )
        await aggregation.furnish()
    except BaseException:
        await server.close()
        raise
    health.ready = True
    server.start_loops(fairness)
    log.info("serving on %s:%d", config.bind_address, server.port)
    return server


def _pools(config: ServerConfig) -> Pools:
    network = config.network
    return Pools(
        service_cidr=network.service_cidr,
        node_ports=network.node_port_range,
        reserved_ips=(bootstrap.first_address(network.service_cidr), network.dns_ip),
    )


def tls_context(pki: ServerPki) -> ssl.SSLContext:
    """TLS 1.2 or later; a client may show a certificate, on which authentication judges."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, pki)
    context.verify_mode = ssl.CERT_OPTIONAL
    accept_any_client_certificate(context)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load(context: ssl.SSLContext, pki: ServerPki) -> None:
    """Use the files from now on. Authorities are only added to a context; whom to believe `ClientCertificates` says."""
    context.load_cert_chain(pki.apiserver.certificate, pki.apiserver.key)
    context.load_verify_locations(pki.ca_file)
    context.load_verify_locations(pki.front_proxy_ca_file)
