"""The runtime's AppArmor profile must not be turned off."""

from __future__ import annotations

import json

from ..check import Check, Edition, Finding, Setters, Subject, plural, quoted
from ..policy import Level

_ALLOWED = frozenset({"RuntimeDefault", "Localhost"})
_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def _test(subject: Subject) -> Finding | None:
    setters, values = Setters(), set[str]()
    context = subject.spec.security_context
    if context is not None and context.app_armor_profile is not None and context.app_armor_profile.type not in _ALLOWED:
        setters.pod = True
        values.add(context.app_armor_profile.type)
    for each in subject.containers():
        profile = each.security_context.app_armor_profile if each.security_context is not None else None
        if profile is not None and profile.type not in _ALLOWED:
            setters.containers.append(each.name)
            values.add(profile.type)
    notes = sorted(
        f"{key}={json.dumps(value, ensure_ascii=False)}"
        for key, value in subject.annotations.items()
        if key.startswith(_ANNOTATION) and not _allowed_annotation(value)
    )
    if not setters and not notes:
        return None
    who = " and ".join(([str(setters)] if setters else []) + ([plural("annotation", len(notes))] if notes else []))
    bad = [*sorted(values), *notes]
    return Finding(
        plural("forbidden AppArmor profile", len(bad)), f"{who} must not set AppArmor profile type to {quoted(bad)}"
    )


def _allowed_annotation(value: str) -> bool:
    return value in ("", "runtime/default") or value.startswith("localhost/")


CHECK = Check("appArmorProfile", Level.BASELINE, (Edition(0, _test),))
