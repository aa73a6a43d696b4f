"""The objects of requests and answers, as they are written into events: JSON in one line."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from pykube.errors import ApiError

from .. import protobuf, yaml_body
from ..request import HttpRequest

_YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "application/apply-patch+yaml"})

_STATUS = b'{"kind":"Status"'
_BROKEN = (msgspec.MsgspecError, ValueError, RecursionError, OSError, ApiError)
"""What decoders raise."""


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent, as it was sent."""

    data: bytes
    media_type: str
    packed: bool = False
    without_managed_fields: bool = False

    def encoded(self) -> bytes | None:
        """JSON in one line, or None when it is no object that can be read. May take long: not for the event loop."""
        try:
            found = self.document()
        except _BROKEN:
            return None
        if self.without_managed_fields:
            _drop_managed_fields(found)
        return msgspec.json.encode(found)

    def metadata(self) -> dict[str, str]:
        """What the object says of its place: namespace, name, uid and resourceVersion."""
        found = self._mapping().get("metadata")
        if not isinstance(found, dict):
            return {}
        names = ("namespace", "name", "uid", "resourceVersion")
        return {name: found[name] for name in names if isinstance(found.get(name), str)}

    def status(self) -> dict[str, Any]:
        """Status, message, reason and details, where the object is a Status."""
        found = self._mapping()
        if found.get("kind") != "Status":
            return {}
        return {name: found[name] for name in ("status", "message", "reason", "details") if found.get(name)}

    def _mapping(self) -> dict[str, Any]:
        try:
            found = self.document()
        except _BROKEN:
            return {}
        return found if isinstance(found, dict) else {}

    def document(self) -> Any:
        """The object; raises what its decoder raises."""
        data = gzip.decompress(self.data) if self.packed else self.data
        if self.media_type in _YAML:
            data = yaml_body.to_json(data)
        elif self.media_type == protobuf.MEDIA_TYPE:
            data = protobuf.to_json(data)
        return msgspec.json.decode(data)


async def request_body(http: HttpRequest, *, without_managed_fields: bool) -> Body | None:
    """The body of a request, if it has one and somebody has read it."""
    if not http.content.is_eof() or not http.content.at_eof():
        return None
    data = await http.read()
    if not data.strip():
        return None
    media_type = _media_type(http.headers.get("Content-Type", "application/json"))
    return Body(data, media_type, without_managed_fields=without_managed_fields)


def response_body(response: web.StreamResponse, *, whole: bool, without_managed_fields: bool) -> Body | None:
    """The body of an answer that is an object; streams have none. Unless `whole`: only if it is a Status."""
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes) or not response.body:
        return None
    if not whole and response.status < 400 and not response.body.startswith(_STATUS):
        return None
    media_type = _media_type(response.headers.get("Content-Type", ""))
    if media_type != "application/json" and media_type not in _YAML:
        return None
    packed = response.headers.get("Content-Encoding") == "gzip"
    return Body(response.body, media_type, packed=packed, without_managed_fields=without_managed_fields)


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _drop_managed_fields(doc: Any) -> None:
    """Take them away from an object, from each of a list, from each row of a table."""
    if not isinstance(doc, dict):
        return
    metadata = doc.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("managedFields", None)
    for items in (doc.get("items"), doc.get("rows")):
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                _drop_managed_fields(item.get("object") if items is doc.get("rows") else item)
