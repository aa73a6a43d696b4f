"""Processes must not run as root; root of a user namespace of its own is none on the host."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Setters, Subject, except_in_user_namespaces, named
from ..policy import Level

_REASON = "runAsNonRoot != true"


def _test(subject: Subject) -> Finding | None:
    context = subject.spec.security_context
    of_pod = context.run_as_non_root if context is not None else None
    setters = Setters(pod=of_pod is False)
    silent: list[str] = []
    for each in subject.containers():
        said = each.security_context.run_as_non_root if each.security_context is not None else None
        if said is False:
            setters.containers.append(each.name)
        elif said is None and not of_pod:
            silent.append(each.name)
    if setters:
        return Finding(_REASON, f"{setters} must not set securityContext.runAsNonRoot=false")
    if silent:
        return Finding(_REASON, f"pod or {named(silent)} must set securityContext.runAsNonRoot=true")
    return None


CHECK = Check("runAsNonRoot", Level.RESTRICTED, (Edition(0, _test), Edition(35, except_in_user_namespaces(_test))))
