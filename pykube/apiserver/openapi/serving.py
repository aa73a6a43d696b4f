"""Answers to ``/openapi/v2`` and ``/openapi/v3``.

Documents are built when first asked for, piece by piece, giving way to other requests in between; what is kept is
their compressed form alone. They are built anew after `OpenApi.changed`.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec
from aiohttp import web

from pykube.api.scheme import CustomResource, Resource
from pykube.errors import MethodNotAllowed, NotFound

from . import documents, protobuf
from .custom import Schemas, no_schemas
from .group_paths import group_paths
from .remote import RemoteV2, RemoteV3

if TYPE_CHECKING:
    from ..request import Context

Source = Callable[[], Sequence[Resource]]
"""Gives the resources served now."""


class Remotes(Protocol):
    """What other servers say of the group versions that they answer for."""

    def openapi_v2(self) -> Sequence[RemoteV2]:
        """Parts of our document of version 2."""
        ...

    def openapi_v3(self) -> Sequence[RemoteV3]:
        """Documents of version 3 beside ours."""
        ...


class NoRemotes:
    """For a server that answers for everything itself."""

    def openapi_v2(self) -> Sequence[RemoteV2]:
        return ()

    def openapi_v3(self) -> Sequence[RemoteV3]:
        return ()


V2_PATH = "/openapi/v2"
V3_PATH = "/openapi/v3"
V2_PROTOBUF_ASKED = "com.github.proto-openapi.spec.v2@v1.0+protobuf"
V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
"""What is asked for has an ``@``, which Go's parser of media types refuses in an answer."""
PIECES_AT_ONCE = 8
"""How many pieces are made before other tasks get their turn: a few milliseconds' worth."""
GZIP_WINDOW = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Document:
    """One document: gzip-compressed JSON, and the digest of the JSON."""

    compressed: bytes
    digest: str

    @property
    def etag(self) -> str:
        return f'"{self.digest}"'


