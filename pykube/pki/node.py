"""The credentials of one node agent, under its folder: ``kubelet.kubeconfig`` and ``pki/``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import files, kubeconfig
from .addresses import is_address
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
    authority: CertificateAuthority, folder: Path, *, node: str, names: Sequence[str], server: str, now: datetime
) -> tuple[NodePki, bool]:
    """Have an agent's credentials in place, on the host that holds the authority; whether one was issued just now.

    Args:
        folder: the agent's folder.
        names: names and addresses of the host, for the certificate of the node's API.
        server: the API server's URL.
    """
    pki = NodePki(folder)
    files.write_if_changed(pki.ca_file, authority.pem, mode=0o644)
    client = ensure(pki.client, authority, client_profile(node), now)
    serving = ensure(pki.serving, authority, serving_profile(node, names), now)
    kubeconfig.write(
        pki.kubeconfig,
        server=server,
        authority=authority.pem,
        user=f"system:node:{node}",
        credentials=pki.client,
        embed=False,
    )
    return pki, client or serving
