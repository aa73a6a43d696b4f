"""SELinux: only types meant for containers, and no user or role of one's own."""

from __future__ import annotations

from collections.abc import Collection

from pykube.api import core_v1

from ..check import Check, Edition, Finding, Setters, Subject, named
from ..check import Test as CheckTest
from ..policy import Level

_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})


def _test(subject: Subject, allowed: Collection[str]) -> Finding | None:
    bad: list[core_v1.SELinuxOptions] = []
    setters = Setters()
    context = subject.spec.security_context
    if context is not None and _is_bad(context.se_linux_options, allowed, bad):
        setters.pod = True
    for each in subject.containers():
        if each.security_context is not None and _is_bad(each.security_context.se_linux_options, allowed, bad):
            setters.containers.append(each.name)
    if not setters:
        return None
    types = sorted({options.type for options in bad if options.type not in allowed})
    what = [named(types, "type")] if types else []
    what += ["user may not be set"] if any(options.user for options in bad) else []
    what += ["role may not be set"] if any(options.role for options in bad) else []
    return Finding("seLinuxOptions", f"{setters} set forbidden securityContext.seLinuxOptions: {'; '.join(what)}")


def _is_bad(
    options: core_v1.SELinuxOptions | None, allowed: Collection[str], bad: list[core_v1.SELinuxOptions]
) -> bool:
    if options is None or (options.type in allowed and not options.user and not options.role):
        return False
    bad.append(options)
    return True


def _with(allowed: Collection[str]) -> CheckTest:
    return lambda subject: _test(subject, allowed)


CHECK = Check(
    "seLinuxOptions",
    Level.BASELINE,
    (Edition(0, _with(_TYPES)), Edition(31, _with(_TYPES | {"container_engine_t"}))),
)
