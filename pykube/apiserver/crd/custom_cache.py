"""The objects of one version of a custom kind; it remembers which lie in the store in another version than new ones.

Writing such an object puts it into the present version even if nothing else changes. That is how stored objects are
moved to a new version, before the old one is taken out of ``status.storedVersions``.
"""

from __future__ import annotations

from collections.abc import Callable

from pykube.api.scheme import CustomResource

from .. import selectable
from ..progress import Progress
from ..watch_cache import WatchCache
from .conversion import is_of


class CustomCache(WatchCache):
    """The present of one version; `stored_version` is the group and version in which objects are written now."""

    def __init__(
        self,
        resource: CustomResource,
        progress: Progress,
        stored_version: str,
        *,
        convert: Callable[[bytes], bytes],
        extract: selectable.Extract,
    ) -> None:
        super().__init__(resource, progress, convert=convert, extract=extract)
        self._stored_version = stored_version
        self.outdated: set[str] = set()

    def put(self, key: str, value: bytes, revision: int, *, quietly: bool = False) -> None:
        self.note_version(key, value)
        super().put(key, value, revision, quietly=quietly)

    def remove(self, key: str, revision: int) -> None:
        self.outdated.discard(key)
        super().remove(key, revision)

    def note_version(self, key: str, value: bytes) -> None:
        """Remember in which version an object lies in the store."""
        if is_of(value, self._stored_version):
            self.outdated.discard(key)
        else:
            self.outdated.add(key)
