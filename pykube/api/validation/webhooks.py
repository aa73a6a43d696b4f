"""How a webhook is reached: by URL or through a Service. Shared by admission and CRD conversion."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlsplit

from .. import names
from ..field_errors import Errors, Path, invalid_value, required
from . import checks

_FORM = "; desired format: https://host[/path]"
_REVIEW_VERSIONS = ("v1", "v1beta1")


class Service(Protocol):
    """A reference to the Service of a webhook, in either API group."""

    name: str
    namespace: str
    path: str | None
    port: int | None


class ClientConfig(Protocol):
    """``WebhookClientConfig`` in either API group."""

    url: str | None

    @property
    def service(self) -> Service | None: ...


def client_config(config: ClientConfig, path: Path) -> Errors:
    if (config.url is None) == (config.service is None):
        yield required(path, "exactly one of url or service is required")
    elif config.url is not None:
        yield from _url(config.url, path.child("url"))
    elif config.service is not None:
        yield from _service(config.service, path.child("service"))


def ca_bundle(found: bytes, path: Path) -> Errors:
    """`path` is that of the client configuration. An empty bundle stands for what the server's host trusts."""
    if not found.strip():
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found.decode("ascii"))
    except (ssl.SSLError, ValueError):
        message = "unable to load root certificates: unable to parse bytes as PEM block"
        yield invalid_value(path.child("caBundle"), found.decode("utf-8", "replace"), message)


def _url(text: str, path: Path) -> Errors:
    try:
        url = urlsplit(text)
    except ValueError as error:
        yield required(path, f"url must be a valid URL: {error}{_FORM}")
        return
    if url.scheme != "https":
        yield invalid_value(path, url.scheme, f"'https' is the only allowed URL scheme{_FORM}")
    if not url.netloc:
        yield invalid_value(path, url.netloc, f"host must be specified{_FORM}")
    if "@" in url.netloc:
        yield invalid_value(path, url.netloc.rpartition("@")[0], "user information is not permitted in the URL")
    if url.fragment:
        yield invalid_value(path, url.fragment, "fragments are not permitted in the URL")
    if url.query:
        yield invalid_value(path, url.query, "query parameters are not permitted in the URL")


def _service(service: Service, path: Path) -> Errors:
    if not service.name:
        yield required(path.child("name"))
    if not service.namespace:
        yield required(path.child("namespace"))
    port = service.port or 0
    if messages := names.port_number(port):
        yield invalid_value(path.child("port"), port, f"port is not valid: {', '.join(messages)}")
    if service.path in (None, "", "/"):
        return
    yield from _path(service.path or "", path.child("path"))


def _path(text: str, path: Path) -> Errors:
    if not text.startswith("/"):
        yield invalid_value(path, text, "must start with a '/'")
    for index, step in enumerate(text[1:].removesuffix("/").split("/")):
        if not step:
            yield invalid_value(path, text, f"segment[{index}] may not be empty")
            continue
        for message in names.dns_subdomain(step):
            yield invalid_value(path, text, f"segment[{index}]: {message}")


def review_versions(versions: Sequence[str], path: Path, missing: str) -> Errors:
    """The versions of the review object that a webhook understands."""
    if not versions:
        yield required(path, missing)
        return
    for index, version in enumerate(versions):
        if version in versions[:index]:
            yield invalid_value(path.index(index), version, "duplicate version")
        else:
            yield from checks.follows(path.index(index), version, names.dns_1035_label)
    if not set(versions) & set(_REVIEW_VERSIONS):
        yield invalid_value(path, versions, f"must include at least one of {', '.join(_REVIEW_VERSIONS)}")
