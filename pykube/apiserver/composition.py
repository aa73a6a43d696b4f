"""What the API server is made of: who may come in, the stages of a request, and what answers what.

The parts are built here and nowhere else; app.py serves what comes out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import msgspec
from aiohttp import web

from pykube.api import scheme
from pykube.api.apiextensions_v1 import CustomResourceDefinitionVersion
from pykube.api.scheme import CustomResource, Resource
from pykube.config import ServerConfig, local_sockets
from pykube.errors import TooManyRequests
from pykube.pki.addresses import advertise_address
from pykube.pki.server import ServerPki
from pykube.pki.tokens import Tokens
from pykube.store.encryption.file import Encryption

from . import reviews, statuses, version
from .access import Access
from .access_metrics import AccessMetrics
from .admission import Chain as AdmissionChain
from .admission import configuration
from .admission.certificates.approval import CertificateApproval
from .admission.certificates.signing import CertificateSigning
from .admission.mutating_webhook import MutatingWebhooks
from .admission.optional.event_rate_limit import EventRateLimit, limits_of
from .admission.optional.image_policy_webhook import SECONDS as IMAGE_REVIEW_SECONDS
from .admission.optional.image_policy_webhook import ImagePolicyWebhook, settings_of
from .admission.optional.owner_references_permission_enforcement import OwnerReferencesPermissionEnforcement
from .admission.pod_security import configuration as pod_security
from .admission.policies.plugins import install as install_policies
from .admission.validating_webhook import ValidatingWebhooks
from .aggregator.layer import Aggregation
from .audit import Auditor, note_decision
from .authn import Chain
from .authn.impersonation import Impersonation
from .authn.review_client import ReviewClient
from .authn.review_server import ReviewServer
from .authz import Attributes, attributes_of, forbidden
from .authz.authorizer import Authorizer
from .authz.escalation import RBAC_TYPES, EscalationCheck
from .authz.reviews import Reviews
from .component_status import ComponentStatuses, socket_probe, store_probe
from .crd.publishing import published_version, stored_version
from .discovery import Discovery
from .encryption import EncryptionReport
from .flowcontrol import Dumps, Fairness, FlowControlMetrics
from .handler import RequestHandler, Routes
from .health import Health
from .metrics import Metrics
from .openapi import OpenApi
from .registry import Registry
from .request import Context, Handler, Stage
from .streams import Streams
from .subresources import binding, eviction, scale
from .subresources.token import TokenRequests
from .webhooks.calls import Caller
from .webhooks.client import WebhookClient
from .webhooks.metrics import WebhookMetrics
from .write import Operation, Write
from .write import Stage as WriteStage


def compose(
    config: ServerConfig,
    registry: Registry,
    pki: ServerPki,
    health: Health,
    access: Access,
    streams: Streams,
    fairness: Fairness,
    aggregation: Aggregation,
    webhooks: WebhookClient,
    *,
    encryption: Encryption | None = None,
    auditor: Auditor | None = None,
) -> RequestHandler:
    """Put the parts together that answer requests."""
    authorizer = access.authorizer
    registry.admission.choose(config.enable_admission_plugins, config.disable_admission_plugins)
    _configured_plugins(config, registry)
    _checks_of_users(registry.admission, authorizer)
    registry.admission.pod_security.settings = pod_security.read(config.config_dir / "admission.yaml")
    registry.admission.validating.append(_escalation_stage(EscalationCheck(access.rbac, authorizer)))
    metrics = Metrics(registry)
    metrics.add(FlowControlMetrics(fairness))
    metrics.add(aggregation.metrics)
    counted = AccessMetrics()
    metrics.add(counted)
    metrics.add(registry.admission.pod_security.counted)
    metrics.add(install_policies(registry.admission, authorizer))
    metrics.add(_admission_webhooks(registry, webhooks, authorizer))
    fairness.follow()
    if auditor is not None:
        metrics.add(auditor.metrics)
    stages: tuple[Stage, ...] = (
        _authenticate(access.authenticators, counted),
        *([auditor] if auditor is not None else []),
        Impersonation(authorizer),
        fairness,
        _authorize(authorizer, counted),
        aggregation.stage,
    )
    routes = routes_of(config, registry, pki.tokens, health, metrics, aggregation)
    routes.streams.update(streams.verbs)
    routes.paths.update(Dumps(fairness.configuration, registry.clock).paths)
    if encryption is not None:
        routes.paths.update(EncryptionReport(encryption).paths)
    review = reviews.verb(Reviews(authorizer, authorizer, access.bearer))
    for cls in reviews.TYPES:
        resource = scheme.resource_of(cls)
        routes.virtual[resource.group, resource.plural] = review
    return RequestHandler(registry, stages, routes, metrics, timeout=config.request_timeout, auditor=auditor)


def _configured_plugins(config: ServerConfig, registry: Registry) -> None:
    """Add what needs a configuration, where it is on.

    Raises:
        ValueError: there is none, or it makes no sense.
    """
    chain, clock = registry.admission, registry.clock
    if not chain.on & {EventRateLimit.name, ImagePolicyWebhook.name}:
        return
    said = configuration.read(config.config_dir / "admission.yaml")
    if ImagePolicyWebhook.name in chain.on:
        settings = settings_of(said.get(ImagePolicyWebhook.name))
        client = ReviewClient(ReviewServer.read(settings.kubeconfig), clock, seconds=IMAGE_REVIEW_SECONDS)
        chain.on_close.append(client.close)
        chain.add(ImagePolicyWebhook.name, validating=ImagePolicyWebhook(client, settings, clock))
    if EventRateLimit.name in chain.on:
        limits = limits_of(said.get(EventRateLimit.name))
        chain.add(EventRateLimit.name, validating=EventRateLimit(limits, clock))


def _checks_of_users(chain: AdmissionChain, authorizer: Authorizer) -> None:
    """Have plugins ask what the user who writes may do."""
    owners = OwnerReferencesPermissionEnforcement(authorizer)
    chain.add("OwnerReferencesPermissionEnforcement", validating=owners)
    chain.add("CertificateApproval", validating=CertificateApproval(authorizer))
    chain.add("CertificateSigning", validating=CertificateSigning(authorizer))


def _admission_webhooks(registry: Registry, client: WebhookClient, authorizer: Authorizer) -> WebhookMetrics:
    """Have webhooks asked, after all that is built in and after the policies; answers what counts them."""
    counted, clock, chain = WebhookMetrics(), registry.clock, registry.admission
    mutating = Caller(client, authorizer, clock, counted, type_="admit")
    chain.add("MutatingAdmissionWebhook", mutating=MutatingWebhooks(registry, mutating, clock))
    validating = Caller(client, authorizer, clock, counted, type_="validating")
    chain.add("ValidatingAdmissionWebhook", validating=ValidatingWebhooks(registry, validating, clock))
    return counted


def _authenticate(chain: Chain, metrics: AccessMetrics) -> Stage:
    async def authenticate(ctx: Context) -> None:
        result = "failure"
        try:
            ctx.user = await chain.authenticate(ctx.http)
            result = "success"
        except TooManyRequests:
            result = "error"
            raise
        finally:
            metrics.authentications[result] += 1

    return authenticate


def _authorize(authorizer: Authorizer, metrics: AccessMetrics) -> Stage:
    async def check(asked: Attributes, annotations: dict[str, str] | None = None) -> None:
        decision = await authorizer.authorize(asked)
        metrics.decided(decision)
        if annotations is not None:
            note_decision(annotations, decision)
        if not decision.allowed:
            if decision.error:
                raise statuses.internal(decision.error)
            raise forbidden(asked, decision.reason)

    async def authorize(ctx: Context) -> None:
        asked = attributes_of(ctx.info, ctx.user)
        await check(asked, ctx.audit if ctx.trail is not None else None)
        ctx.permit = lambda verb: check(dataclasses.replace(asked, verb=verb))

    return authorize


def _escalation_stage(check: EscalationCheck) -> WriteStage:
    async def escalation(write: Write) -> None:
        if write.operation in (Operation.CREATE, Operation.UPDATE) and isinstance(write.object, RBAC_TYPES):
            await check.check(write.user, write.object, write.old)

    return escalation


def routes_of(
    config: ServerConfig,
    registry: Registry,
    tokens: Tokens,
    health: Health,
    metrics: Metrics,
    aggregation: Aggregation | None = None,
) -> Routes:
    """What answers what, reviews excepted, which need the authorizer; `aggregation` None: nobody else answers."""
    discovery = discovery_of(config, registry, aggregation)
    openapi = openapi_of(registry, aggregation)
    registry.on_change.extend((discovery.changed, openapi.changed))
    groups: Handler = discovery.handle
    openapi_v3: Handler = openapi.handle_v3
    if aggregation is not None:
        aggregation.documents.on_discovery.append(discovery.changed)
        aggregation.documents.on_openapi.append(openapi.changed)
        groups, openapi_v3 = aggregation.behind(groups), aggregation.behind_openapi(openapi_v3)
    routes = Routes()
    routes.trees.update(
        {
            "api": discovery.handle,
            "apis": groups,
            "openapi": openapi_v3,
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
            "/openid/v1/jwks": _answer(lambda: msgspec.json.encode(tokens.jwks()), "application/jwk-set+json"),
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
    own_process = socket_probe(local_sockets(config) / "health.sock")
    probes = {"scheduler": own_process, "controller-manager": own_process, "etcd-0": store_probe(registry.store)}
    routes.virtual["", "componentstatuses"] = ComponentStatuses(probes).handle
    return routes


def discovery_of(config: ServerConfig, registry: Registry, aggregation: Aggregation | None) -> Discovery:
    """What tells clients which kinds there are."""
    address = f"{advertise_address(config)}:{config.port}"

    def stored(resource: Resource) -> str:
        return stored_version(registry, resource)

    if aggregation is None:
        return Discovery([registry.resources], address=address, stored=stored)
    return Discovery(
        [registry.resources],
        address=address,
        stored=stored,
        remotes=aggregation.documents.versions,
        ranks=aggregation.delegates.rank,
    )


def openapi_of(registry: Registry, aggregation: Aggregation | None) -> OpenApi:
    """What tells clients how the kinds are made."""

    def schemas(resource: CustomResource) -> CustomResourceDefinitionVersion | None:
        return published_version(registry, resource)

    if aggregation is None:
        return OpenApi(registry.resources, schemas)
    delegates = aggregation.delegates
    return OpenApi(lambda: delegates.local(registry.resources()), schemas, aggregation.documents)


def _static(value: object) -> Handler:
    body = msgspec.json.encode(value)
    return _answer(lambda: body)


def _answer(body: Callable[[], bytes], content_type: str = "application/json") -> Handler:
    async def handle(ctx: Context) -> web.Response:
        return web.Response(body=body(), headers={"Content-Type": content_type})

    return handle
