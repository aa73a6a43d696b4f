"""Which nodes have not yet followed a change of the cluster's authority: they say so on their Node objects."""

from __future__ import annotations

from typing import Any

from cryptography import x509

from ..config import ServerConfig, pki_folder
from ..pki import rotation
from ..pki.addresses import host_name
from ..pki.agent_files import ISSUER, TRUSTED
from ..pki.joining import fingerprint
from ..pki.rotation import Step
from ..pki.server import AUTHORITY
from .cluster import open_cluster

TRUST = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication"
"""Where the API server tells which authorities it trusts."""


def laggards(config: ServerConfig, step: Step) -> list[str]:
    """The nodes that `step` would cut off; ``the server`` where it has not yet followed itself.

    Raises:
        Unreachable: the server does not answer.
        errors.ApiError: it refuses to.
    """
    authorities = rotation.trusted(pki_folder(config), AUTHORITY)
    cluster = open_cluster(config.config_dir / "admin.kubeconfig", "", "")
    try:
        nodes = cluster.http.get("/api/v1/nodes")["items"]
        told = cluster.http.get(TRUST)["data"].get("client-ca-file", "")
    finally:
        cluster.http.close()
    if step is Step.ISSUE:
        behind = [] if authorities[-1] in x509.load_pem_x509_certificates(told.encode()) else ["the server"]
        following = fingerprint(authorities[-1])
        return behind + [_name(node) for node in nodes if following not in _annotation(node, TRUSTED)]
    own = host_name(config).lower()
    signer = fingerprint(authorities[0])
    # the agent of the server's own host got its certificates with the step before
    return [_name(node) for node in nodes if _name(node) != own and _annotation(node, ISSUER) != signer]


def _name(node: dict[str, Any]) -> str:
    return str(node["metadata"]["name"])


def _annotation(node: dict[str, Any], name: str) -> str:
    return str((node["metadata"].get("annotations") or {}).get(name, ""))
