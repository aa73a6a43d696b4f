"""No capabilities beyond those that containers have by default."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject, named, quoted
from ..policy import Level

_ALLOWED = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)


def _test(subject: Subject) -> Finding | None:
    bad: list[str] = []
    values: set[str] = set()
    for each in subject.containers():
        capabilities = each.security_context.capabilities if each.security_context is not None else None
        beyond = set(capabilities.add) - _ALLOWED if capabilities is not None else set()
        if beyond:
            bad.append(each.name)
            values |= beyond
    if not bad:
        return None
    detail = f"{named(bad)} must not include {quoted(sorted(values))} in securityContext.capabilities.add"
    return Finding("non-default capabilities", detail)


CHECK = Check("capabilities_baseline", Level.BASELINE, (Edition(0, _test),))
