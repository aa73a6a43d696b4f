"""Volumes that are part of the cluster, or claims; nothing that reaches elsewhere."""

from __future__ import annotations

from pykube.api import core_v1
from pykube.api.schema import fields_of

from ..check import Check, Edition, Finding, Subject, named, plural, quoted
from ..policy import Level

_ALLOWED = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_SOURCES = {name: each.attribute for name, each in fields_of(core_v1.Volume).items() if name != "name"}


def _test(subject: Subject) -> Finding | None:
    bad: list[str] = []
    types: set[str] = set()
    for volume in subject.spec.volumes:
        sources = {name for name, attribute in _SOURCES.items() if getattr(volume, attribute) is not None}
        if sources & _ALLOWED:
            continue
        bad.append(volume.name)
        types.add(min(sources, default="unknown"))
    if not bad:
        return None
    verb = "uses" if len(bad) == 1 else "use"
    what = plural("restricted volume type", len(types))
    return Finding("restricted volume types", f"{named(bad, 'volume')} {verb} {what} {quoted(sorted(types))}")


CHECK = Check("restrictedVolumes", Level.RESTRICTED, (Edition(0, _test, frozenset({"hostPathVolumes"})),))
