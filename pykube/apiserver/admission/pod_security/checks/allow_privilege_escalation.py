"""Processes must not be able to gain rights, as by setuid."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject, except_for_windows, named
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    bad = [
        each.name
        for each in subject.containers()
        if each.security_context is None or each.security_context.allow_privilege_escalation is not False
    ]
    if not bad:
        return None
    return Finding(
        "allowPrivilegeEscalation != false", f"{named(bad)} must set securityContext.allowPrivilegeEscalation=false"
    )


CHECK = Check("allowPrivilegeEscalation", Level.RESTRICTED, (Edition(8, _test), Edition(25, except_for_windows(_test))))
