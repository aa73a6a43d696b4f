"""CSR approving: requests of agents for the certificates of their own nodes need nobody's word.

Whether the one who asks may ask so is asked of the API: the right to create
``certificatesigningrequests/selfnodeclient`` (its own node's certificate anew) or ``.../nodeclient`` (a first one).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

import msgspec

from pykube import errors
from pykube.api import authorization_v1, certificates_v1
from pykube.api.certificates_v1 import CertificateSigningRequest

from .base import Controller
from .context import Context

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest as X509Request

SIGNER: Final = "kubernetes.io/kube-apiserver-client-kubelet"

_REASON: Final = "AutoApproved"
_TEXTS: Final = {
    "selfnodeclient": "Auto approving self kubelet client certificate after SubjectAccessReview.",
    "nodeclient": "Auto approving kubelet client certificate after SubjectAccessReview.",
}  # part of the API: tools compare them


class CsrApprovingController(Controller):
    """Keys are the names of requests."""

    name = "csrapproving"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.requests = self.watch(CertificateSigningRequest)

    async def sync(self, key: str) -> None:
        request = self.requests.get(key)
        if request is None or request.spec.signer_name != SIGNER or request.status.certificate:
            return
        if any(condition.type in ("Approved", "Denied") for condition in request.status.conditions):
            return
        for subresource in _rights(request):
            if await self._may(request, subresource):
                await self._approve(request, _TEXTS[subresource])
                return

    async def _may(self, request: CertificateSigningRequest, subresource: str) -> bool:
        spec = request.spec
        asked = authorization_v1.ResourceAttributes(
            group="certificates.k8s.io",
            version="*",
            resource="certificatesigningrequests",
            subresource=subresource,
            verb="create",
        )
        review = authorization_v1.SubjectAccessReview(
            spec=authorization_v1.SubjectAccessReviewSpec(
                user=spec.username, uid=spec.uid, groups=spec.groups, extra=spec.extra, resource_attributes=asked
            )
        )
        return (await self.client.create(review)).status.allowed

    async def _approve(self, request: CertificateSigningRequest, text: str) -> None:
        now = self.clock.now().replace(microsecond=0)
        approval = certificates_v1.CertificateSigningRequestCondition(
            type="Approved",
            status="True",
            reason=_REASON,
            message=text,
            last_update_time=now,
            last_transition_time=now,
        )
        status = msgspec.structs.replace(request.status, conditions=[*request.status.conditions, approval])
        try:
            await self.client.update(msgspec.structs.replace(request, status=status), subresource="approval")
        except errors.NotFound:
            return


def _rights(request: CertificateSigningRequest) -> list[str]:
    """Which right would be enough; none when this is no request for a node's certificate."""
    # cryptography takes 12 MB, which a cluster without requests does without
    signing = importlib.import_module("pykube.pki.signing")
    try:
        asked: X509Request = signing.read(request.spec.request)
        signing.check(SIGNER, asked, request.spec.usages)
    except ValueError:
        return []
    own = request.spec.username == signing.common_name(asked)
    return ["selfnodeclient", "nodeclient"] if own else ["nodeclient"]
