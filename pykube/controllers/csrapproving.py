"""CSR approving: requests of agents for the certificates of their own nodes need nobody's word.

Whether the one who asks may ask so is asked of the API: the right to create
``certificatesigningrequests/selfnodeclient`` (its own node's certificate anew) or ``.../nodeclient`` (a first one).
What a node's own API shows is approved too where it fits the Node; upstream leaves that to people or to others.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Final

import msgspec

from pykube import errors
from pykube.api import authorization_v1, certificates_v1, core_v1
from pykube.api.certificates_v1 import CertificateSigningRequest
from pykube.pki.addresses import server_names

from .base import Controller
from .context import Context
from .csr_nodes import NODE_PREFIX, denied_by_token, serving_problem

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest as X509Request

log = logging.getLogger(__name__)

SIGNER: Final = "kubernetes.io/kube-apiserver-client-kubelet"
SERVING: Final = "kubernetes.io/kubelet-serving"

_APPROVED: Final = "AutoApproved"
_DENIED: Final = "AutoDenied"
_TEXTS: Final = {
    "selfnodeclient": "Auto approving self kubelet client certificate after SubjectAccessReview.",
    "nodeclient": "Auto approving kubelet client certificate after SubjectAccessReview.",
}  # part of the API: tools compare them
_NOWHERE: Final = core_v1.Node()
_SERVING_TEXT: Final = "Auto approving kubelet serving certificate for the names and addresses of the Node."


class CsrApprovingController(Controller):
    """Keys are the names of requests."""

    name = "csrapproving"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.requests = self.watch(CertificateSigningRequest)
        self.nodes = self.informer(core_v1.Node)
        self.nodes.add_handler(on_add=lambda new: self._node_changed(_NOWHERE, new), on_update=self._node_changed)
        self._waiting: set[str] = set()
        """Requests for serving certificates that did not fit their nodes."""

    def _node_changed(self, old: core_v1.Node, new: core_v1.Node) -> None:
        if old.status.addresses != new.status.addresses:
            for name in self._waiting:
                self.queue.add(name)

    async def sync(self, key: str) -> None:
        request = self.requests.get(key)
        self._waiting.discard(key)
        if request is None or request.status.certificate:
            return
        if any(condition.type in ("Approved", "Denied") for condition in request.status.conditions):
            return
        if request.spec.signer_name == SIGNER:
            await self._decide_client(request)
        elif request.spec.signer_name == SERVING:
            await self._decide_serving(request)

    async def _decide_client(self, request: CertificateSigningRequest) -> None:
        asked, common_name = _read(request)
        if asked is None:
            return
        own = request.spec.username == common_name
        for subresource in ["selfnodeclient", "nodeclient"] if own else ["nodeclient"]:
            if await self._may(request, subresource):
                name = common_name.removeprefix(NODE_PREFIX)
                if why := denied_by_token(request.spec, name, exists=await self._exists(name)):
                    await self._decide(request, "Denied", _DENIED, why)
                else:
                    await self._decide(request, "Approved", _APPROVED, _TEXTS[subresource])
                return

    async def _exists(self, name: str) -> bool:
        """Asked of the API, not of the cache, which may not know yet of a node that has just been deleted."""
        try:
            await self.client.get(core_v1.Node, name)
        except errors.NotFound:
            return False
        return True

    async def _decide_serving(self, request: CertificateSigningRequest) -> None:
        asked, common_name = _read(request)
        if asked is None:
            return
        names = importlib.import_module("pykube.pki.signing").names(asked)
        own_names, own_addresses = server_names(self.context.config)
        reserved = (*own_names, *own_addresses)
        why = serving_problem(request.spec, common_name, names, self.nodes.list(), reserved)
        if not why:
            await self._decide(request, "Approved", _APPROVED, _SERVING_TEXT)
            return
        self._waiting.add(request.metadata.name)
        log.warning("request %s waits for its node or a person's approval: %s", request.metadata.name, why)

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

    async def _decide(self, request: CertificateSigningRequest, kind: str, reason: str, text: str) -> None:
        now = self.clock.now().replace(microsecond=0)
        decision = certificates_v1.CertificateSigningRequestCondition(
            type=kind,
            status="True",
            reason=reason,
            message=text,
            last_update_time=now,
            last_transition_time=now,
        )
        status = msgspec.structs.replace(request.status, conditions=[*request.status.conditions, decision])
        try:
            await self.client.update(msgspec.structs.replace(request, status=status), subresource="approval")
        except errors.NotFound:
            return


def _read(request: CertificateSigningRequest) -> tuple[X509Request | None, str]:
    """The request itself and whom it names; None when it is none that the signer would sign."""
    # cryptography takes 12 MB, which a cluster without requests does without
    signing = importlib.import_module("pykube.pki.signing")
    try:
        asked: X509Request = signing.read(request.spec.request)
        signing.check(request.spec.signer_name, asked, request.spec.usages)
    except ValueError:
        return None, ""
    return asked, signing.common_name(asked)
