from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from pykube.client.config import ClientConfig
from pykube.config import ServerConfig
from pykube.pki import addresses
from pykube.pki.certificates import Pair, profile_of
from pykube.pki.host import ensure_host, keep_fresh
from pykube.pki.node import ensure_node
from pykube.pki.server import ServerPki, ensure_server
from tests.fakes.clock import FakeClock


def config(folder: Path, **changes: object) -> ServerConfig:
    settings = {"advertise_address": "192.0.2.10", "node_name": "host1", **changes}
    return ServerConfig(config_dir=folder / "etc", state_dir=folder / "var", **settings)  # type: ignore[arg-type]


def names(pair: Pair) -> set[str]:
    found = profile_of(x509.load_pem_x509_certificate(pair.certificate.read_bytes()))
    return {*found.dns_names, *found.addresses}


def test_a_server_gets_all_it_needs_and_keeps_it(tmp_path: Path) -> None:
    clock = FakeClock()
    pki, issued = ensure_server(config(tmp_path), clock.now())
    assert issued == {
        "apiserver",
        "apiserver-kubelet-client",
        "controllers",
        "scheduler",
        "admin",
        "front-proxy-client",
    }
    assert {file.name for file in pki.folder.iterdir() if file.suffix == ".key"} == {
        *(f"{name}.key" for name in issued),
        "ca.key",
        "front-proxy-ca.key",
        "sa.key",
    }
    assert names(pki.apiserver) == {
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
        "localhost",
        "host1",
        "10.43.0.1",
        "127.0.0.1",
        "::1",
        "192.0.2.10",
    }
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert ensure_server(config(tmp_path), clock.now())[1] == frozenset()
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_new_address_reissues_only_the_serving_certificate(tmp_path: Path) -> None:
    clock = FakeClock()
    ensure_server(config(tmp_path), clock.now())
    pki, issued = ensure_server(config(tmp_path, advertise_address="192.0.2.11", tls_san=("api.example",)), clock.now())
    assert issued == {"apiserver"}
    assert {"192.0.2.11", "api.example"} <= names(pki.apiserver)
    document = yaml.safe_load((tmp_path / "etc" / "admin.kubeconfig").read_text())
    assert document["clusters"][0]["cluster"]["server"] == "https://192.0.2.11:6443"


def test_certificates_are_renewed_while_the_server_runs(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        settings = config(tmp_path)
        ensure_server(settings, clock.now())
        heard: list[frozenset[str]] = []

        def changed(_: ServerPki, issued: frozenset[str]) -> None:
            heard.append(issued)

        task = asyncio.create_task(keep_fresh(settings, clock, changed, every=timedelta(days=60)))
        await clock.advance(timedelta(days=240).total_seconds())
        assert heard == []
        await clock.advance(timedelta(days=60).total_seconds())
        assert [len(issued) for issued in heard] == [7], "six of the server, and those of its host's agent"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def test_the_certificate_follows_the_hosts_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        clock, heard = FakeClock(), []
        monkeypatch.setattr(addresses, "outward_address", lambda: "192.0.2.10")
        settings = config(tmp_path, advertise_address="")
        pki, _ = ensure_host(settings, clock.now())
        task = asyncio.create_task(keep_fresh(settings, clock, lambda _, issued: heard.append(issued)))
        await clock.advance(60)
        assert heard == []
        monkeypatch.setattr(addresses, "outward_address", lambda: "198.51.100.10")
        await clock.advance(6)
        assert heard == [{"apiserver", "kubelet"}]
        assert "198.51.100.10" in names(pki.apiserver)
        assert ClientConfig.load(tmp_path / "etc" / "admin.kubeconfig").server == "https://198.51.100.10:6443"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def test_the_kubeconfigs_load_and_their_certificates_fit(tmp_path: Path) -> None:
    pki, _ = ensure_server(config(tmp_path), FakeClock().now())
    admin = ClientConfig.load(tmp_path / "etc" / "admin.kubeconfig")
    assert admin.server == "https://192.0.2.10:6443"
    assert admin.client_certificate.encode() == pki.admin.certificate.read_bytes()
    controllers = ClientConfig.load(pki.kubeconfig("controllers"))
    assert controllers.client_certificate_file == pki.controllers.certificate
    context = ssl.create_default_context(cafile=controllers.ca_file)
    context.load_cert_chain(pki.controllers.certificate, pki.controllers.key)
    assert (tmp_path / "etc" / "admin.kubeconfig").stat().st_mode & 0o777 == 0o600


def test_a_node_gets_its_credentials(tmp_path: Path) -> None:
    pki, _ = ensure_server(config(tmp_path), FakeClock().now())

    def ensure(address: str) -> bool:
        return ensure_node(
            pki.authority,
            pki.authority.pem,
            tmp_path / "agent",
            node="host1",
            names=[address],
            server="https://192.0.2.10:6443",
            now=FakeClock().now(),
        )[1]

    assert ensure("192.0.2.10")
    assert not ensure("192.0.2.10")
    assert ensure("192.0.2.11"), "the host's address has changed"
    found = ClientConfig.load(tmp_path / "agent" / "kubelet.kubeconfig")
    assert found.client_certificate_file is not None
    profile = profile_of(x509.load_pem_x509_certificate(found.client_certificate_file.read_bytes()))
    assert (profile.common_name, profile.organizations) == ("system:node:host1", ("system:nodes",))
