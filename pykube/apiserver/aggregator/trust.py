"""The ConfigMap from which aggregated API servers learn whom to believe.

``kube-system/extension-apiserver-authentication`` holds the authority of client certificates, and the authority, names
and headers of this front proxy. What others have put in stays, so that several servers, or an old authority and its
successor, can stand side by side; authorities that have expired go.
Source: pkg/controlplane/controller/clusterauthenticationtrust.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pykube.aio.clock import Clock
from pykube.api import core_v1, meta_v1
from pykube.errors import ApiError

from ..authn.request_header import GROUP_HEADER, UID_HEADER, USER_HEADER
from ..registry import Registry
from ..watch_cache import CacheEvent
from .alarm import Alarm

log = logging.getLogger(__name__)

NAMESPACE = "kube-system"
NAME = "extension-apiserver-authentication"
PROXY_NAMES = ("front-proxy-client",)
"""Common names of the client certificates whose headers are believed."""

RECHECK_SECONDS = 3600.0
"""How often the expiry of authorities is looked at; everything else is noticed at once."""
RETRY_SECONDS = 5.0
_GRACE = timedelta(minutes=5)
_LISTS: Mapping[str, Sequence[str]] = {
    "requestheader-username-headers": [USER_HEADER],
    "requestheader-uid-headers": [UID_HEADER],
    "requestheader-group-headers": [GROUP_HEADER],
    "requestheader-extra-headers-prefix": ["X-Remote-Extra-"],
    "requestheader-allowed-names": PROXY_NAMES,
}
_CLIENTS = "client-ca-file"
_PROXY = "requestheader-client-ca-file"


class Trust:
    """Keeps the ConfigMap; run it beside requests."""

    def __init__(self, registry: Registry, clock: Clock, clients: bytes, proxy: bytes) -> None:
        self._registry = registry
        self._clock = clock
        self._clients, self._proxy = clients, proxy
        self._alarm = Alarm(clock)

    async def run(self) -> None:
        """Keep it, for ever."""
        detach = self._registry.cache(core_v1.ConfigMap).attach(self._happened, namespace=NAMESPACE)
        try:
            while True:
                await self._alarm.wait(RECHECK_SECONDS if await self.try_sync() else RETRY_SECONDS)
        finally:
            detach()

    def renew(self, clients: bytes, proxy: bytes) -> None:
        """Tell of other authorities from now on, PEM."""
        self._clients, self._proxy = clients, proxy
        self._alarm.ring()

    def _happened(self, event: CacheEvent) -> None:
        if event.object.name == NAME:
            self._alarm.ring()

    async def try_sync(self) -> bool:
        """Put the ConfigMap right; False when that has to be tried again later, which is told."""
        try:
            await self.sync()
        except ApiError as error:
            log.warning("%s/%s: %s", NAMESPACE, NAME, error)
            return False
        return True

    async def sync(self) -> None:
        """Put the ConfigMap right.

        Raises:
            ApiError: it cannot be written.
        """
        present = self._registry.find(core_v1.ConfigMap, NAME, NAMESPACE)
        data = combined(present.data if present else {}, self._clients, self._proxy, self._clock.now())
        if present is None:
            meta = meta_v1.ObjectMeta(name=NAME, namespace=NAMESPACE)
            await self._registry.create(core_v1.ConfigMap(metadata=meta, data=data))
        elif present.data != data:
            present.data = data
            await self._registry.update(present)


def combined(present: Mapping[str, str], clients: bytes, proxy: bytes, now: datetime) -> dict[str, str]:
    """The ConfigMap's data: what is there already, and what this server needs to be there."""
    found = {key: msgspec.json.encode(_union(present.get(key, ""), ours)).decode() for key, ours in _LISTS.items()}
    for key, ours in ((_CLIENTS, clients), (_PROXY, proxy)):
        found[key] = _bundle(present.get(key, ""), ours, now)
    return found


def _union(present: str, ours: Sequence[str]) -> list[str]:
    try:
        there = msgspec.json.decode(present, type=list[str]) if present else []
    except msgspec.MsgspecError:
        log.warning("%s/%s holds %r, which is no list: it is replaced", NAMESPACE, NAME, present)
        there = []
    return list(dict.fromkeys([*there, *ours]))


def _bundle(present: str, ours: bytes, now: datetime) -> str:
    certificates = [*_certificates(present.encode()), *x509.load_pem_x509_certificates(ours)]
    valid = (one for one in certificates if one.not_valid_after_utc > now - _GRACE)
    return "".join(dict.fromkeys(one.public_bytes(Encoding.PEM).decode() for one in valid))


def _certificates(pem: bytes) -> Iterable[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem) if pem.strip() else []
    except ValueError:
        log.warning("%s/%s holds a bundle that cannot be read: it is replaced", NAMESPACE, NAME)
        return []
