"""From the model of a Service to what stands for it in the table ``inet pykube``.

The table is made so that neither a packet nor a change costs more with more Services. One map leads from destination
address, protocol and port to a chain that says only *how many* backends there are; the chain draws a number below that
and finds the backend in a second map under the same destination and that number. So Services with equally many backends
share their chain, and a change of a Service is a change of a few map elements.

Session affinity needs memory, hence chains and sets of its own: one set of callers per backend, whose elements expire.

Masquerading: a packet that does not come from a pod of this node is marked and gets the node's address as its source,
so that the answer comes back through this node. A caller that meets itself as its backend (hairpin) is masqueraded
too. With an external policy of Local callers from outside are led to local backends only and keep their address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product

from .model import Backend, Frontend, ServiceModel

TABLE = "pykube"
MARK = "0x4000"
"""The bit of the packet mark that asks for masquerading, as in kube-proxy; it is cleared again."""

_FAMILY = {4: "ip", 6: "ip6"}
_TYPE = {4: "ipv4_addr", 6: "ipv6_addr"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the rules have to know about cluster and node."""

    service_cidrs: tuple[str, ...]
    """Addresses of Services; packets to those that nobody has are refused."""
    node_cidrs: tuple[str, ...]
    """Addresses of the pods of this node."""
    excluded: tuple[str, ...] = ()
    """Local addresses that have no NodePorts: the node's DNS address."""

    def of_family(self, cidrs: tuple[str, ...], family: int) -> str:
        """The first of `cidrs` that is of `family`, or nothing."""
        return next((cidr for cidr in cidrs if (":" in cidr) == (family == 6)), "")


Element = tuple[str, str]
"""Name of a map or set, and a key in it."""


