"""CertificateSigning: who issues a certificate must be allowed to for its signer."""

from __future__ import annotations

from ... import statuses
from ...authz import Authorizer
from ...write import Operation, Write
from . import signers


class CertificateSigning:
    """Looks at ``certificatesigningrequests/status``."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    async def __call__(self, write: Write) -> None:
        """Ask when the certificate or the conditions change.

        Raises:
            Forbidden: the user may not sign for the signer that the stored request names.
        """
        if write.operation is not Operation.UPDATE:
            return
        if not write.is_for("certificatesigningrequests", "certificates.k8s.io", subresource="status"):
            return
        new, old = write.object.status, write.old.status
        if new.certificate == old.certificate and new.conditions == old.conditions:
            return
        signer = write.old.spec.signer_name
        if not await signers.may(self._authorizer, write.user, "sign", signer):
            why = f'user not permitted to sign requests with signerName "{signer}"'
            raise statuses.forbidden(write.resource, write.name, why)
