"""No files of the host."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject, named
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    bad = [volume.name for volume in subject.spec.volumes if volume.host_path is not None]
    return Finding("hostPath volumes", named(bad, "volume")) if bad else None


CHECK = Check("hostPathVolumes", Level.BASELINE, (Edition(0, _test),))
