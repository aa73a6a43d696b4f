"""Answers: encoded objects and lists, in the form that the client asked for, and failures as ``Status``."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml
from aiohttp import web
from multidict import CIMultiDict

from pykube.api import codec
from pykube.api.scheme import CustomResource, Resource
from pykube.errors import ApiError, NotAcceptable

from . import client_warnings, corrupt, table
from .negotiation import JSON, PLAIN, YAML, Form, negotiate
from .request import Context
from .table.render import IncludeObject
from .watch_cache import Cached, WatchCache

GZIP_ABOVE = 128 * 1024
"""Bodies larger than this are compressed for clients that ask for it; upstream's limit."""

_GZIP_LEVEL = 1

_HEADERS: CIMultiDict[str] = CIMultiDict({"Content-Type": JSON, "Cache-Control": "no-cache, private"})


class _Metadata(msgspec.Struct, gc=False):
    metadata: msgspec.Raw


_metadata = msgspec.json.Decoder(_Metadata)


def form(ctx: Context) -> Form:
    """The form that the client asked for."""
    accept = ctx.http.headers.get("Accept")
    return PLAIN if accept is None else negotiate(accept)


def answer(ctx: Context, body: bytes, *, status: int = 200, media_type: str = JSON) -> web.Response:
    """An answer with an encoded JSON body, written as YAML when `media_type` says so."""
    if media_type is YAML:
        body = to_yaml(body)
    headers = CIMultiDict(_HEADERS)
    headers["Content-Type"] = media_type
    for warning in client_warnings.told(ctx.warnings):
        headers.add("Warning", f'299 - "{_quoted(warning)}"')
    return web.Response(body=body, status=status, headers=headers)


async def packed(ctx: Context, response: web.Response) -> web.Response:
    """The answer, compressed when it is large and the client takes that; done in a thread, as it lasts."""
    body = response.body
    if isinstance(body, bytes) and len(body) > GZIP_ABOVE and "gzip" in ctx.http.headers.get("Accept-Encoding", ""):
        response.body = await asyncio.to_thread(gzip.compress, body, _GZIP_LEVEL)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    return response


def one(ctx: Context, resource: Resource, data: bytes, *, status: int = 200) -> web.Response:
    """One object."""
    asked = form(ctx)
    if asked.plain:
        return answer(ctx, data, status=status)
    if asked.kind == "PartialObjectMetadataList":
        raise NotAcceptable("you requested PartialObjectMetadataList, but the requested object is not a list")
    return answer(ctx, transformed(ctx, resource, data, asked), status=status, media_type=asked.media_type)


def transformed(ctx: Context, resource: Resource, data: bytes, asked: Form) -> bytes:
    """One object as a Table or as its metadata alone, where that was asked for."""
    if asked.kind == "Table":
        return codec.encode(
            table.render(
                resource.group,
                resource.kind,
                [data],
                include=include_object(ctx),
                version=asked.version,
                now=ctx.registry.clock.now(),
                printer=ctx.registry.storage(resource).printer,
            )
        )
    if asked.kind:
        return partial(data, asked.version)
    return data


def plain_data(ctx: Context, value: Any, *, status: int = 200) -> web.Response:
    """An object that is not kept in a cache: a Status, a review, a Scale."""
    media_type = YAML if form(ctx).media_type is YAML else JSON
    return answer(ctx, codec.encode(value), status=status, media_type=media_type)


def list_head(resource: Resource, revision: int, *, continue_: str = "", remaining: int | None = None) -> bytes:
    """A list's JSON up to its items."""
    metadata = list_metadata(revision, continue_=continue_, remaining=remaining)
    head = {"kind": list_kind(resource), "apiVersion": resource.api_version, "metadata": metadata}
    return msgspec.json.encode(head)[:-1] + b',"items":['


