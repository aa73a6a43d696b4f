"""All keys and certificates of one server, under ``<state_dir>/server/pki``: the names are kubeadm's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pykube.aio.clock import Clock
from pykube.config import ServerConfig, pki_folder

from . import kubeconfig
from .addresses import advertise_address, server_names, url_host
from .ca import CertificateAuthority, Profile
from .certificates import Pair, ensure
from .tokens import Tokens

MASTERS = "system:masters"

CHECK = timedelta(hours=1)
"""How often certificates are looked at: also finds what was changed by hand, and clocks that jumped."""


@dataclass(frozen=True, slots=True)
class ServerPki:
    """What `ensure_server` has put in place."""

    folder: Path
    authority: CertificateAuthority
    """Signs everybody's certificates."""
    front_proxy_authority: CertificateAuthority
    """Signs the certificate that the API server shows to aggregated API servers."""
    tokens: Tokens

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def front_proxy_ca_file(self) -> Path:
        return self.folder / "front-proxy-ca.crt"

    @property
    def apiserver(self) -> Pair:
        """What the API server shows to its clients."""
        return Pair.at(self.folder, "apiserver")

    @property
    def apiserver_kubelet_client(self) -> Pair:
        """What the API server shows to agents."""
        return Pair.at(self.folder, "apiserver-kubelet-client")

    @property
    def front_proxy_client(self) -> Pair:
        """What the API server shows to aggregated API servers."""
        return Pair.at(self.folder, "front-proxy-client")

    @property
    def controllers(self) -> Pair:
        return Pair.at(self.folder, "controllers")

    @property
    def scheduler(self) -> Pair:
        return Pair.at(self.folder, "scheduler")

    @property
    def admin(self) -> Pair:
        return Pair.at(self.folder, "admin")

    def kubeconfig(self, name: str) -> Path:
        """The kubeconfig of ``controllers`` or ``scheduler``; it names the certificate's files."""
        return self.folder.parent / f"{name}.kubeconfig"


def ensure_server(config: ServerConfig, now: datetime) -> tuple[ServerPki, frozenset[str]]:
    """Have everything in place for this configuration; also the names of the certificates issued just now.

    Call it at the start and again as time goes by (`keep_fresh`): what is good is left alone.

    Raises:
        ValueError: a key or an authority's certificate is broken; it has to be restored by hand.
        OSError: a file cannot be read or written.
    """
    folder = pki_folder(config)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pki = ServerPki(
        folder,
        CertificateAuthority.load_or_create(folder, now),
        CertificateAuthority.load_or_create(folder, now, name="front-proxy-ca", common_name="pykube-front-proxy-ca"),
        Tokens.load_or_create(folder, f"https://kubernetes.default.svc.{config.network.cluster_domain}"),
    )
    issued = set()
    for name, (authority, profile) in _profiles(pki, config).items():
        if ensure(Pair.at(folder, name), authority, profile, now):
            issued.add(name)
    _write_kubeconfigs(pki, config)
    return pki, frozenset(issued)


async def keep_fresh(
    config: ServerConfig,
    clock: Clock,
    changed: Callable[[ServerPki, frozenset[str]], None],
    *,
    every: timedelta = CHECK,
) -> None:
    """Look at the certificates from time to time, until cancelled; `changed` hears which were issued anew."""
    while True:
        await clock.sleep(every.total_seconds())
        pki, issued = ensure_server(config, clock.now())
        if issued:
            changed(pki, issued)


def _profiles(pki: ServerPki, config: ServerConfig) -> dict[str, tuple[CertificateAuthority, Profile]]:
    dns_names, addresses = server_names(config)
    serving = Profile(common_name="kube-apiserver", server=True, dns_names=dns_names, addresses=addresses)
    return {
        "apiserver": (pki.authority, serving),
        "apiserver-kubelet-client": (pki.authority, _client("kube-apiserver-kubelet-client", MASTERS)),
        "controllers": (pki.authority, _client("system:kube-controller-manager")),
        "scheduler": (pki.authority, _client("system:kube-scheduler")),
        "admin": (pki.authority, _client("kubernetes-admin", MASTERS)),
        "front-proxy-client": (pki.front_proxy_authority, _client("front-proxy-client")),
    }


def _client(name: str, *groups: str) -> Profile:
    return Profile(common_name=name, organizations=groups, client=True)


def _write_kubeconfigs(pki: ServerPki, config: ServerConfig) -> None:
    outside = f"https://{url_host(advertise_address(config))}:{config.port}"
    kubeconfig.write(
        config.config_dir / "admin.kubeconfig",
        server=outside,
        authority=pki.authority.pem,
        user="kubernetes-admin",
        credentials=pki.admin,
    )
    for name, pair in (("controllers", pki.controllers), ("scheduler", pki.scheduler)):
        kubeconfig.write(
            pki.kubeconfig(name),
            server=f"https://127.0.0.1:{config.port}",
            authority=pki.authority.pem,
            user=name,
            credentials=pair,
            embed=False,
        )
