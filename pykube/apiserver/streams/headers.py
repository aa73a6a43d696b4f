"""Which headers of a client's request go on to what stands behind the API server, and which come back.

Whatever proves who the client is stays here: an agent or a pod must not get hold of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from multidict import CIMultiDict, CIMultiDictProxy

from ..authn.authenticator import WEBSOCKET_TOKEN_PREFIX

CREDENTIALS = ("authorization", "proxy-authorization", "x-remote-user", "x-remote-uid", "x-remote-group")
CREDENTIAL_PREFIXES = ("impersonate-", "x-remote-extra-")
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host"}
)
"""Headers about one connection only (RFC 9110, 7.6.1); ``Host`` is set anew."""


def for_backend(headers: CIMultiDictProxy[str], *, upgrade: bool = False) -> Iterator[tuple[str, str]]:
    """The headers to pass on; with `upgrade` those that ask for another protocol as well."""
    dropped = HOP_BY_HOP - {"upgrade", "connection"} if upgrade else HOP_BY_HOP
    for name, value in headers.items():
        lower = name.lower()
        if lower in dropped or lower in CREDENTIALS or lower.startswith(CREDENTIAL_PREFIXES):
            continue
        if lower == "sec-websocket-protocol":
            value = _without_token(value)
            if not value:
                continue
        yield name, value


def _without_token(protocols: str) -> str:
    kept = [one.strip() for one in protocols.split(",") if not one.strip().startswith(WEBSOCKET_TOKEN_PREFIX)]
    return ", ".join(kept)


def for_client(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """The headers of an answer to give back."""
    found: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        if name.lower() not in HOP_BY_HOP:
            found.add(name, value)
    return found


def asks_upgrade(headers: CIMultiDictProxy[str]) -> bool:
    """Whether a request asks to leave HTTP for another protocol."""
    tokens = {token.strip().lower() for value in headers.getall("Connection", []) for token in value.split(",")}
    return "upgrade" in tokens and bool(headers.get("Upgrade"))
