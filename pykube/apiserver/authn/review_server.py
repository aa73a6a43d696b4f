"""Where reviews are sent that another server decides: one that is described by a kubeconfig file.

The cluster of the file is the server, whose URL is asked as it is; its user is what this server shows there.
"""

from __future__ import annotations

import base64
import binascii
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml


class ReviewServerError(ValueError):
    """The file does not tell whom to ask; the message says which file and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewServer:
    """A server that answers reviews. Empty: not given."""

    url: str
    ca: bytes = b""
    """PEM of the authorities that the server's certificate may come from; empty: the host's."""
    certificate: bytes = b""
    """PEM of the certificate to show."""
    key: bytes = b""
    """PEM of its key."""
    token: str = ""
    """The bearer token to show."""
    name: str = ""
    """The name that the server's certificate must bear, where it is not the URL's host."""
    insecure: bool = False
    """Believe any certificate."""

    @classmethod
    def read(cls, path: Path) -> ReviewServer:
        """The server that a kubeconfig's current context names.

        Raises:
            ReviewServerError: the file, or one that it names, cannot be read, or names no server.
        """
        try:
            doc = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
            return _resolve(doc, path)
        except (OSError, yaml.YAMLError, binascii.Error, AttributeError, TypeError) as error:
            raise ReviewServerError(f"kubeconfig {path}: {error}") from error

    def context(self) -> ssl.SSLContext:
        """TLS as the file wants it.

        Raises:
            ReviewServerError: a certificate or key in it is none.
        """
        try:
            return self._context()
        except (ssl.SSLError, ValueError) as error:
            raise ReviewServerError(f"{self.url}: a certificate or key is broken: {error}") from error

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif self.ca:
            # A file may hold the very certificate that is shown, and nothing above it.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.load_verify_locations(cadata=self.ca.decode("ascii"))
        else:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        if self.certificate:
            # Python takes certificates from files only: from one that nobody else can read.
            with tempfile.NamedTemporaryFile(suffix=".pem") as file:
                file.write(self.certificate + b"\n" + self.key)
                file.flush()
                context.load_cert_chain(file.name)
        return context


def _resolve(doc: Any, path: Path) -> ReviewServer:
    context = _entry(doc, "contexts", doc.get("current-context", ""), "context")
    cluster = _entry(doc, "clusters", context.get("cluster", ""), "cluster")
    user = _entry(doc, "users", context.get("user", ""), "user")
    url = str(cluster.get("server", ""))
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise ReviewServerError(f"kubeconfig {path}: the current context names no cluster with an https server")
    token_file = user.get("tokenFile")
    return ReviewServer(
        url=url,
        ca=_bytes(cluster, "certificate-authority", path.parent),
        certificate=_bytes(user, "client-certificate", path.parent),
        key=_bytes(user, "client-key", path.parent),
        token=(path.parent / token_file).read_text().strip() if token_file else str(user.get("token", "")),
        name=str(cluster.get("tls-server-name", "")),
        insecure=bool(cluster.get("insecure-skip-tls-verify", False)),
    )


def _entry(doc: Mapping[str, Any], section: str, name: str, field: str) -> Mapping[str, Any]:
    for item in doc.get(section) or ():
        if item.get("name") == name:
            found: Mapping[str, Any] = item.get(field) or {}
            return found
    return {}


def _bytes(section: Mapping[str, Any], field: str, folder: Path) -> bytes:
    if data := section.get(f"{field}-data"):
        return base64.b64decode(data, validate=True)
    if name := section.get(field):
        return (folder / str(name)).read_bytes()
    return b""
