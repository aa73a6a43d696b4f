"""Asking the cluster for a certificate: a CertificateSigningRequest, and the wait for its fate.

Source: KEP-266 and client-go's certificate package (what a kubelet asks for, and how).
"""

from __future__ import annotations

from collections.abc import Sequence

from pykube import errors
from pykube.aio.clock import Clock
from pykube.api import certificates_v1, meta_v1
from pykube.client.rest import Client

CLIENT = "kubernetes.io/kube-apiserver-client-kubelet"
SERVING = "kubernetes.io/kubelet-serving"
USAGES = {CLIENT: ("digital signature", "client auth"), SERVING: ("digital signature", "server auth")}

POLL = 0.25
"""Seconds between looks at a request; approval and signature take a moment each."""
PATIENCE = 600.0
"""Seconds after which a request that nobody decided about is given up."""


class Refused(Exception):
    """There will be no certificate; the text says why."""


async def ask(client: Client, clock: Clock, *, signer: str, request: bytes, prefix: str) -> bytes:
    """The certificate for a request (both PEM) by one of the two signers for nodes.

    Raises:
        Refused: it was denied, could not be signed, or nobody decided about it.
        errors.ApiError: the server does not answer, or refuses to take it.
    """
    created = await client.create(_object(signer, request, USAGES[signer], prefix))
    name = created.metadata.name
    until = clock.monotonic() + PATIENCE
    wait = POLL
    while clock.monotonic() < until:
        try:
            found = await client.get(certificates_v1.CertificateSigningRequest, name)
        except errors.NotFound as error:
            raise Refused(f"request {name} was deleted") from error
        for condition in found.status.conditions:
            if condition.type in ("Denied", "Failed"):
                raise Refused(condition.message or f"request {name} is {condition.type.lower()}")
        if found.status.certificate:
            return found.status.certificate
        await clock.sleep(wait)
        wait = min(wait * 1.5, 5.0)
    raise Refused(f"request {name} waits for approval: kubectl certificate approve {name}")


def _object(
    signer: str, request: bytes, usages: Sequence[str], prefix: str
) -> certificates_v1.CertificateSigningRequest:
    spec = certificates_v1.CertificateSigningRequestSpec(request=request, signer_name=signer, usages=list(usages))
    return certificates_v1.CertificateSigningRequest(metadata=meta_v1.ObjectMeta(generate_name=prefix), spec=spec)
