"""CertificateApproval: who approves or denies a certificate must be allowed to for its signer."""

from __future__ import annotations

from ... import statuses
from ...authz import Authorizer
from ...write import Operation, Write
from . import signers


class CertificateApproval:
    """Looks at ``certificatesigningrequests/approval``."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    async def __call__(self, write: Write) -> None:
        """Ask for the signer that the stored request names.

        Raises:
            Forbidden: the user may not approve for it.
        """
        if write.operation is not Operation.UPDATE:
            return
        if not write.is_for("certificatesigningrequests", "certificates.k8s.io", subresource="approval"):
            return
        signer = write.old.spec.signer_name
        if not await signers.may(self._authorizer, write.user, "approve", signer):
            why = f'user not permitted to approve requests with signerName "{signer}"'
            raise statuses.forbidden(write.resource, write.name, why)
