"""A privileged container is root on the host."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject, named
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    bad = [
        each.name
        for each in subject.containers()
        if each.security_context is not None and each.security_context.privileged
    ]
    return Finding("privileged", f"{named(bad)} must not set securityContext.privileged=true") if bad else None


CHECK = Check("privileged", Level.BASELINE, (Edition(0, _test),))
