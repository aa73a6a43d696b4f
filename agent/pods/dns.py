"""Which name servers a pod asks, and the hosts file it sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pykube.api import core_v1
from pykube.config import Network

RESOLVED = Path("/run/systemd/resolve/resolv.conf")
"""systemd-resolved's file with the real servers; ``/etc/resolv.conf`` then names only its stub at 127.0.0.53."""
HEADER = "# Kubernetes-managed hosts file."
MOST_SEARCHES = 32


@dataclass(slots=True)
class Resolver:
    """The lines of a resolv.conf."""

    servers: list[str] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


def parse(text: str) -> Resolver:
    """Read a resolv.conf."""
    found = Resolver()
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if len(words) < 2:
            continue
        if words[0] == "nameserver":
            found.servers.append(words[1])
        elif words[0] == "search":
            found.searches = [name if name == "." else name.rstrip(".") for name in words[1:]]
        elif words[0] == "options":
            found.options = words[1:]
    return found


def host_resolver(etc: Path = Path("/etc/resolv.conf"), resolved: Path = RESOLVED) -> Resolver:
    """The host's own resolver, past systemd's stub, which a pod cannot reach."""
    try:
        found = parse(etc.read_text())
    except OSError:
        found = Resolver()
    if found.servers and all(server.startswith("127.0.0.53") for server in found.servers) and resolved.exists():
        return parse(resolved.read_text())
    return found


def pod_resolver(pod: core_v1.Pod, network: Network, host: Resolver) -> Resolver:
    """The pod's resolver by its dnsPolicy and dnsConfig."""
    spec = pod.spec
    policy = spec.dns_policy or "ClusterFirst"
    if policy == "None":
        found = Resolver()
    elif policy == "Default" or (policy == "ClusterFirst" and spec.host_network):
        found = Resolver(list(host.servers), list(host.searches), list(host.options))
    else:
        domain = network.cluster_domain
        own = [f"{pod.metadata.namespace}.svc.{domain}", f"svc.{domain}", domain]
        found = Resolver([network.dns_ip], [*own, *host.searches], ["ndots:5"])
    if spec.dns_config is not None:
        _merge(found, spec.dns_config)
    found.searches = list(dict.fromkeys(found.searches))[:MOST_SEARCHES]
    return found


def _merge(found: Resolver, config: core_v1.PodDNSConfig) -> None:
    found.servers = list(dict.fromkeys([*found.servers, *config.nameservers]))
    found.searches += config.searches
    for option in config.options:
        name = option.name
        found.options = [known for known in found.options if known.partition(":")[0] != name]
        found.options.append(name if option.value is None else f"{name}:{option.value}")


def hostname_of(pod: core_v1.Pod) -> str:
    """The name that a pod's own kernel namespace carries, without a domain."""
    if pod.spec.hostname_override:
        return pod.spec.hostname_override
    return (pod.spec.hostname or pod.metadata.name)[:63].rstrip("-.")


def domain_of(pod: core_v1.Pod, network: Network) -> str:
    """The pod's domain; it has one only through its subdomain."""
    if not pod.spec.subdomain or pod.spec.hostname_override:
        return ""
    return f"{pod.spec.subdomain}.{pod.metadata.namespace}.svc.{network.cluster_domain}"


def hosts_file(pod: core_v1.Pod, ips: Sequence[str], network: Network, host_file: str) -> str:
    """The text of the pod's /etc/hosts; `host_file` is the node's, which pods in its network see."""
    if pod.spec.host_network:
        return "# Kubernetes-managed hosts file (host network).\n" + host_file + _aliases(pod.spec.host_aliases)
    lines = [
        HEADER,
        "127.0.0.1\tlocalhost",
        "::1\tlocalhost ip6-localhost ip6-loopback",
        "fe00::\tip6-localnet",
        "fe00::\tip6-mcastprefix",
        "fe00::1\tip6-allnodes",
        "fe00::2\tip6-allrouters",
    ]
    name, domain = hostname_of(pod), domain_of(pod, network)
    lines += [f"{ip}\t{name}.{domain}\t{name}" if domain else f"{ip}\t{name}" for ip in ips]
    return "\n".join(lines) + "\n" + _aliases(pod.spec.host_aliases)


def _aliases(aliases: Iterable[core_v1.HostAlias]) -> str:
    lines = ["\t".join([alias.ip, *alias.hostnames]) for alias in aliases]
    return "\n# Entries added by HostAliases.\n" + "\n".join(lines) + "\n" if lines else ""