class OpenApi:
    """Serves the documents for the resources of `source`; `schemas` gives those of custom kinds."""

    def __init__(self, source: Source, schemas: Schemas = no_schemas, remotes: Remotes | None = None) -> None:
        self._source = source
        self._schemas = schemas
        self._remotes = remotes or NoRemotes()
        self._documents: dict[str, Document] = {}
        self._fixed: set[str] = set()
        """Paths of documents that only tell of built-in resources."""
        self._building = asyncio.Lock()

    def changed(self) -> None:
        """Other custom resources are served than before: forget the documents that tell of them."""
        self._documents = {path: found for path, found in self._documents.items() if path in self._fixed}

    async def handle_v2(self, ctx: Context) -> web.Response:
        """``/openapi/v2`` as JSON, or in the protobuf form when that is asked for first.

        Raises:
            MethodNotAllowed: it is not to be read.
        """
        _check_method(ctx)
        accepted = ctx.http.headers.get("Accept", "")
        if accepted.removeprefix("application/").startswith((V2_PROTOBUF_ASKED, V2_PROTOBUF.partition("/")[2])):
            return _answer(ctx, await self._protobuf(), content_type=V2_PROTOBUF)
        return _answer(ctx, await self._document(V2_PATH))

    async def handle_v3(self, ctx: Context) -> web.Response:
        """The index at ``/openapi/v3``, or the document of a group version below it.

        Raises:
            NotFound: no such group version.
            MethodNotAllowed: it is not to be read.
        """
        _check_method(ctx)
        path = ctx.info.path.rstrip("/")
        if path == V3_PATH:
            return _answer(ctx, await self._index())
        document = await self._document(path)
        asked = ctx.info.query.get("hash", "")
        if asked and asked != document.digest:
            return web.Response(status=301, headers={"Location": f"{path}?hash={document.digest}"})
        return _answer(ctx, document, immutable=bool(asked))

    async def _index(self) -> Document:
        """The list of group versions; their hashes let clients keep what they have."""
        if V3_PATH not in self._documents:
            paths = {}
            resources = self._source()
            for path in (*v3_groups(resources), *(f"{V3_PATH}/{one.name}" for one in group_paths(resources))):
                digest = (await self._document(path)).digest
                paths[path.removeprefix(f"{V3_PATH}/")] = {"serverRelativeURL": f"{path}?hash={digest}"}
            for remote in self._remotes.openapi_v3():
                url = remote.url or f"{V3_PATH}/{remote.name}?hash={(await self._document_of(remote)).digest}"
                paths[remote.name] = {"serverRelativeURL": url}
            self._documents[V3_PATH] = await _built(iter([msgspec.json.encode({"paths": paths})]))
        return self._documents[V3_PATH]

    async def _protobuf(self) -> Document:
        """Version 2 in the protobuf form: made once, as it takes a second."""
        document = await self._document(V2_PATH)
        async with self._building:
            known = self._documents
            if V2_PROTOBUF not in known:
                known[V2_PROTOBUF] = Document(await asyncio.to_thread(_to_protobuf, document), f"{document.digest}PB")
            return known[V2_PROTOBUF]

    async def _document(self, path: str) -> Document:
        found = self._documents.get(path)
        if found is not None:
            return found
        async with self._building:
            if path not in self._documents:
                known = self._documents
                document = await _built(await self._pieces(path))
                known[path] = document  # lost, and rightly, when `changed` came meanwhile
                return document
            return self._documents[path]

    async def _document_of(self, remote: RemoteV3) -> Document:
        return await self._document(f"{V3_PATH}/{remote.name}")

    async def _pieces(self, path: str) -> Iterator[bytes]:
        resources = self._source()
        if path == V2_PATH:
            if remotes := self._remotes.openapi_v2():
                guests = await asyncio.to_thread(documents.guests_beside, resources, remotes)
                return documents.v2(resources, self._schemas, guests)
            return documents.v2(resources, self._schemas)
        group = v3_groups(resources).get(path)
        if group is None:
            for one in group_paths(resources):
                if path == f"{V3_PATH}/{one.name}":
                    self._fixed.add(path)
                    return documents.v3_of_group(one)
            for remote in self._remotes.openapi_v3():
                if remote.document and path == f"{V3_PATH}/{remote.name}":
                    return iter([remote.document])
            raise NotFound("the server could not find the requested resource")
        if not any(isinstance(resource, CustomResource) for resource in group):
            self._fixed.add(path)
        return documents.v3(group, self._schemas)


def v3_groups(resources: Sequence[Resource]) -> dict[str, list[Resource]]:
    """Resources by the path of the document that describes them."""
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        name = f"apis/{resource.group}/{resource.version}" if resource.group else f"api/{resource.version}"
        found.setdefault(f"{V3_PATH}/{name}", []).append(resource)
    return found


async def _built(pieces: Iterator[bytes]) -> Document:
    """Compress pieces as they come, letting other tasks run in between."""
    digest = hashlib.sha256()
    compressor = zlib.compressobj(level=6, wbits=GZIP_WINDOW)
    compressed: list[bytes] = []
    for position, piece in enumerate(pieces):
        digest.update(piece)
        compressed.append(compressor.compress(piece))
        if position % PIECES_AT_ONCE == 0:
            await asyncio.sleep(0)
    compressed.append(compressor.flush())
    return Document(b"".join(compressed), digest.hexdigest().upper())


def _to_protobuf(document: Document) -> bytes:
    return gzip.compress(protobuf.encode(msgspec.json.decode(gzip.decompress(document.compressed))), 6)


def _check_method(ctx: Context) -> None:
    if ctx.http.method not in ("GET", "HEAD"):
        raise MethodNotAllowed("the server does not allow this method on the requested resource")


def _answer(
    ctx: Context, document: Document, *, immutable: bool = False, content_type: str = "application/json"
) -> web.Response:
    headers = {"ETag": document.etag, "Vary": "Accept, Accept-Encoding", "Content-Type": content_type}
    if immutable:
        headers["Cache-Control"] = "public, immutable, max-age=31536000"
    if document.etag in ctx.http.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    if "gzip" in ctx.http.headers.get("Accept-Encoding", ""):
        return web.Response(body=document.compressed, headers={**headers, "Content-Encoding": "gzip"})
    return web.Response(body=gzip.decompress(document.compressed), headers=headers)
