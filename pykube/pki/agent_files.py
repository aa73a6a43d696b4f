"""Where an agent keeps what it shows and whom it trusts: the standard library alone, for the agent's sake."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TRUSTED = "pykube.io/trusted-authorities"
"""The annotation of a Node with the fingerprints of the authorities that its agent trusts."""
ISSUER = "pykube.io/certificate-authority"
"""The annotation with the fingerprint of the one that its certificates come from, on nodes that have joined."""
FINGERPRINT = 16
"""How much of a certificate's SHA-256 digest, in hexadecimal, tells authorities apart there."""


@dataclass(frozen=True, slots=True)
class AgentFiles:
    """The files of one agent.

    On a server's host the server makes them (`pykube.pki.node`). An agent that has joined by a token has asked for its
    certificates itself and asks for the next ones; each is one file together with its key, so that both change at once.
    """

    folder: Path
    """Where its kubeconfig lies: ``<state_dir>/agent``."""

    @property
    def authorities(self) -> Path:
        """Whom the agent trusts, as client and as server."""
        return self.folder / "pki" / "ca.crt"

    @property
    def joined_client(self) -> Path:
        """Key and certificate toward the API server, of an agent that has joined."""
        return self.folder / "pki" / "kubelet-client-current.pem"

    @property
    def joined_serving(self) -> Path:
        """Key and certificate of the node's API, of an agent that has joined."""
        return self.folder / "pki" / "kubelet-server-current.pem"

    @property
    def joined_by(self) -> Path:
        """Holds the public part of the token by which the agent has joined."""
        return self.folder / "pki" / "joined-by"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubelet.kubeconfig"

    @property
    def joined(self) -> bool:
        """Whether the agent has got its credentials by a token."""
        return self.joined_client.exists()

    @property
    def serving(self) -> tuple[Path, Path]:
        """Certificate and key of the node's API; one file where the agent has joined."""
        if self.joined:
            return self.joined_serving, self.joined_serving
        return self.folder / "pki" / "kubelet.crt", self.folder / "pki" / "kubelet.key"
