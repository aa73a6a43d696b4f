"""Which of several classes that all say to be the default one it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from pykube.api import meta_v1

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Class(Protocol):
    """A StorageClass, an IngressClass."""

    @property
    def metadata(self) -> meta_v1.ObjectMeta: ...


def newest_default(classes: Iterable[Class], annotations: Sequence[str]) -> str | None:
    """The name of the youngest class that one of `annotations` makes the default; None when there is none."""
    defaults = [one for one in classes if any(one.metadata.annotations.get(name) == "true" for name in annotations)]
    if not defaults:
        return None
    return min(defaults, key=lambda found: (-_born(found).timestamp(), found.metadata.name)).metadata.name


def _born(found: Class) -> datetime:
    return found.metadata.creation_timestamp or _LONG_AGO
