"""Who may come in, and what they may do: the methods of authentication and authorization that this server has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pykube.aio.clock import Clock
from pykube.api import core_v1
from pykube.config import ServerConfig
from pykube.pki.addresses import host_name
from pykube.pki.server import ServerPki

from .aggregator.trust import PROXY_NAMES
from .authn import Authenticator, Chain, TokenAuthenticator
from .authn.audiences import OwnAudiences
from .authn.bootstrap_token import BootstrapTokens, SecretLookup
from .authn.chain import BearerTokens
from .authn.configured import ConfiguredAuthentication
from .authn.failure_limit import FailureLimit
from .authn.node_revocation import NodeRevocation
from .authn.request_header import RequestHeader
from .authn.review_client import ReviewClient
from .authn.review_server import ReviewServer
from .authn.service_account import ServiceAccountTokens
from .authn.token_file import TokenFile
from .authn.token_webhook import WebhookTokens
from .authn.x509 import X509
from .authz.abac import Abac
from .authz.always import AlwaysAllow, AlwaysDeny
from .authz.chain import AuthorizerChain, ResolvingAuthorizer
from .authz.node import NodeAuthorizer
from .authz.rbac import Rbac
from .client_certificates import ClientCertificates, ShortLived
from .local_sockets import LocalUser
from .registry import Registry

WEBHOOK_SECONDS = 30.0
"""What a review of a token may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who is asking, and what they may do; close it at the end."""

    authenticators: Chain
    bearer: BearerTokens
    rbac: Rbac
    authorizer: AuthorizerChain
    service_accounts: ServiceAccountTokens
    certificates: ClientCertificates
    configured: ConfiguredAuthentication
    webhook: WebhookTokens | None
    nodes: NodeRevocation

    async def load(self) -> None:
        """Learn what was kept; before requests come."""
        await self.nodes.load()

    def renew(self, pki: ServerPki) -> None:
        """Trust the authorities and keys of `pki` from now on, and nothing that was verified with others."""
        self.certificates.renew(pki)
        self.service_accounts.forget()

    async def close(self) -> None:
        """End connections to those who are asked."""
        await self.nodes.close()
        await self.authorizer.close()
        await self.configured.close()
        if self.webhook is not None:
            await self.webhook.close()


def access_of(
    config: ServerConfig, registry: Registry, pki: ServerPki, clock: Clock, tokens: Sequence[TokenAuthenticator] = ()
) -> Access:
    """Authentication and authorization over the objects of the registry, which must be started.

    Raises:
        ValueError: what is configured makes no sense; the message says what.
        OSError: a file that is configured cannot be read.
    """
    own = (pki.tokens.issuer,)
    rbac = Rbac()
    rbac.follow(registry)
    built_in = _authorizers(config, registry, rbac)
    authorizer = AuthorizerChain.configured(
        config.authorization_mode, config.config_dir / "authorization.yaml", built_in, clock
    )
    certificates = ClientCertificates(pki, clock)
    service_accounts = ServiceAccountTokens(pki.tokens, registry, audiences=own, clock=clock)
    configured = ConfiguredAuthentication(
        config.config_dir / "authentication.yaml", clock, anonymous=config.anonymous_auth, own_issuers=own
    )
    webhook = _token_webhook(config, clock, own)
    issuers: list[TokenAuthenticator] = [*tokens, *_token_file(config, own), service_accounts]
    issuers.append(OwnAudiences(BootstrapTokens(_secrets(registry), clock), own))
    issuers.append(OwnAudiences(configured, own))
    if webhook is not None:
        issuers.append(webhook)
    bearer = BearerTokens(issuers, FailureLimit(clock))
    nodes = NodeRevocation(registry.store, clock, own=host_name(config))
    nodes.follow(registry)
    proxy = RequestHeader(certificates.front_proxy, frozenset(PROXY_NAMES))
    own_certificates = ShortLived(X509(certificates.cluster, nodes.check), certificates)
    methods: list[Authenticator] = [LocalUser(), proxy, own_certificates, bearer]
    return Access(
        authenticators=Chain(methods, anonymous=configured),
        bearer=bearer,
        rbac=rbac,
        authorizer=authorizer,
        service_accounts=service_accounts,
        certificates=certificates,
        configured=configured,
        webhook=webhook,
        nodes=nodes,
    )


def _authorizers(config: ServerConfig, registry: Registry, rbac: Rbac) -> dict[str, ResolvingAuthorizer]:
    """The authorizers of this server by their type; webhooks are made as they are configured."""
    nodes = NodeAuthorizer()
    nodes.follow(registry)
    found: dict[str, ResolvingAuthorizer] = {
        "Node": nodes,
        "RBAC": rbac,
        "AlwaysAllow": AlwaysAllow(),
        "AlwaysDeny": AlwaysDeny(),
    }
    if config.authorization_policy_file:
        found["ABAC"] = Abac.read(Path(config.authorization_policy_file))
    return found


def _token_file(config: ServerConfig, own: tuple[str, ...]) -> list[TokenAuthenticator]:
    if not config.token_auth_file:
        return []
    return [OwnAudiences(TokenFile.read(Path(config.token_auth_file)), own)]


def _token_webhook(config: ServerConfig, clock: Clock, own: tuple[str, ...]) -> WebhookTokens | None:
    if not config.authentication_token_webhook_config_file:
        return None
    server = ReviewServer.read(Path(config.authentication_token_webhook_config_file))
    return WebhookTokens(ReviewClient(server, clock, seconds=WEBHOOK_SECONDS), clock, own=own)


def _secrets(registry: Registry) -> SecretLookup:
    return lambda namespace, name: registry.find(core_v1.Secret, name, namespace)
