"""CertificateSubjectRestriction: nobody becomes a master of the cluster by asking for a client certificate."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

from pykube.api import certificates_v1

from ... import statuses
from ...authn.user import MASTERS
from ...write import Operation, Write

SIGNER = "kubernetes.io/kube-apiserver-client"


async def certificate_subject_restriction(write: Write) -> None:
    """Look at the groups that a request for a client certificate names.

    Raises:
        Forbidden: system:masters is among them, or the request cannot be read.
    """
    if write.operation is not Operation.CREATE:
        return
    if not write.is_for("certificatesigningrequests", "certificates.k8s.io"):
        return
    request: certificates_v1.CertificateSigningRequest = write.object
    if request.spec.signer_name != SIGNER:
        return
    try:
        subject = x509.load_pem_x509_csr(request.spec.request).subject
    except ValueError as error:
        raise statuses.forbidden(write.resource, write.name, f"failed to parse CSR: {error}") from error
    if any(each.value == MASTERS for each in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)):
        why = f"use of {SIGNER} signer with system:masters group is not allowed"
        raise statuses.forbidden(write.resource, write.name, why)