def list_kind(resource: Resource) -> str:
    """The kind of a resource's lists; custom resources may name theirs as they like."""
    return resource.list_kind if isinstance(resource, CustomResource) else f"{resource.kind}List"


def list_metadata(revision: int, *, continue_: str = "", remaining: int | None = None) -> dict[str, Any]:
    """The metadata of a list."""
    metadata: dict[str, Any] = {"resourceVersion": str(revision)}
    if continue_:
        metadata["continue"] = continue_
    if remaining:
        metadata["remainingItemCount"] = remaining
    return metadata


def many(
    ctx: Context,
    resource: Resource,
    items: Sequence[Cached],
    revision: int,
    *,
    continue_: str = "",
    remaining: int | None = None,
) -> web.Response:
    """A list of objects."""
    asked = form(ctx)
    if (cache := ctx.registry.cache(resource)).corrupt:
        _warn_of_corrupt(ctx, cache)
    if asked.kind == "Table":
        found = table.render(
            resource.group,
            resource.kind,
            [item.data for item in items],
            include=include_object(ctx),
            metadata=list_metadata(revision, continue_=continue_, remaining=remaining),
            version=asked.version,
            now=ctx.registry.clock.now(),
            printer=ctx.registry.storage(resource).printer,
        )
        return answer(ctx, codec.encode(found), media_type=asked.media_type)
    head = list_head(resource, revision, continue_=continue_, remaining=remaining)
    datas = [item.data for item in items]
    if asked.kind:
        head = head.replace(b'"kind":"%b"' % list_kind(resource).encode(), b'"kind":"PartialObjectMetadataList"', 1)
        own = b'"apiVersion":"%b"' % resource.api_version.encode()
        head = head.replace(own, b'"apiVersion":"meta.k8s.io/%b"' % asked.version.encode(), 1)
        datas = [partial(data, asked.version) for data in datas]
    return answer(ctx, b"".join((head, b",".join(datas), b"]}")), media_type=asked.media_type)


def _warn_of_corrupt(ctx: Context, cache: WatchCache) -> None:
    """Name what a list leaves out because it cannot be read; nobody hears of other namespaces than the one asked."""
    namespace = ctx.info.namespace if cache.resource.namespaced else ""
    left_out = sorted(key for key in cache.corrupt if key.startswith(cache.key(namespace, "")))
    if left_out:
        ctx.warnings.append(corrupt.warning(left_out))


def partial(data: bytes, version: str = "v1") -> bytes:
    """The PartialObjectMetadata of an encoded object."""
    metadata = bytes(_metadata.decode(data).metadata)
    return b'{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/%b","metadata":%b}' % (
        version.encode(),
        metadata,
    )


def include_object(ctx: Context) -> IncludeObject:
    """What a Table's rows carry of their object: None, Metadata (the default) or Object."""
    return table.include_object(ctx.info.query.get("includeObject", ""))


def failure(ctx: Context, error: ApiError) -> web.Response:
    """A failure as ``Status``."""
    try:
        media_type = YAML if form(ctx).media_type is YAML else JSON
    except NotAcceptable:
        media_type = JSON
    response = answer(ctx, msgspec.json.encode(error.status()), status=error.code, media_type=media_type)
    if error.details.retry_after_seconds:
        response.headers["Retry-After"] = str(error.details.retry_after_seconds)
    return response


def success(ctx: Context, resource: Resource, name: str, uid: str) -> web.Response:
    """The Status that says an object is deleted."""
    details = {"name": name, "group": resource.group, "kind": resource.plural, "uid": uid}
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }
    return plain_data(ctx, status)


def to_yaml(body: bytes) -> bytes:
    """JSON as YAML, keys in the order in which they stand."""
    return yaml.dump(
        msgspec.json.decode(body), Dumper=yaml.CSafeDumper, sort_keys=False, default_flow_style=False
    ).encode()


def _quoted(text: str) -> str:
    """The inside of an HTTP quoted string."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ")
