"""CSR signing: approved CertificateSigningRequests of the cluster's own signers get their certificates."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

import msgspec

from pykube import errors
from pykube.api import certificates_v1
from pykube.api.certificates_v1 import CertificateSigningRequest
from pykube.config import pki_folder

from .base import Controller
from .context import Context

if TYPE_CHECKING:
    from pykube.pki.ca import CertificateAuthority

SIGNERS: Final = frozenset(
    {
        "kubernetes.io/kube-apiserver-client",
        "kubernetes.io/kube-apiserver-client-kubelet",
        "kubernetes.io/kubelet-serving",
        "kubernetes.io/legacy-unknown",
    }
)


class CsrSigningController(Controller):
    """Keys are the names of requests. The authority's key is read for each signature, so that a new one is used."""

    name = "csrsigning"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.requests = self.watch(CertificateSigningRequest)

    async def sync(self, key: str) -> None:
        request = self.requests.get(key)
        if request is None or request.status.certificate or request.spec.signer_name not in SIGNERS:
            return
        told = {condition.type for condition in request.status.conditions if condition.status == "True"}
        if "Approved" not in told or told & {"Denied", "Failed"}:
            return
        try:
            status = self._signed(request)
        except ValueError as error:
            status = self._failed(request, str(error))
        try:
            await self.client.update(msgspec.structs.replace(request, status=status), subresource="status")
        except errors.NotFound:
            return

    def _signed(self, request: CertificateSigningRequest) -> certificates_v1.CertificateSigningRequestStatus:
        # cryptography takes 12 MB, which a cluster without requests does without
        signing = importlib.import_module("pykube.pki.signing")
        spec = request.spec
        signing.check(spec.signer_name, signing.read(spec.request), spec.usages)
        life = signing.lifetime(spec.expiration_seconds)
        pem: bytes = signing.sign(self._authority(), spec.request, spec.usages, self.clock.now(), life)
        return msgspec.structs.replace(request.status, certificate=pem)

    def _authority(self) -> CertificateAuthority:
        ca = importlib.import_module("pykube.pki.ca")
        found: CertificateAuthority = ca.CertificateAuthority.load(pki_folder(self.context.config))
        return found

    def _failed(self, request: CertificateSigningRequest, why: str) -> certificates_v1.CertificateSigningRequestStatus:
        now = self.clock.now().replace(microsecond=0)
        failure = certificates_v1.CertificateSigningRequestCondition(
            type="Failed",
            status="True",
            reason="SignerValidationFailure",
            message=why,
            last_update_time=now,
            last_transition_time=now,
        )
        return msgspec.structs.replace(request.status, conditions=[*request.status.conditions, failure])
