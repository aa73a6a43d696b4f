"""All keys and certificates of one server, under ``<state_dir>/server/pki``: the names are kubeadm's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pykube.config import ServerConfig, pki_folder

from . import files, kubeconfig
from .addresses import advertise_address, server_names, url_host
from .ca import CertificateAuthority, Profile
from .certificates import Pair, ensure
from .tokens import Tokens

MASTERS = "system:masters"
AUTHORITY = "ca"
FRONT_PROXY_AUTHORITY = "front-proxy-ca"


@dataclass(frozen=True, slots=True)
class ServerPki:
    """What `ensure_server` has put in place."""

    folder: Path
    authority: CertificateAuthority
    """Signs everybody's certificates."""
    front_proxy_authority: CertificateAuthority
    """Signs the certificate that the API server shows to aggregated API servers."""
    tokens: Tokens

    @classmethod
    def load(cls, folder: Path, issuer: str = "") -> ServerPki:
        """What is in `folder` already; `issuer` is that of its tokens.

        Raises:
            ValueError: something is missing or broken.
        """
        return cls(
            folder,
            CertificateAuthority.load(folder),
            CertificateAuthority.load(folder, name=FRONT_PROXY_AUTHORITY),
            Tokens.load_or_create(folder, issuer),
        )

    @property
    def ca_file(self) -> Path:
        """The certificates of all authorities that are trusted; that of the one that signs comes first."""
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


def ensure_server(
    config: ServerConfig, now: datetime, *, anew: frozenset[str] = frozenset()
) -> tuple[ServerPki, frozenset[str]]:
    """Have everything in place for this configuration; also the names of the certificates issued just now.

    Call it at the start and again as time goes by (`pykube.pki.host`): what is good is left alone, but for the
    certificates named in `anew` (see `profiles`).

    Raises:
        ValueError: a key or an authority's certificate is broken; it has to be restored by hand.
        OSError: a file cannot be read or written.
    """
    folder = pki_folder(config)
    with files.locked(folder):
        pki = ServerPki(
            folder,
            CertificateAuthority.load_or_create(folder, now),
            CertificateAuthority.load_or_create(
                folder, now, name=FRONT_PROXY_AUTHORITY, common_name="pykube-front-proxy-ca"
            ),
            Tokens.load_or_create(folder, f"https://kubernetes.default.svc.{config.network.cluster_domain}"),
        )
        _put_signer_first(pki.ca_file, pki.authority)
        _put_signer_first(pki.front_proxy_ca_file, pki.front_proxy_authority)
        issued = {
            name
            for name, (authority, profile) in profiles(pki, config).items()
            if ensure(Pair.at(folder, name), authority, profile, now, anew=name in anew)
        }
        _write_kubeconfigs(pki, config)
    return pki, frozenset(issued)


def _put_signer_first(bundle: Path, authority: CertificateAuthority) -> None:
    """A new authority signs from the moment in which its key is in place; who reads the bundle sees it by the order."""
    first, *others = x509.load_pem_x509_certificates(bundle.read_bytes())
    if first != authority.certificate:
        order = [authority.certificate, *(one for one in (first, *others) if one != authority.certificate)]
        files.write(bundle, b"".join(one.public_bytes(Encoding.PEM) for one in order), mode=0o644)


def profiles(pki: ServerPki, config: ServerConfig) -> dict[str, tuple[CertificateAuthority, Profile]]:
    """Each certificate of a server, by name: who signs it, and what for."""
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
        authority=pki.ca_file.read_bytes(),
        user="kubernetes-admin",
        credentials=pki.admin,
    )
    for name, pair in (("controllers", pki.controllers), ("scheduler", pki.scheduler)):
        kubeconfig.write(
            pki.kubeconfig(name),
            server=f"https://127.0.0.1:{config.port}",
            authority=pki.ca_file,
            user=name,
            credentials=pair,
            embed=False,
        )
