"""Where a request is passed on to."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlencode

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Target:
    """A host, a port, and a path with its query, percent-encoded; `tls` None for plain HTTP."""

    host: str
    port: int
    path: str
    tls: ssl.SSLContext | None = None
    server_name: str = ""
    """The name that the host's certificate must bear; empty: the host itself."""

    @property
    def netloc(self) -> str:
        """``host:port``, an IPv6 address in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{'https' if self.tls else 'http'}://{self.netloc}{self.path}"


def path_of(*segments: str, query: Pairs | None = None) -> str:
    """A path of these segments, each percent-encoded, with a query."""
    path = "/" + "/".join(quote(segment, safe="") for segment in segments)
    return f"{path}?{urlencode(query)}" if query else path
