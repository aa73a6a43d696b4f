"""Objects of kinds that have no Python type: custom resources."""

from __future__ import annotations

from typing import Any

import msgspec

from .meta_v1 import ObjectMeta

_encode = msgspec.json.Encoder(order="deterministic").encode


class CustomObject:
    """One object: its metadata is typed, as everything that treats all kinds alike looks there; the rest is plain data.

    `content` is the object without apiVersion, kind and metadata.
    """

    __slots__ = ("api_version", "content", "kind", "metadata")

    def __init__(
        self,
        *,
        api_version: str = "",
        kind: str = "",
        metadata: ObjectMeta | None = None,
        content: dict[str, Any] | None = None,
    ) -> None:
        self.api_version = api_version
        self.kind = kind
        self.metadata = metadata if metadata is not None else ObjectMeta()
        self.content: dict[str, Any] = content if content is not None else {}

    def __repr__(self) -> str:
        return f"<{self.kind}.{self.api_version} {self.metadata.namespace}/{self.metadata.name}>"

    def encode(self, metadata: bytes) -> bytes:
        """The JSON of the object, given that of its metadata: keys sorted, so that equal objects are equal bytes."""
        head = b'{"apiVersion":%b,"kind":%b,"metadata":%b' % (_encode(self.api_version), _encode(self.kind), metadata)
        return b"%b,%b" % (head, _encode(self.content)[1:]) if self.content else head + b"}"

    def to_dict(self, metadata: dict[str, Any]) -> dict[str, Any]:
        """The object as plain data, given that of its metadata; `content` is shared with it."""
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata, **self.content}
