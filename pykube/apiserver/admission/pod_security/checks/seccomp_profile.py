"""The filter of system calls: it must not be turned off (baseline), and must be asked for (restricted)."""

from __future__ import annotations

import json

from ..check import Check, Edition, Finding, Setters, Subject, except_for_windows, named, plural, quoted
from ..policy import Level

_REASON = "seccompProfile"
_ALLOWED = frozenset({"RuntimeDefault", "Localhost"})
_OF_POD = "seccomp.security.alpha.kubernetes.io/pod"
_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
_INSTEAD_OF = frozenset({"seccompProfile_baseline"})


def _annotations(subject: Subject) -> Finding | None:
    """Before 1.19 there were no fields for it."""
    keys = [_OF_POD, *(f"{_OF_CONTAINER}{each.name}" for each in subject.containers())]
    bad = {
        f"{key}={json.dumps(subject.annotations[key], ensure_ascii=False)}"
        for key in keys
        if key in subject.annotations and not _allowed_annotation(subject.annotations[key])
    }
    if not bad:
        return None
    return Finding(_REASON, f"forbidden {plural('annotation', len(bad))} {', '.join(sorted(bad))}")


def _allowed_annotation(value: str) -> bool:
    return value in ("runtime/default", "docker/default") or value.startswith("localhost/")


def _baseline(subject: Subject) -> Finding | None:
    setters, values = Setters(), set[str]()
    context = subject.spec.security_context
    profile = context.seccomp_profile if context is not None else None
    if profile is not None and profile.type not in _ALLOWED:
        setters.pod = True
        values.add(profile.type)
    for each in subject.containers():
        profile = each.security_context.seccomp_profile if each.security_context is not None else None
        if profile is not None and profile.type not in _ALLOWED:
            setters.containers.append(each.name)
            values.add(profile.type)
    if not setters:
        return None
    return Finding(_REASON, f"{setters} must not set securityContext.seccompProfile.type to {quoted(sorted(values))}")


def _restricted(subject: Subject) -> Finding | None:
    if (found := _baseline(subject)) is not None:
        return found
    context = subject.spec.security_context
    if context is not None and context.seccomp_profile is not None:
        return None
    silent = [
        each.name
        for each in subject.containers()
        if each.security_context is None or each.security_context.seccomp_profile is None
    ]
    if not silent:
        return None
    detail = f'pod or {named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Finding(_REASON, detail)


BASELINE = Check("seccompProfile_baseline", Level.BASELINE, (Edition(0, _annotations), Edition(19, _baseline)))
RESTRICTED = Check(
    "seccompProfile_restricted",
    Level.RESTRICTED,
    (Edition(19, _restricted, _INSTEAD_OF), Edition(25, except_for_windows(_restricted), _INSTEAD_OF)),
)
