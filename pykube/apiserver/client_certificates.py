"""Whose client certificates are believed: those of the cluster's authorities, and those of the front proxy's.

While an authority follows another both are believed; when the old one is dropped, its certificates are nobody's at
once, on connections that are open too.
"""

from __future__ import annotations

from cryptography import x509

from pykube.aio.clock import Clock
from pykube.pki.server import ServerPki

from .authn.x509 import CertificateReader


class ClientCertificates:
    """The readers that the authenticators ask; `renew` changes whom they believe."""

    def __init__(self, pki: ServerPki, clock: Clock) -> None:
        self.cluster = CertificateReader((), clock)
        self.front_proxy = CertificateReader((), clock)
        self.renew(pki)

    def renew(self, pki: ServerPki) -> None:
        """Believe the authorities that are in the files now, and no others."""
        self.cluster.replace(x509.load_pem_x509_certificates(pki.ca_file.read_bytes()))
        self.front_proxy.replace(x509.load_pem_x509_certificates(pki.front_proxy_ca_file.read_bytes()))
