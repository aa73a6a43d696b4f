"""The API server: its composition, and serving it over TLS.

`run` is what pykube/server.py calls; tests use `serve`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader
from cryptography import x509

from pykube.aio.clock import Clock, SystemClock
from pykube.aio.tasks import Supervisor
from pykube.api import core_v1, scheme
from pykube.config import ServerConfig
from pykube.pki.addresses import advertise_address
from pykube.pki.server import ServerPki
from pykube.pki.tokens import Tokens
from pykube.store.base import Store

from . import bootstrap, compaction, reviews, version
from .authn import Chain, TokenAuthenticator
from .authn.anonymous import Anonymous
from .authn.bootstrap_token import BootstrapTokens
from .authn.chain import BearerTokens
from .authn.impersonation import Impersonation
from .authn.request_header import RequestHeader
from .authn.service_account import ServiceAccountTokens
from .authn.x509 import X509, CertificateReader
from .authz import Attributes, Authorizer, Union, attributes_of, forbidden
from .authz.escalation import RBAC_TYPES, EscalationCheck
from .authz.node import NodeAuthorizer
from .authz.rbac import Rbac
from .authz.reviews import Reviews
from .authz.union import Masters
from .crd.definitions import Definitions
from .crd.publishing import published_version
from .discovery import Discovery
from .events_ttl import EventsTtl
from .handler import RequestHandler, Routes
from .health import Health
from .metrics import Metrics
from .openapi import OpenApi
from .registry import Registry
from .request import MAX_BODY, Context, Handler, HttpRequest, Stage
from .resources.catalog import Pools
from .streams import Streams, agent_tls
from .subresources import binding, eviction, scale
from .subresources.token import TokenRequests
from .write import Operation, Write
from .write import Stage as WriteStage

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
    ) -> None:
        self.registry = registry
        self.health = health
        self._tls = tls
        self._streams = streams
        self._agents = agents
        self._supervisor = Supervisor(clock)
        self._definitions = Definitions(registry, clock)
        self._clock = clock
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
        self._http = web.Server(
            handler,
            request_factory=_request,
            handler_cancellation=True,
            keepalive_timeout=KEEPALIVE,
            access_log=None,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        )
        self._listener = await asyncio.get_running_loop().create_server(
            self._http, address, port, ssl=self._tls, backlog=1024
        )

    async def start_custom_resources(self) -> None:
        """Serve what CustomResourceDefinitions define, and follow them."""
        await self._definitions.start()
        self._supervisor.keep("custom resources", self._definitions.run)

    def start_loops(self) -> None:
        """Begin the work that goes on beside requests."""
        store = self.registry.store
        events = EventsTtl(self.registry.cache(core_v1.Event), store, self._clock)
        self._supervisor.keep("events", events.run)
        self._supervisor.keep("compaction", lambda: compaction.run(store, self._clock))

    def renew(self, pki: ServerPki) -> None:
        """Show the newest certificates on new connections, to clients and to agents."""
        if self._tls is not None:
            self._tls.load_cert_chain(pki.apiserver.certificate, pki.apiserver.key)
        if self._agents is not None:
            own = pki.apiserver_kubelet_client
            self._agents.load_cert_chain(own.certificate, own.key)

    async def close(self) -> None:
        """Refuse new connections, let requests end, stop."""
        self.health.closing = True
        if self._listener is not None:
            self._listener.close()
        for watcher in tuple(self.registry.watchers):
            watcher.end()
        if self._http is not None:
            await self._http.shutdown(SHUTDOWN)
        if self._streams is not None:
            await self._streams.close()
        await self._supervisor.close()
        await self._definitions.close()
        await self.registry.close()


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
    """
    clock = clock or SystemClock()
    registry = Registry(store, clock, _pools(config))
    await registry.start()
    health = Health(store)
    access = access_of(registry, pki, clock, tokens)
    own = pki.apiserver_kubelet_client
    agents = agent_tls(pki.ca_file, own.certificate, own.key)
    streams = Streams(agents, access.authorizer)
    server = ApiServer(registry, health, clock, tls=tls_context(pki), streams=streams, agents=agents)
    handler = compose(config, registry, pki, health, access, streams)
    try:
        await server.start_custom_resources()
        await server.listen(handler, config.bind_address, config.port)
        await bootstrap.bootstrap(
            registry,
            service_cidr=config.network.service_cidr,
            address=advertise_address(config),
            port=server.port,
        )
    except BaseException:
        await server.close()
        raise
    health.ready = True
    server.start_loops()
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
    """TLS 1.2 or later; a client may show a certificate of the cluster's or the front proxy's authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(pki.apiserver.certificate, pki.apiserver.key)
    context.load_verify_locations(pki.ca_file)
    context.load_verify_locations(pki.front_proxy_ca_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    return context


@dataclass(frozen=True, slots=True)
class Access:
    """Who is asking, and what they may do."""

    authenticators: Chain
    bearer: BearerTokens
    rbac: Rbac
    authorizer: Authorizer


def access_of(registry: Registry, pki: ServerPki, clock: Clock, tokens: Sequence[TokenAuthenticator] = ()) -> Access:
    """Authentication and authorization over the objects of the registry, which must be started."""
    bearer = BearerTokens([*tokens, _service_account_tokens(registry, pki, clock), _bootstrap_tokens(registry, clock)])
    rbac = Rbac()
    rbac.follow(registry)
    nodes = NodeAuthorizer()
    nodes.follow(registry)
    return Access(_chain(pki, bearer, clock), bearer, rbac, Union([Masters(), nodes, rbac]))


def compose(
    config: ServerConfig, registry: Registry, pki: ServerPki, health: Health, access: Access, streams: Streams
) -> RequestHandler:
    """Put the parts together that answer requests."""
    authorizer = access.authorizer
    registry.admission.validating.append(_escalation_stage(EscalationCheck(access.rbac, authorizer)))
    metrics = Metrics(registry)
    stages = (_authenticate(access.authenticators), Impersonation(authorizer), _authorize(authorizer))
    routes = routes_of(config, registry, pki.tokens, health, metrics)
    routes.streams.update(streams.verbs)
    review = reviews.verb(Reviews(authorizer, access.rbac, access.bearer))
    for cls in reviews.TYPES:
        resource = scheme.resource_of(cls)
        routes.virtual[resource.group, resource.plural] = review
    return RequestHandler(registry, stages, routes, metrics)


def _service_account_tokens(registry: Registry, pki: ServerPki, clock: Clock) -> ServiceAccountTokens:
    issuer = pki.tokens.issuer
    return ServiceAccountTokens(pki.tokens, registry, audiences=(issuer,), clock=clock)


def _bootstrap_tokens(registry: Registry, clock: Clock) -> BootstrapTokens:
    return BootstrapTokens(lambda namespace, name: registry.find(core_v1.Secret, name, namespace), clock)


def _chain(pki: ServerPki, bearer: BearerTokens, clock: Clock) -> Chain:
    proxy = RequestHeader(CertificateReader([_authority(pki.front_proxy_ca_file.read_bytes())], clock))
    own = X509(CertificateReader([_authority(pki.ca_file.read_bytes())], clock))
    return Chain([proxy, own, bearer], anonymous=Anonymous())


def _authority(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def _authenticate(chain: Chain) -> Stage:
    async def authenticate(ctx: Context) -> None:
        ctx.user = await chain.authenticate(ctx.http)

    return authenticate


def _authorize(authorizer: Authorizer) -> Stage:
    async def check(asked: Attributes) -> None:
        decision = await authorizer.authorize(asked)
        if not decision.allowed:
            raise forbidden(asked, decision.reason)

    async def authorize(ctx: Context) -> None:
        asked = attributes_of(ctx.info, ctx.user)
        await check(asked)
        ctx.permit = lambda verb: check(dataclasses.replace(asked, verb=verb))

    return authorize


def _escalation_stage(check: EscalationCheck) -> WriteStage:
    async def escalation(write: Write) -> None:
        if write.operation in (Operation.CREATE, Operation.UPDATE) and isinstance(write.object, RBAC_TYPES):
            await check.check(write.user, write.object, write.old)

    return escalation


def routes_of(config: ServerConfig, registry: Registry, tokens: Tokens, health: Health, metrics: Metrics) -> Routes:
    """What answers what, reviews excepted, which need the authorizer."""
    discovery = Discovery([registry.resources], address=f"{advertise_address(config)}:{config.port}")
    openapi = OpenApi(registry.resources, lambda resource: published_version(registry, resource))
    registry.on_change.extend((discovery.changed, openapi.changed))
    routes = Routes()
    routes.trees.update(
        {
            "api": discovery.handle,
            "apis": discovery.handle,
            "openapi": openapi.handle_v3,
            "livez": health.handle,
            "readyz": health.handle,
            "healthz": health.handle,
        }
    )
    address = f"https://{advertise_address(config)}:{config.port}/openid/v1/jwks"
    routes.paths.update(
        {
            "/openapi/v2": openapi.handle_v2,
            "/openapi/v3": openapi.handle_v3,
            "/metrics": metrics.handle,
            "/version": _static(version.version()),
            "/.well-known/openid-configuration": _static(tokens.openid_configuration(address)),
            "/openid/v1/jwks": _static(tokens.jwks(), "application/jwk-set+json"),
        }
    )
    routes.paths["/"] = _static({"paths": sorted([*routes.paths, *(f"/{tree}" for tree in routes.trees)])})
    routes.subresources.update(
        {
            ("", "pods", "binding"): binding.handle,
            ("", "pods", "eviction"): eviction.handle,
            ("", "serviceaccounts", "token"): TokenRequests(tokens).handle,
        }
    )
    routes.anywhere["scale"] = scale.handle
    routes.virtual["", "bindings"] = binding.handle
    return routes


def _static(value: object, content_type: str = "application/json") -> Handler:
    body = msgspec.json.encode(value)

    async def handle(ctx: Context) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": content_type})

    return handle


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> HttpRequest:
    """A request that takes bodies as large as the API does."""
    loop = asyncio.get_running_loop()
    return HttpRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)
