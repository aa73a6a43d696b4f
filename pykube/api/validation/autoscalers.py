"""What both versions of the HorizontalPodAutoscaler check."""

from __future__ import annotations

from typing import Protocol

from .. import names
from ..field_errors import SPEC, Errors, Path, invalid_value, required
from . import checks


class Reference(Protocol):
    """``CrossVersionObjectReference`` of either version."""

    api_version: str
    kind: str
    name: str


def bounds(least: int | None, most: int) -> Errors:
    if least is not None and least < 1:
        yield invalid_value(SPEC.child("minReplicas"), least, "must be greater than or equal to 1")
    path = SPEC.child("maxReplicas")
    if most == 0:
        yield required(path, "must be set and greater than 0")
    elif most < 0:
        yield invalid_value(path, most, "must be greater than or equal to 1")
    if least is not None and most < least:
        yield invalid_value(path, most, "must be greater than or equal to `minReplicas`")


def target(found: Reference, path: Path) -> Errors:
    yield from checks.named(path.child("kind"), found.kind, names.path_segment)
    yield from checks.named(path.child("name"), found.name, names.path_segment)
    if found.api_version.count("/") > 1:
        message = f"unexpected GroupVersion string: {found.api_version}"
        yield invalid_value(path.child("apiVersion"), found.api_version, message)
