"""Kinds of volumes that are no more, or on their way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pykube.api import core_v1
from pykube.api.field_errors import Path

from .amounts import of_fractions

_GONE: Final = (
    ("photon_persistent_disk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("git_repo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scale_io", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
)
_OF_PERSISTENT: Final = frozenset({"cephfs", "photon_persistent_disk", "scale_io", "storageos", "glusterfs", "rbd"})


def of_volumes(path: Path, volumes: Iterable[core_v1.Volume]) -> Iterator[str]:
    """The volumes of a pod."""
    for index, volume in enumerate(volumes):
        place = path.index(index)
        for attribute, name, message in _GONE:
            if getattr(volume, attribute) is not None:
                yield f"{place.child(name)}: {message}"
        if volume.ephemeral is not None and volume.ephemeral.volume_claim_template is not None:
            inside = place.child("ephemeral").child("volumeClaimTemplate").child("spec")
            yield from of_claim_spec(inside, volume.ephemeral.volume_claim_template.spec)


def of_persistent(path: Path, spec: core_v1.PersistentVolumeSpec) -> Iterator[str]:
    """The source of a PersistentVolume."""
    for attribute, name, message in _GONE:
        if attribute in _OF_PERSISTENT and getattr(spec, attribute) is not None:
            yield f"{path.child(name)}: {message}"


def of_claim_spec(path: Path, spec: core_v1.PersistentVolumeClaimSpec) -> Iterator[str]:
    """What a claim asks for."""
    resources = path.child("resources")
    yield from of_fractions(resources.child("requests"), spec.resources.requests, "storage")
    yield from of_fractions(resources.child("limits"), spec.resources.limits, "storage")
