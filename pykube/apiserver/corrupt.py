"""Stored objects that cannot be read: told by name, and in nobody's way. How to get rid of them is in unreadable.py.

What broke them is another program that writes to the store, or a disk. Lists leave them out with a warning; whoever
asks for one by name is told what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pykube import errors
from pykube.store.encryption.providers import MARK, told

from . import statuses

_TOLD = 3
"""How many of them a warning names."""


@dataclass(frozen=True, slots=True)
class Corrupt:
    """The value of a key that is no object of its resource."""

    key: str
    revision: int
    why: str

    def error(self) -> errors.InternalError:
        """What is answered to those who want to read it."""
        return statuses.internal(
            f"corrupt object: key={self.key}: object not decodable revision={self.revision}: {self.why}"
        )


def explain(value: bytes, error: Exception) -> str:
    """Why a stored value could not be read; `error` is what reading it raised."""
    if value.startswith(MARK):
        return told(value)
    try:
        doc = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        return str(broken)
    if not isinstance(doc, dict) or not isinstance(doc.get("metadata"), dict):
        return "it is no object with metadata"
    return str(error) or type(error).__name__


def warning(keys: Sequence[str]) -> str:
    """What a list says that has left these out."""
    more = f" and {len(keys) - _TOLD} more" if len(keys) > _TOLD else ""
    return f"objects that cannot be read from the store are left out: {', '.join(keys[:_TOLD])}{more}"
