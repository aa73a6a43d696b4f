"""DenyServiceExternalIPs: no Service takes traffic to further addresses (CVE-2020-8554)."""

from __future__ import annotations

from pykube.api import core_v1

from ... import statuses
from ...write import Operation, Write


async def deny_service_external_ips(write: Write) -> None:
    """Refuse external addresses that the Service does not have yet.

    Raises:
        Forbidden: there are such.
    """
    if not write.is_for("services") or write.operation not in (Operation.CREATE, Operation.UPDATE):
        return
    service: core_v1.Service = write.object
    old: core_v1.Service | None = write.old
    if set(service.spec.external_ips) - set(old.spec.external_ips if old is not None else ()):
        raise statuses.forbidden(write.resource, write.name, "Use of external IPs is denied by admission control")
