"""Volumes made of parts: two parts at one path, or one below another's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pykube.api import core_v1


class _Part(NamedTuple):
    """A path within a volume, and what is put there."""

    path: str
    source: str = ""

    def __str__(self) -> str:
        return f'"{self.path}" ({self.source})' if self.source else f'"{self.path}"'


def of_overlaps(volumes: Iterable[core_v1.Volume]) -> Iterator[str]:
    """Parts that get in each other's way."""
    for volume in volumes:
        if volume.config_map is not None and volume.config_map.items:
            kind = f'ConfigMap "{volume.config_map.name}"'
            yield from _told(volume, kind, _parts(volume.config_map.items))
        if volume.secret is not None and volume.secret.items:
            yield from _told(volume, f'Secret "{volume.secret.secret_name}"', _parts(volume.secret.items))
        if volume.downward_api is not None and volume.downward_api.items:
            yield from _told(volume, "DownwardAPI", _parts(volume.downward_api.items))
        if volume.projected is not None:
            yield from _of_projected(volume, volume.projected)


def _of_projected(volume: core_v1.Volume, projected: core_v1.ProjectedVolumeSource) -> Iterator[str]:
    parts: list[_Part] = []
    empty = core_v1.VolumeProjection()
    for source in projected.sources:
        if source == empty:
            yield f'volume "{volume.name}" (Projected) has no sources provided'
        parts += _parts_of(source)
    yield from _told(volume, "Projected", parts)


def _parts_of(source: core_v1.VolumeProjection) -> list[_Part]:
    if source.config_map is not None:
        return _parts(source.config_map.items, f'ConfigMap "{source.config_map.name}"')
    if source.secret is not None:
        return _parts(source.secret.items, f'Secret "{source.secret.name}"')
    if source.downward_api is not None:
        return _parts(source.downward_api.items, "DownwardAPI")
    if source.service_account_token is not None:
        return [_Part(source.service_account_token.path, "ServiceAccountToken")]
    if source.cluster_trust_bundle is not None:
        bundle = source.cluster_trust_bundle
        return [_Part(bundle.path, f'ClusterTrustBundle "{bundle.name or bundle.signer_name or ""}"')]
    if source.pod_certificate is not None:
        certificate = source.pod_certificate
        found = (
            _Part(certificate.certificate_chain_path, "PodCertificate chain"),
            _Part(certificate.key_path, "PodCertificate key"),
            _Part(certificate.credential_bundle_path, "PodCertificate credential bundle"),
        )
        return [part for part in found if part.path]
    return []


def _parts(items: Iterable[core_v1.KeyToPath | core_v1.DownwardAPIVolumeFile], source: str = "") -> list[_Part]:
    return [_Part(item.path, source) for item in items]


def _told(volume: core_v1.Volume, kind: str, parts: Iterable[_Part]) -> Iterator[str]:
    known: list[_Part] = []
    for each in parts:
        part = _Part(each.path.rstrip("/"), each.source)
        for other in known:
            if _overlap(part.path, other.path):
                yield f'volume "{volume.name}" ({kind}): overlapping paths: {part} with {other}'
        known.append(part)


def _overlap(one: str, other: str) -> bool:
    if not one or not other:
        return False
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
