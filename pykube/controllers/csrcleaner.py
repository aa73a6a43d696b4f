"""CSR cleaner: CertificateSigningRequests that are over go, so that they do not pile up."""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta
from typing import Final

from pykube import errors
from pykube.api.certificates_v1 import CertificateSigningRequest

from .base import Controller
from .context import Context

DECIDED: Final = timedelta(hours=1)
"""How long a request stays that was denied, has failed, or has got its certificate."""
WAITING: Final = timedelta(hours=24)
"""How long a request stays that nobody decided about, or nobody signed."""


def due(request: CertificateSigningRequest) -> datetime | None:
    """When the request goes; None without a time to count from."""
    moments = [
        condition.last_update_time + DECIDED
        for condition in request.status.conditions
        if condition.last_update_time is not None
        and (condition.type in ("Denied", "Failed") or (condition.type == "Approved" and request.status.certificate))
    ]
    if request.metadata.creation_timestamp is not None:
        moments.append(request.metadata.creation_timestamp + WAITING)
    if request.status.certificate and (end := _end_of(request.status.certificate)) is not None:
        moments.append(end)
    return min(moments, default=None)


class CsrCleanerController(Controller):
    """Keys are the names of requests."""

    name = "csrcleaner"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.requests = self.watch(CertificateSigningRequest)

    async def sync(self, key: str) -> None:
        request = self.requests.get(key)
        moment = due(request) if request is not None else None
        if request is None or moment is None:
            return
        left = (moment - self.clock.now()).total_seconds()
        if left > 0:
            self.queue.add_after(key, left)
            return
        try:
            await self.client.delete(CertificateSigningRequest, key, uid=request.metadata.uid)
        except errors.NotFound:
            return


def _end_of(pem: bytes) -> datetime | None:
    """When a certificate expires; None for what is none."""
    # cryptography takes 12 MB, which a cluster without requests does without
    x509 = importlib.import_module("cryptography.x509")
    try:
        end: datetime = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    except ValueError:
        return None
    return end
