"""How the objects of one kind are read from requests: built-in kinds by their type, custom ones by their schema."""

from __future__ import annotations

import functools
from typing import Any, Protocol

from pykube.api import codec, defaults, strict
from pykube.api.schema import Struct

from . import known_fields


class Model(Protocol):
    """What reading and patching need to know of a kind."""

    @property
    def type(self) -> type:
        """What `codec` makes of objects of this kind: a Struct, or CustomObject."""

    @property
    def api_version(self) -> str:
        """The version that bodies must be of."""

    @property
    def kind(self) -> str:
        """The kind that bodies must be of."""

    def strange(self, body: bytes) -> list[str]:
        """Duplicate and unknown fields of a body, in the words of strict decoding; raises ValueError for no JSON."""

    def unknown(self, doc: Any) -> list[str]:
        """Unknown fields of plain data."""

    def complete(self, obj: Any) -> None:
        """Set what is left out; unknown fields of custom kinds are dropped."""


class TypedModel:
    """The model of a Struct."""

    def __init__(self, cls: type[Struct]) -> None:
        empty = cls()
        self.type: type[Struct] = cls
        self.api_version: str = getattr(empty, "api_version", "")
        self.kind: str = getattr(empty, "kind", "")

    def strange(self, body: bytes) -> list[str]:
        return [] if known_fields.clean(self.type, body) else strict.check(self.type, body)

    def unknown(self, doc: Any) -> list[str]:
        return [] if known_fields.known(self.type, codec.encode(doc)) else strict.unknown_fields(self.type, doc)

    def complete(self, obj: Any) -> None:
        defaults.apply(obj)


@functools.cache
def typed(cls: type[Struct]) -> TypedModel:
    """The one model of a Struct."""
    return TypedModel(cls)
