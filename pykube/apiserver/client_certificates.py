"""Whose client certificates are believed: those of the cluster's authorities, and those of the front proxy's.

While an authority follows another both are believed; when the old one is dropped, its certificates are nobody's at
once, on connections that are open too. So that no request meets that, a connection whose certificate ends soon is
closed after the answer in good time, and its client connects again, with the certificate that it has by then.
"""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web
from cryptography import x509

from pykube.aio.clock import Clock
from pykube.errors import Unauthorized
from pykube.pki.server import ServerPki

from .authn import Authenticator
from .authn.user import User
from .authn.x509 import CertificateReader

SOON = timedelta(hours=1)
"""How long before its certificate expires a connection is no longer kept."""


class ClientCertificates:
    """The readers that the authenticators ask; `renew` changes whom they believe."""

    def __init__(self, pki: ServerPki, clock: Clock) -> None:
        self._clock = clock
        self.cluster = CertificateReader((), clock)
        self.front_proxy = CertificateReader((), clock)
        self._signer = CertificateReader((), clock)
        self._changing = False
        self.renew(pki)

    def renew(self, pki: ServerPki) -> None:
        """Believe the authorities that are in the files now, and no others."""
        authorities = x509.load_pem_x509_certificates(pki.ca_file.read_bytes())
        self.cluster.replace(authorities)
        self._signer.replace(authorities[:1])
        self._changing = len(authorities) > 1
        self.front_proxy.replace(x509.load_pem_x509_certificates(pki.front_proxy_ca_file.read_bytes()))

    def ends_soon(self, request: web.BaseRequest) -> bool:
        """Whether the connection's certificate is about to expire, or its authority is being replaced."""
        try:
            reader = self._signer if self._changing else self.cluster
            found = reader.read(request)
        except Unauthorized:
            return True
        return found is not None and found.not_after - self._clock.now() < SOON


class ShortLived:
    """The authenticator `inner` of client certificates, on connections that are kept only as long as these are good."""

    def __init__(self, inner: Authenticator, certificates: ClientCertificates) -> None:
        self._inner = inner
        self._certificates = certificates

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        try:
            user = await self._inner.authenticate(request)
        except Unauthorized:
            request.protocol.close()
            raise
        if user is not None and self._certificates.ends_soon(request):
            request.protocol.close()  # when this request has been answered
        return user
