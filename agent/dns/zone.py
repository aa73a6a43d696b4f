"""The cluster's zone: what is answered with authority, kept up to date one Service at a time."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .records import Records, undashed
from .wire import (
    AAAA,
    ANY,
    CNAME,
    NOERROR,
    NS,
    NXDOMAIN,
    PTR,
    SOA,
    SRV,
    TXT,
    A,
    encode_name,
    labels,
    record,
    soa_data,
    txt_data,
)

TTL = 5
"""Seconds that an answer may be kept; asking again costs no more than a packet within the node."""
_VERSION = "1.1.0"
"""Of the DNS specification of Kubernetes, answered under ``dns-version``."""
_LONGEST_CHAIN = 8
_CACHE_SIZE = 20_000
"""Answers kept ready; clients may ask for any number of names that do not exist."""


@dataclass(slots=True)
class Answer:
    """What the zone says: a response code and encoded records."""

    code: int
    answers: list[bytes] = field(default_factory=list)
    authority: list[bytes] = field(default_factory=list)
    additional: list[bytes] = field(default_factory=list)
    outside: bytes = b""
    """A name outside of the zone in which the answer goes on (the target of a CNAME)."""


class Zone:
    """All names under the cluster's domain, and the reverse names of its networks."""

    def __init__(self, domain: str, dns_address: str, networks: Iterable[str]) -> None:
        self._domain = encode_name(domain)
        self._pods = encode_name(f"pod.{domain}")
        self._networks = [ipaddress.ip_network(network) for network in networks]
        self._services: dict[str, Records] = {}
        self._data: dict[tuple[bytes, int], dict[str, list[bytes]]] = {}
        self._names: Counter[bytes] = Counter()
        self._cache: dict[tuple[bytes, int], Answer] = {}
        self._serial = 1
        self._server = encode_name(f"ns.dns.{domain}")
        self._mailbox = encode_name(f"hostmaster.{domain}")
        address = ipaddress.ip_address(dns_address)
        fixed: Records = {
            (self._domain, NS): [self._server],
            (self._server, A if address.version == 4 else AAAA): [address.packed],
            (encode_name(f"dns-version.{domain}"), TXT): [txt_data(_VERSION)],
        }
        self._names.update((encode_name(f"svc.{domain}"), self._pods))
        self.update("", fixed)

    def __contains__(self, name: bytes) -> bool:
        """Whether the zone answers for `name`, be it that there is no such name."""
        if name.endswith(self._domain):
            rest = len(name) - len(self._domain)
            return rest == 0 or (rest > 0 and _at_label(name, rest))
        return name.endswith(b"\x04arpa\0") and self._is_ours(name)

    def _is_ours(self, name: bytes) -> bool:
        address = _reverse_address(name)
        return address is not None and any(address in network for network in self._networks)

    def update(self, key: str, new: Mapping[tuple[bytes, int], list[bytes]]) -> None:
        """Replace the records of one Service; none means that it is gone."""
        old = self._services.pop(key, {})
        if old == new:
            if new:
                self._services[key] = old
            return
        for entry in old:
            claims = self._data[entry]
            del claims[key]
            if not claims:
                del self._data[entry]
            for name in _ancestors(entry[0]):
                self._names[name] -= 1
                if not self._names[name]:
                    del self._names[name]
        for entry, data in new.items():
            self._data.setdefault(entry, {})[key] = data
            self._names.update(_ancestors(entry[0]))
        if new:
            self._services[key] = dict(new)
        self._serial += 1
        self._cache.clear()

    def find(self, name: bytes, kind: int) -> list[bytes]:
        """Data of the records under a name."""
        claims = self._data.get((name, kind))
        return [data for some in claims.values() for data in some] if claims else []

    def answer(self, name: bytes, kind: int) -> Answer:
        """What is to be said to a question for a name in this zone."""
        cached = self._cache.get((name, kind))
        if cached is None:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            cached = self._cache[name, kind] = self._look_up(name, kind)
        return cached

    def _look_up(self, name: bytes, kind: int) -> Answer:
        if name == self._domain and kind == SOA:
            return Answer(NOERROR, [record(SOA, TTL, self._soa())])
        kinds = (A, AAAA, CNAME, NS, SRV, TXT, PTR) if kind == ANY else (kind,)
        found = [record(one, TTL, data) for one in kinds for data in self.find(name, one)]
        if found:
            additional = self._targets(name) if kind == SRV else []
            return Answer(NOERROR, found, additional=additional)
        if kind != CNAME and (aliases := self.find(name, CNAME)):
            return self._follow(aliases[0], kind)
        if (pod := self._pod(name)) is not None:
            return self._pod_answer(pod, kind)
        exists = self._names[name] > 0 or name == self._domain
        return Answer(NOERROR if exists else NXDOMAIN, authority=[self._no_such()])

    def _follow(self, alias: bytes, kind: int) -> Answer:
        """An answer that goes on under another name, in this zone or outside of it."""
        answers = [record(CNAME, TTL, alias)]
        for _ in range(_LONGEST_CHAIN):
            if alias not in self:
                return Answer(NOERROR, answers, outside=alias)
            if found := self.find(alias, kind):
                return Answer(NOERROR, answers + [record(kind, TTL, data, alias) for data in found])
            following = self.find(alias, CNAME)
            if not following:
                break
            answers.append(record(CNAME, TTL, following[0], alias))
            alias = following[0]
        return Answer(NOERROR, answers, authority=[self._no_such()])

    def _targets(self, name: bytes) -> list[bytes]:
        """Addresses of the hosts that SRV records name."""
        hosts = dict.fromkeys(data[6:] for data in self.find(name, SRV))
        return [record(kind, TTL, data, host) for host in hosts for kind in (A, AAAA) for data in self.find(host, kind)]

    def _pod(self, name: bytes) -> str | None:
        """The address in a pod's name, ``a-b-c-d.namespace.pod``; None for any other name."""
        if not name.endswith(self._pods):
            return None
        rest = labels(name[: -len(self._pods)] + b"\0")
        if len(rest) != 2:
            return None
        return undashed(rest[0].decode(errors="replace")) or None

    def _pod_answer(self, address: str, kind: int) -> Answer:
        parsed = ipaddress.ip_address(address)
        if kind in ((A if parsed.version == 4 else AAAA), ANY):
            return Answer(NOERROR, [record(A if parsed.version == 4 else AAAA, TTL, parsed.packed)])
        return Answer(NOERROR, authority=[self._no_such()])

    def _soa(self) -> bytes:
        return soa_data(self._server, self._mailbox, self._serial, TTL)

    def _no_such(self) -> bytes:
        return record(SOA, TTL, self._soa(), self._domain)


def _at_label(name: bytes, offset: int) -> bool:
    """Whether a label starts at `offset`, so that ``xcluster.local`` is not taken for a part of ``cluster.local``."""
    position = 0
    while position < offset:
        position += name[position] + 1
    return position == offset


def _ancestors(name: bytes) -> list[bytes]:
    """A name and all names above it: those exist too, though they may have no records."""
    found, offset = [], 0
    while length := name[offset]:
        found.append(name[offset:])
        offset += length + 1
    return found


def _reverse_address(name: bytes) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a whole reverse name stands for."""
    parts = [label.decode(errors="replace") for label in labels(name)]
    try:
        if parts[-2:] == ["in-addr", "arpa"] and len(parts) == 6:
            return ipaddress.IPv4Address(".".join(reversed(parts[:4])))
        if parts[-2:] == ["ip6", "arpa"] and len(parts) == 34:
            digits = "".join(reversed(parts[:32]))
            return ipaddress.IPv6Address(int(digits, 16))
    except ValueError:
        return None
    return None
