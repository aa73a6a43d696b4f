"""The user must not be root by number; root of a user namespace of its own is none on the host."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Setters, Subject, except_in_user_namespaces
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    context = subject.spec.security_context
    setters = Setters(pod=context is not None and context.run_as_user == 0)
    setters.containers = [
        each.name
        for each in subject.containers()
        if each.security_context is not None and each.security_context.run_as_user == 0
    ]
    return Finding("runAsUser=0", f"{setters} must not set runAsUser=0") if setters else None


CHECK = Check("runAsUser", Level.RESTRICTED, (Edition(23, _test), Edition(35, except_in_user_namespaces(_test))))
