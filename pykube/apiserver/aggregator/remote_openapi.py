"""The OpenAPI documents of other servers, cut down to the group versions that they are asked for.

Version 3 is passed through: only the index is kept. A server that has none is asked for version 2, which is converted.
Source: kube-aggregator pkg/controllers/openapi and openapiv3.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from ..openapi import remote
from ..openapi.remote import RemoteV2, RemoteV3
from .delegates import Delegate
from .source import Source
from .transport import Unreachable

log = logging.getLogger(__name__)

SECONDS = 60.0
"""How long a server may take for its whole specification."""
V2, V3 = "/openapi/v2", "/openapi/v3"


class _Link(msgspec.Struct):
    server_relative_url: str = msgspec.field(default="", name="serverRelativeURL")


class _Index(msgspec.Struct):
    paths: dict[str, _Link] | None = None


_index = msgspec.json.Decoder(_Index)


@dataclass(frozen=True, slots=True)
class Specification:
    """What is known of a server's OpenAPI documents; `complete` is false when one could not be had."""

    v2: Mapping[str, RemoteV2] = field(default_factory=dict)
    """By the path of the group version (``/apis/<group>/<version>``)."""
    v2_etag: str = ""
    links: Mapping[str, str] | None = None
    """The index of version 3; None when the server has none."""
    converted: Mapping[str, bytes] = field(default_factory=dict)
    """Documents of version 3 made from version 2, by the path of the group version."""
    complete: bool = True
    paths: tuple[str, ...] = ()
    """The group versions for which all this holds."""

    @property
    def tag(self) -> object:
        """Differs when anything that is shown differs."""
        return self.v2_etag, tuple(self.v2), self.links, tuple(self.converted), self.paths

    def v3(self, path: str) -> RemoteV3 | None:
        """Where the document of a group version is found, or the document."""
        name = path.removeprefix("/")
        if self.links is not None:
            return RemoteV3(name, self.links[name]) if name in self.links else None
        return RemoteV3(name, "", self.converted[path]) if path in self.converted else None


async def fetched(source: Source, delegates: Sequence[Delegate], before: Specification) -> Specification:
    """What the server says of the delegates' group versions.

    What cannot be understood is left out: the kinds work without. What cannot be had stays as it was `before`.
    """
    try:
        links = await _links(source, delegates[0])
        return await _specification(source, delegates, links, before)
    except Unreachable as error:
        log.warning("OpenAPI of %s: %s", delegates[0].backend, error)
        return replace(before, complete=False)


async def _links(source: Source, delegate: Delegate) -> Mapping[str, str] | None:
    answer = await source.get(delegate, V3, accept="application/json", seconds=SECONDS)
    if answer.status != 200:
        return None
    try:
        paths = _index.decode(answer.body).paths or {}
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreachable(f"its index cannot be understood: {error}") from error
    return {name: link.server_relative_url for name, link in paths.items()}


async def _specification(
    source: Source, delegates: Sequence[Delegate], links: Mapping[str, str] | None, before: Specification
) -> Specification:
    paths = tuple(sorted(one.path for one in delegates))
    etag = before.v2_etag if before.paths == paths else ""
    answer = await source.get(delegates[0], V2, accept="application/json", etag=etag, seconds=SECONDS)
    if answer.status == 304 and etag:
        converted = {} if links is not None else before.converted
        return Specification(before.v2, etag, links, converted, paths=paths)
    if answer.status != 200:
        return Specification(links=links, paths=paths)
    try:
        found = await asyncio.to_thread(_parts, answer.body, paths, convert=links is None)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        log.warning("OpenAPI of %s cannot be understood: %s", delegates[0].backend, error)
        return Specification(links=links, paths=paths)
    return Specification(found[0], answer.etag, links, found[1], paths=paths)


def _parts(body: bytes, paths: Sequence[str], *, convert: bool) -> tuple[Mapping[str, RemoteV2], Mapping[str, bytes]]:
    """The document taken apart by group version; run in a thread, as documents may be large."""
    whole: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    parts = {path: remote.part_of(whole, path) for path in paths}
    for part in parts.values():
        remote.check(part)
    return parts, {path: remote.as_v3(part) for path, part in parts.items()} if convert else {}
