"""What /proc hides must stay hidden; pods in a user namespace of their own see nothing of the host there."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject, except_in_user_namespaces, named, quoted
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    bad: list[str] = []
    values: set[str] = set()
    for each in subject.containers():
        wanted = each.security_context.proc_mount if each.security_context is not None else None
        if wanted is not None and wanted != "Default":
            bad.append(each.name)
            values.add(wanted)
    if not bad:
        return None
    return Finding("procMount", f"{named(bad)} must not set securityContext.procMount to {quoted(sorted(values))}")


BASELINE = Check("procMount", Level.BASELINE, (Edition(0, _test), Edition(35, except_in_user_namespaces(_test))))
RESTRICTED = Check("procMount_restricted", Level.RESTRICTED, (Edition(35, _test, frozenset({"procMount"})),))