@dataclass(slots=True)
class ServiceRules:
    """What the table holds for one Service. Several may hold the same chain or the same element of a set."""

    elements: dict[Element, str] = field(default_factory=dict)
    """The value under each key; empty for elements of sets."""
    chains: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Rules by the name of their chain."""
    sets: dict[str, str] = field(default_factory=dict)
    """Declarations by the name of the set."""


def render(model: ServiceModel, addresses: Addresses) -> ServiceRules:
    """The rules for one Service."""
    rules = ServiceRules()
    for frontend in model.frontends:
        _Renderer(model.key, frontend, addresses, rules).render()
    return rules


class _Renderer:
    """Writes one frontend into `rules`."""

    def __init__(self, key: str, frontend: Frontend, addresses: Addresses, rules: ServiceRules) -> None:
        self._key = key
        self._frontend = frontend
        self._addresses = addresses
        self._rules = rules
        self._family = frontend.family
        self._ip = _FAMILY[frontend.family]
        self._place = "service" if frontend.address else "nodeport"
        self._name = " . ".join(filter(None, (frontend.address, frontend.protocol, str(frontend.port))))

    def render(self) -> None:
        frontend = self._frontend
        local = frontend.local_backends
        if frontend.backends:
            verdict = self._affine() if frontend.affinity_seconds else self._spread()
            self._put(f"{self._place}s{self._family}", self._name, f"goto {verdict}")
        if not frontend.backends or local == ():
            refusal = "drop" if frontend.somewhere else "goto refuse"
            self._put(f"{self._place}_refusals{self._family}", self._name, refusal)
        if frontend.source_ranges:
            self._put(f"limited{self._family}", self._name)
            for network in frontend.source_ranges:
                self._put(f"allowed{self._family}", f"{self._name} . {network}")
        for backend in (*frontend.backends, *(local or ())):
            if backend.local:
                self._put(f"hairpins{self._family}", f"{backend.address} . {backend.address}")

    def _put(self, container: str, key: str, value: str = "") -> None:
        self._rules.elements[container, key] = value

    def _spread(self) -> str:
        """Each connection to a backend drawn at random; returns the chain to go to."""
        chain = self._numbered("endpoints", self._frontend.backends, marked=True)
        local = self._frontend.local_backends
        if local is None:
            return chain
        near = self._numbered("locals", local, marked=False) if local else ""
        return self._short_circuit(f"{chain}-local-{len(local)}", chain, near)

    def _numbered(self, kind: str, backends: tuple[Backend, ...], *, marked: bool) -> str:
        container = f"{self._place}_{self._frontend.protocol}_{kind}{self._family}"
        for number, backend in enumerate(backends):
            destination = (self._frontend.address, str(self._frontend.port), str(number))
            self._put(container, " . ".join(filter(None, destination)), f"{backend.address} . {backend.port}")
        name = f"{self._place}-{self._frontend.protocol}-{kind}{self._family}-{len(backends)}"
        address = f"{self._ip} daddr . " if self._frontend.address else ""
        draw = f"{address}{self._frontend.protocol} dport . numgen random mod {len(backends)}"
        translate = f"dnat {self._ip} to {draw} map @{container}"
        self._rules.chains[name] = (*self._mark(), translate) if marked else (translate,)
        return name

    def _short_circuit(self, name: str, everywhere: str, near: str) -> str:
        """Callers of this node go `everywhere`, others to a `near` backend, or on to be dropped where there is none."""
        rules = [f"fib saddr type local goto {everywhere}"]
        if pods := self._addresses.of_family(self._addresses.node_cidrs, self._family):
            rules.insert(0, f"{self._ip} saddr {pods} goto {everywhere}")
        if near:
            rules.append(f"goto {near}")
        self._rules.chains[name] = tuple(rules)
        return name

    def _mark(self) -> tuple[str, ...]:
        pods = self._addresses.of_family(self._addresses.node_cidrs, self._family)
        outside = f"{self._ip} saddr != {pods} " if pods else ""
        return (f"{outside}meta mark set meta mark or {MARK}",)

    def _affine(self) -> str:
        """Each caller to the backend it had before; returns the chain to go to."""
        frontend = self._frontend
        digest = _digest(self._key, frontend.protocol, self._name, str(frontend.affinity_seconds))
        chain = self._remembered(f"affinity-{digest}", digest, frontend.backends, marked=True)
        local = frontend.local_backends
        if local is None:
            return chain
        near = self._remembered(f"affinity-{digest}-near", f"{digest}-near", local, marked=False) if local else ""
        return self._short_circuit(f"affinity-{digest}-local", chain, near)

    def _remembered(self, name: str, prefix: str, backends: tuple[Backend, ...], *, marked: bool) -> str:
        callers, draws = [], []
        for number, backend in enumerate(backends):
            own = f"{prefix}-{_digest(backend.address, str(backend.port))}"
            timeout = f"timeout {self._frontend.affinity_seconds}s"
            self._rules.sets[f"callers-{own}"] = f"type {_TYPE[self._family]}; flags dynamic,timeout; {timeout};"
            target = f"[{backend.address}]" if self._family == 6 else backend.address
            self._rules.chains[f"backend-{own}"] = (
                *(self._mark() if marked else ()),
                f"update @callers-{own} {{ {self._ip} saddr }}",
                f"meta l4proto {self._frontend.protocol} dnat {self._ip} to {target}:{backend.port}",
            )
            callers.append(f"{self._ip} saddr @callers-{own} goto backend-{own}")
            draws.append(f"{number} : goto backend-{own}")
        draw = f"numgen random mod {len(backends)} vmap {{ {', '.join(draws)} }}"
        self._rules.chains[name] = (*callers, draw)
        return name


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def containers() -> dict[str, str]:
    """The maps and sets that the table always has: declarations by name."""
    found: dict[str, str] = {}
    for family, ip in _FAMILY.items():
        address = _TYPE[family]
        found |= {
            f"map services{family}": f"type {address} . inet_proto . inet_service : verdict;",
            f"map nodeports{family}": "type inet_proto . inet_service : verdict;",
            f"map service_refusals{family}": f"type {address} . inet_proto . inet_service : verdict;",
            f"map nodeport_refusals{family}": "type inet_proto . inet_service : verdict;",
            f"set hairpins{family}": f"type {address} . {address};",
            f"set limited{family}": f"type {address} . inet_proto . inet_service;",
            f"set allowed{family}": f"type {address} . inet_proto . inet_service . {address}; flags interval;",
        }
        for protocol, kind in product(("tcp", "udp", "sctp"), ("endpoints", "locals")):
            # A map for each protocol: "typeof" is the only way to have a drawn number in a key, it needs a field that
            # the target's port is like, and nft takes that field's protocol for the only one the map is good for.
            drawn, target = f"{protocol} dport . numgen random mod 2", f"{ip} daddr . {protocol} dport"
            found[f"map service_{protocol}_{kind}{family}"] = f"typeof {ip} daddr . {drawn} : {target};"
            found[f"map nodeport_{protocol}_{kind}{family}"] = f"typeof {drawn} : {target};"
    return found


def base_chains(addresses: Addresses) -> dict[str, tuple[str, ...]]:
    """The chains that the table always has."""
    excluded4 = [address for address in addresses.excluded if ":" not in address]
    not_dns = f"ip daddr != {{ {', '.join(excluded4)} }} " if excluded4 else ""
    unassigned = tuple(
        f"{'ip6' if ':' in cidr else 'ip'} daddr {cidr} fib daddr type != local goto refuse"
        for cidr in addresses.service_cidrs
    )
    return {
        "refuse": ("meta l4proto tcp reject with tcp reset", "reject with icmpx type port-unreachable"),
        "translate": (
            "ip daddr . meta l4proto . th dport vmap @services4",
            "ip6 daddr . meta l4proto . th dport vmap @services6",
            f"meta nfproto ipv4 {not_dns}fib daddr type local meta l4proto . th dport vmap @nodeports4",
            "ip6 daddr != ::1 fib daddr type local meta l4proto . th dport vmap @nodeports6",
        ),
        "check": (
            "ip daddr . meta l4proto . th dport vmap @service_refusals4",
            "ip6 daddr . meta l4proto . th dport vmap @service_refusals6",
            f"meta nfproto ipv4 {not_dns}fib daddr type local meta l4proto . th dport vmap @nodeport_refusals4",
            "ip6 daddr != ::1 fib daddr type local meta l4proto . th dport vmap @nodeport_refusals6",
            *unassigned,
        ),
        "source_ranges": tuple(
            f"{ip} daddr . meta l4proto . th dport @limited{family} "
            f"{ip} daddr . meta l4proto . th dport . {ip} saddr != @allowed{family} drop"
            for family, ip in _FAMILY.items()
        ),
        "limited": ("type filter hook prerouting priority -110; policy accept;", "ct state new jump source_ranges"),
        "prerouting": ("type nat hook prerouting priority -100; policy accept;", "jump translate"),
        "output": ("type nat hook output priority -100; policy accept;", "jump translate"),
        "checked_input": ("type filter hook input priority 0; policy accept;", "ct state new jump check"),
        "checked_forward": ("type filter hook forward priority 0; policy accept;", "ct state new jump check"),
        "checked_output": ("type filter hook output priority 0; policy accept;", "ct state new jump check"),
        "postrouting": (
            "type nat hook postrouting priority 100; policy accept;",
            "ct status dnat ip saddr . ip daddr @hairpins4 masquerade fully-random",
            "ct status dnat ip6 saddr . ip6 daddr @hairpins6 masquerade fully-random",
            "ct status dnat ip saddr 127.0.0.0/8 masquerade fully-random",
            f"meta mark and {MARK} == 0 return",
            f"meta mark set meta mark xor {MARK} masquerade fully-random",
        ),
    }


def block(name: str, lines: Iterable[str]) -> str:
    """A ``chain`` in the syntax of a file."""
    return f"    chain {name} {{\n" + "".join(f"        {line}\n" for line in lines) + "    }\n"
