"""``metadata.managedFields`` of stored objects, set aside while the rest is decoded.

The entries are as large as the object itself and most writes touch few of them: their fields stay encoded
(`msgspec.Raw`) until somebody looks into them, and are written back as they are.
"""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

import msgspec

from pykube.api import codec
from pykube.api.meta_v1 import ManagedFieldsEntry

_MARK = b'"managedFields":['


class _Metadata(msgspec.Struct, gc=False):
    managed_fields: msgspec.Raw = msgspec.field(name="managedFields", default_factory=msgspec.Raw)


class _Object(msgspec.Struct, gc=False):
    metadata: _Metadata


class _Entry(msgspec.Struct, gc=False, rename="camel"):
    """A `ManagedFieldsEntry` whose fields are not decoded."""

    manager: str = ""
    operation: str = ""
    api_version: str = ""
    time: datetime | None = None
    fields_type: str = ""
    fields_v1: msgspec.Raw = msgspec.field(name="fieldsV1", default_factory=lambda: msgspec.Raw(b"{}"))
    subresource: str = ""


_object = msgspec.json.Decoder(_Object)
_entries = msgspec.json.Decoder(list[_Entry])


@functools.lru_cache(maxsize=4)
def split(data: bytes) -> tuple[bytes, bytes]:
    """An object as the server encodes it without its entries, and the entries; the latter empty when it has none.

    A patch asks twice for the same bytes, hence the small cache.
    """
    at = data.find(_MARK)
    if at < 0:
        return data, b""
    entries = bytes(_object.decode(data).metadata.managed_fields)
    if not entries:
        return data, b""
    # They come last in metadata, after a comma; strings cannot hold the mark, as their quotes are escaped.
    return data[: at - 1] + data[at + len(_MARK) - 1 + len(entries) :], entries


def decode(cls: type, data: bytes) -> Any:
    """The object behind encoded JSON, the fields of its entries still encoded."""
    bare, entries = split(data)
    obj: Any = codec.decode(cls, bare)
    if entries:
        obj.metadata.managed_fields = read(entries)
    return obj


def read(entries: bytes) -> list[ManagedFieldsEntry]:
    """Encoded entries, their fields still encoded."""
    return [
        ManagedFieldsEntry(
            manager=entry.manager,
            operation=entry.operation,
            api_version=entry.api_version,
            time=entry.time,
            fields_type=entry.fields_type,
            fields_v1=entry.fields_v1,
            subresource=entry.subresource,
        )
        for entry in (_entries.decode(entries) if entries else ())
    ]
