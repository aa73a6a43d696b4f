"""The credentials of one node agent, under its folder: ``kubelet.kubeconfig`` and ``pki/``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pykube.config import ServerConfig

from . import files, kubeconfig
from .addresses import advertise_address, host_name, is_address, url_host
from .agent_files import AgentFiles
from .ca import CertificateAuthority, Profile
from .certificates import Pair, ensure


@dataclass(frozen=True, slots=True)
class NodePki:
    """Where an agent finds its credentials."""

    folder: Path
    """The agent's folder: ``<state_dir>/agent``."""

    @property
    def ca_file(self) -> Path:
        """Whom the agent's API trusts to have signed its clients."""
        return self.folder / "pki" / "ca.crt"

    @property
    def client(self) -> Pair:
        """What the agent shows to the API server."""
        return Pair.at(self.folder / "pki", "kubelet-client")

    @property
    def serving(self) -> Pair:
        """What the agent's own API shows."""
        return Pair.at(self.folder / "pki", "kubelet")

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubelet.kubeconfig"


def client_profile(node: str) -> Profile:
    """What the node authorizer knows a node's agent by."""
    return Profile(common_name=f"system:node:{node}", organizations=("system:nodes",), client=True)


def serving_profile(node: str, names: Sequence[str]) -> Profile:
    """For the node's own API, at these names and addresses."""
    addresses = tuple(dict.fromkeys(["127.0.0.1", *(name for name in names if is_address(name))]))
    dns_names = tuple(dict.fromkeys([node, "localhost", *(name for name in names if not is_address(name))]))
    return Profile(
        common_name=f"system:node:{node}",
        organizations=("system:nodes",),
        server=True,
        dns_names=dns_names,
        addresses=addresses,
    )


def ensure_node(
    authority: CertificateAuthority,
    trusted: bytes,
    folder: Path,
    *,
    node: str,
    names: Sequence[str],
    server: str,
    now: datetime,
    anew: bool = False,
) -> tuple[NodePki, bool]:
    """Have an agent's credentials in place, on the host that holds the authority; whether one was issued just now.

    Args:
        trusted: the certificates of all authorities that the agent is to trust, PEM.
        folder: the agent's folder.
        names: names and addresses of the host, for the certificate of the node's API.
        server: the API server's URL.
        anew: also where what is there is good.
    """
    pki = NodePki(folder)
    files.write_if_changed(pki.ca_file, trusted, mode=0o644)
    client = ensure(pki.client, authority, client_profile(node), now, anew=anew)
    serving = ensure(pki.serving, authority, serving_profile(node, names), now, anew=anew)
    kubeconfig.write(
        pki.kubeconfig,
        server=server,
        authority=pki.ca_file,
        user=f"system:node:{node}",
        credentials=pki.client,
        embed=False,
    )
    return pki, client or serving


def ensure_own_node(
    config: ServerConfig, authority: CertificateAuthority, trusted: bytes, now: datetime, *, anew: bool = False
) -> tuple[NodePki, bool]:
    """Credentials for an agent on the server's own host, which needs no token: it can read the authority's key anyway.

    An agent that has joined another server by a token keeps its own.
    """
    folder = config.state_dir / "agent"
    if AgentFiles(folder).joined:
        return NodePki(folder), False
    name = host_name(config).lower()
    address = advertise_address(config)
    return ensure_node(
        authority,
        trusted,
        folder,
        node=name,
        names=[name, address, "127.0.0.1", "localhost"],
        server=f"https://{url_host(address)}:{config.port}",
        now=now,
        anew=anew,
    )
