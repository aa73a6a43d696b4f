"""Where a webhook is reached, as its configuration says: by URL, or through a Service. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

HTTPS = 443


class ServiceType(Protocol):
    """A reference to the Service of a webhook, in either API group."""

    name: str
    namespace: str
    path: str | None
    port: int | None


class ConfigType(Protocol):
    """``WebhookClientConfig`` in either API group."""

    url: str | None
    ca_bundle: bytes

    @property
    def service(self) -> ServiceType | None: ...


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """A host or a Service, a port and a path; `ca_bundle` is PEM, empty for what the server's host trusts.

    `host` is the name that the certificate must bear, which for a Service is ``<service>.<namespace>.svc``.
    """

    host: str
    port: int
    path: str
    ca_bundle: bytes
    namespace: str = ""
    service: str = ""

    @property
    def netloc(self) -> str:
        """``host:port``; the port is left out when a URL leaves it out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.service or self.port != HTTPS else host

    def url(self, seconds: int) -> str:
        """The address asked, with the timeout told to the webhook as upstream tells it."""
        return f"https://{self.netloc}{self.path}?timeout={seconds}s"


def target_of(config: ConfigType) -> WebhookTarget:
    """The target of a configuration.

    Raises:
        ValueError: it has neither a service nor a URL that can be understood.
    """
    service = config.service
    if service is not None:
        host = f"{service.name}.{service.namespace}.svc"
        path = f"/{(service.path or '').lstrip('/')}"
        port = service.port or HTTPS
        return WebhookTarget(host, port, path, config.ca_bundle, service.namespace, service.name)
    if not config.url:
        raise ValueError("webhook configuration must have either service or URL")
    url = urlsplit(config.url)
    if not url.hostname:
        raise ValueError(f"Unparsable URL: {config.url}")
    return WebhookTarget(url.hostname, url.port or HTTPS, url.path or "/", config.ca_bundle)
