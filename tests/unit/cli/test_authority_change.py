"""Who has followed a change of the authority, as a real API server tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pykube.cli.authority_change import laggards
from pykube.config import ServerConfig, pki_folder
from pykube.pki import rotation
from pykube.pki.agent_files import ISSUER, TRUSTED
from pykube.pki.host import ensure_host
from pykube.pki.joining import fingerprint
from pykube.pki.rotation import Step
from tests.fakes.command_line import CommandLine

NOW = datetime.now(UTC)


@pytest.fixture
def host(tmp_path: Path) -> ServerConfig:
    """A host on which the next authority is trusted."""
    config = ServerConfig(config_dir=tmp_path, state_dir=tmp_path, advertise_address="192.0.2.7", node_name="server")
    ensure_host(config, NOW)
    rotation.advance(pki_folder(config), "ca", NOW)
    return config


def annotated(name: str, **annotations: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "annotations": annotations}}


def test_nobody_is_left_behind(host: ServerConfig, pykube: CommandLine) -> None:
    (host.config_dir / "admin.kubeconfig").write_bytes(pykube.kubeconfig.read_bytes())
    bundle = pki_folder(host) / "ca.crt"
    old, new = (fingerprint(one) for one in rotation.trusted(pki_folder(host), "ca"))

    def told(authorities: str) -> None:
        metadata = {"name": "extension-apiserver-authentication", "namespace": "kube-system"}
        pykube.applied(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"client-ca-file": authorities}}
        )

    told(bundle.read_text().split("-----END")[0] + "-----END CERTIFICATE-----\n")
    pykube.applied(
        annotated("server", **{TRUSTED: f"{old},{new}"}),
        annotated("slow", **{TRUSTED: old, ISSUER: old}),
        annotated("quick", **{TRUSTED: f"{old},{new}", ISSUER: old}),
        annotated("mute"),
    )
    assert laggards(host, Step.ISSUE) == ["the server", "mute", "slow"]
    told(bundle.read_text())
    assert laggards(host, Step.ISSUE) == ["mute", "slow"]
    rotation.advance(pki_folder(host), "ca", NOW)
    ensure_host(host, NOW)
    (host.config_dir / "admin.kubeconfig").write_bytes(pykube.kubeconfig.read_bytes())
    pykube.applied(annotated("quick", **{TRUSTED: f"{old},{new}", ISSUER: new}))
    assert laggards(host, Step.DROP) == ["mute", "slow"], "the server's own host has its certificates from the server"
