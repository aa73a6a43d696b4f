"""CertificateSigningRequests: the server notes who asks; approval and status are written apart."""

from __future__ import annotations

from collections.abc import Sequence

from pykube.api import certificates_v1
from pykube.api.field_errors import FieldError
from pykube.api.validation import certificates_v1 as rules

from ..write import Write
from .strategy import Strategy


class SigningRequestStrategy(Strategy):
    """The requester cannot be chosen, conditions only come through ``approval``, a certificate only through status."""

    def prepare_create(self, write: Write) -> None:
        request = write.object
        user = write.user
        request.spec.username = user.name
        request.spec.uid = user.uid
        request.spec.groups = list(user.groups)
        request.spec.extra = {key: list(values) for key, values in user.extra.items()}
        request.status = certificates_v1.CertificateSigningRequestStatus()

    def prepare_update(self, write: Write) -> None:
        new, old = write.object, write.old
        new.spec = old.spec
        approval = new.status.conditions
        new.status = certificates_v1.CertificateSigningRequestStatus(
            conditions=approval if write.subresource == "approval" else old.status.conditions,
            certificate=old.status.certificate,
        )
        if write.subresource == "approval":
            _time(new.status.conditions, write)

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        if write.subresource == "approval":
            return list(rules.approval(write.object, write.old))
        return super().validate_update(write)

    def prepare_status(self, write: Write) -> None:
        write.object.spec = write.old.spec
        _time(write.object.status.conditions, write)


def _time(found: list[certificates_v1.CertificateSigningRequestCondition], write: Write) -> None:
    now = write.registry.clock.now().replace(microsecond=0)
    for condition in found:
        condition.last_update_time = condition.last_update_time or now
        condition.last_transition_time = condition.last_transition_time or now
