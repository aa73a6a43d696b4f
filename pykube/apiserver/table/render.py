"""Tables and partial objects: what a client gets that asks for ``as=Table`` or ``as=PartialObjectMetadata``.

Source: meta.k8s.io/v1. The rows of a watch come one table per event; only the first names the columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from pykube.errors import BadRequest, NotAcceptable

from .catalog import printer_of
from .printer import Object, Printer

META_GROUP = "meta.k8s.io"
VERSIONS = ("v1", "v1beta1")

IncludeObject = Literal["None", "Metadata", "Object"]
Form = Literal["Table", "PartialObjectMetadata", "PartialObjectMetadataList"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form other than the object itself, in a version of meta.k8s.io."""

    form: Form
    version: str = "v1"

    @property
    def content_type(self) -> str:
        return f"application/json;as={self.form};v={self.version};g={META_GROUP}"


def wanted(accept: str) -> Wanted | None:
    """The form that an Accept header prefers; None for the object itself.

    Raises:
        NotAcceptable: only forms that do not exist are accepted.
    """
    if ";as=" not in accept.replace(" ", ""):
        return None
    for kind in accept.split(","):
        media, *rest = (part.strip() for part in kind.split(";"))
        parameters = dict(part.split("=", 1) for part in rest if "=" in part)
        if media not in ("application/json", "*/*", "application/*"):
            continue
        form = parameters.get("as")
        if form is None:
            return None
        known = form in ("Table", "PartialObjectMetadata", "PartialObjectMetadataList")
        if known and parameters.get("g") == META_GROUP and parameters.get("v") in VERSIONS:
            return Wanted(form, parameters["v"])  # type: ignore[arg-type]
    raise NotAcceptable("only the following media types are accepted: application/json, application/yaml")


def include_object(value: str) -> IncludeObject:
    """The ``includeObject`` query parameter; raises BadRequest for anything but its three values."""
    if value in ("", "Metadata"):
        return "Metadata"
    if value in ("None", "Object"):
        return value  # type: ignore[return-value]
    raise BadRequest(f"unrecognized includeObject value: {msgspec.json.encode(value).decode()}")


def render(
    group: str,
    kind: str,
    objects: Iterable[bytes | Object],
    *,
    include: IncludeObject = "Metadata",
    metadata: Mapping[str, Any] | None = None,
    version: str = "v1",
    now: datetime | None = None,
    headers: bool = True,
    printer: Printer | None = None,
) -> dict[str, Any]:
    """A Table of `objects`.

    `metadata` is the list's (resourceVersion, continue, remainingItemCount); for a single object it is left out and
    taken from the object. `headers` false leaves out the columns, as in all events of a watch but the first.
    `printer` is given for kinds whose columns are not built in.
    """
    printer = printer or printer_of(group, kind)
    moment = now or datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    only: Mapping[str, Any] = {}
    for item in objects:
        decoded: Object = msgspec.json.decode(item) if isinstance(item, bytes) else item
        rows.append(_row(printer, decoded, item, include, version, moment))
        only = decoded.get("metadata") or {}
    if metadata is None:
        metadata = {"resourceVersion": only.get("resourceVersion", "")} if len(rows) == 1 else {}
    return {
        "kind": "Table",
        "apiVersion": f"{META_GROUP}/{version}",
        "metadata": metadata,
        "columnDefinitions": [column.to_dict() for column in printer.columns] if headers else None,
        "rows": rows,
    }


def _row(
    printer: Printer, decoded: Object, item: bytes | Object, include: IncludeObject, version: str, now: datetime
) -> dict[str, Any]:
    decoded.setdefault("metadata", {})
    row: dict[str, Any] = {"cells": printer.cells(decoded, now)}
    if printer.conditions and (conditions := printer.conditions(decoded)):
        row["conditions"] = conditions
    if include == "Metadata":
        row["object"] = partial(decoded, version=version)
    elif include == "Object":
        row["object"] = msgspec.Raw(item) if isinstance(item, bytes) else item
    return row


def partial(item: bytes | Object, *, version: str = "v1") -> dict[str, Any]:
    """A PartialObjectMetadata of one object."""
    metadata: Any
    if isinstance(item, bytes):
        metadata = _metadata.decode(item).metadata
    else:
        metadata = item.get("metadata") or {}
    return {"kind": "PartialObjectMetadata", "apiVersion": f"{META_GROUP}/{version}", "metadata": metadata}


def partial_list(
    objects: Iterable[bytes | Object], *, metadata: Mapping[str, Any] | None = None, version: str = "v1"
) -> dict[str, Any]:
    """A PartialObjectMetadataList; `metadata` is the list's."""
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": f"{META_GROUP}/{version}",
        "metadata": metadata or {},
        "items": [partial(item, version=version) for item in objects],
    }


class _Metadata(msgspec.Struct, gc=False):
    """The metadata of any object as the bytes it came in: nothing in it is decoded."""

    metadata: msgspec.Raw = msgspec.Raw(b"{}")


_metadata = msgspec.json.Decoder(_Metadata)
