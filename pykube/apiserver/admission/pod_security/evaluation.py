"""Which checks apply at a level in a version, and what they find (pure)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from .check import Check, Finding, Subject, Test
from .checks import (
    allow_privilege_escalation,
    app_armor_profile,
    capabilities_baseline,
    capabilities_restricted,
    host_namespaces,
    host_path_volumes,
    host_ports,
    host_probes,
    privileged,
    proc_mount,
    restricted_volumes,
    run_as_non_root,
    run_as_user,
    se_linux_options,
    seccomp_profile,
    sysctls,
    windows_host_process,
)
from .policy import Level, Standard

CHECKS: Final[Sequence[Check]] = (
    allow_privilege_escalation.CHECK,
    app_armor_profile.CHECK,
    capabilities_baseline.CHECK,
    capabilities_restricted.CHECK,
    host_namespaces.CHECK,
    host_path_volumes.CHECK,
    host_ports.CHECK,
    host_probes.CHECK,
    privileged.CHECK,
    proc_mount.BASELINE,
    proc_mount.RESTRICTED,
    restricted_volumes.CHECK,
    run_as_non_root.CHECK,
    run_as_user.CHECK,
    se_linux_options.CHECK,
    seccomp_profile.BASELINE,
    seccomp_profile.RESTRICTED,
    sysctls.CHECK,
    windows_host_process.CHECK,
)


@functools.lru_cache(maxsize=64)
def tests_of(standard: Standard) -> tuple[Test, ...]:
    """What is looked at: first what the lower level forbids, each level by name; what a check replaces is left out."""
    chosen = [
        (check, edition)
        for check in sorted(CHECKS, key=lambda check: (check.level, check.id))
        if check.level <= standard.level and (edition := check.edition(standard.version)) is not None
    ]
    replaced = {name for _, edition in chosen for name in edition.instead_of}
    return tuple(edition.test for check, edition in chosen if check.id not in replaced)


def findings(standard: Standard, subject: Subject) -> list[Finding]:
    """All that is wrong with a pod, in the order in which it is told."""
    if standard.level is Level.PRIVILEGED:
        return []
    return [found for test in tests_of(standard) if (found := test(subject)) is not None]


def details(found: Sequence[Finding]) -> str:
    """With names and values, for those who sent the pod."""
    return ", ".join(map(str, found))


def reasons(found: Sequence[Finding]) -> str:
    """In few words, for lists of pods."""
    return ", ".join(each.reason for each in found)
