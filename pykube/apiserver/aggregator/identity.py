"""The headers in which a backend is told who asks; it believes them because of our client certificate.

Source: k8s.io/client-go transport (``SetAuthProxyHeaders``).
"""

from __future__ import annotations

from collections.abc import Iterable

from multidict import CIMultiDictProxy

from ..authn.request_header import EXTRA_PREFIX, GROUP_HEADER, UID_HEADER, USER_HEADER
from ..authn.user import MASTERS, User
from ..streams.headers import CREDENTIAL_PREFIXES, CREDENTIALS, for_backend

ITSELF = User("system:kube-aggregator", groups=(MASTERS,))
"""As whom this server asks on its own account: it must be let in everywhere."""

_TOKEN = frozenset("!#$&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_UNWANTED = frozenset({"expect"})

Headers = list[tuple[str, str]]


def headers_of(user: User) -> Headers:
    """What says who the caller is."""
    found = [(USER_HEADER, user.name)]
    if user.uid:
        found.append((UID_HEADER, user.uid))
    found += [(GROUP_HEADER, group) for group in user.groups]
    for key, values in user.extra.items():
        found += [(f"X-Remote-Extra-{_escaped(key)}", value) for value in values]
    return found


def passed_on(headers: CIMultiDictProxy[str], user: User, *, upgrade: bool = False) -> Headers:
    """A client's headers without anything that speaks of its identity, and then what we know about that."""
    kept = [
        (name, value)
        for name, value in for_backend(headers, upgrade=upgrade)
        if name.lower() != "connection" and not _speaks_of_identity(name)
    ]
    if upgrade:
        kept.append(("Connection", "Upgrade"))  # the client's may name headers that a proxy behind would then drop
    return [*kept, *headers_of(user)]


def _speaks_of_identity(name: str) -> bool:
    """Some servers read ``X_Remote_User`` as ``X-Remote-User``: neither may come from the client."""
    plain = name.lower().replace("_", "-")
    return plain in CREDENTIALS or plain in _UNWANTED or plain.startswith(_PREFIXES)


def _escaped(key: str) -> str:
    return "".join(char if char in _TOKEN else _percent(char.encode()) for char in key)


def _percent(data: Iterable[int]) -> str:
    return "".join(f"%{byte:02X}" for byte in data)


_PREFIXES = (*CREDENTIAL_PREFIXES, EXTRA_PREFIX)
