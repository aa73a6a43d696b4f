"""PATCH of an object or a subresource: JSON patch, JSON merge patch, strategic merge patch.

The patch is applied to the newest state; when somebody else writes in between, it is applied again to theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from pykube.api import codec, defaults, strict
from pykube.api.patch import json_patch, merge_patch, strategic_merge
from pykube.api.schema import Struct
from pykube.api.scheme import Resource
from pykube.errors import BadRequest, UnsupportedMediaType

from .. import answers, decoding, known_fields, writing
from ..request import Context
from ..watch_cache import Cached
from ..write import Operation

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"

Apply = Callable[[Any], Any]
"""From plain data to plain data; may change what it is given."""


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Patch the object."""
    cls = resource.type
    apply = await read_patch(ctx, cls)

    def make(old: Any, cached: Cached) -> Any:
        new = typed(ctx, cls, apply(msgspec.json.decode(cached.data)), resource)
        writing.check_place(ctx, resource, new.metadata.name, new.metadata.namespace)
        return new

    write = writing.write_of(ctx, resource, Operation.UPDATE)
    written = await ctx.registry.storage(resource).update(write, make, retry=True)
    return answers.one(ctx, resource, written.data)


async def read_patch(ctx: Context, cls: type[Struct]) -> Apply:
    """The patch in the body, ready to be applied.

    Raises:
        UnsupportedMediaType: it is of no kind that is known.
        BadRequest: it is broken.
    """
    kind = decoding.media_type(ctx)
    body = await ctx.body()
    if kind == JSON_PATCH:
        operations = json_patch.decode(body)
        return lambda doc: json_patch.apply(doc, operations)
    if kind in (MERGE_PATCH, STRATEGIC):
        try:
            patch = msgspec.json.decode(body)
        except msgspec.DecodeError as error:
            raise BadRequest(f"error decoding patch: {error}") from error
        if not isinstance(patch, dict):
            raise BadRequest("error decoding patch: the patch must be an object")
        if kind == MERGE_PATCH:
            return lambda doc: merge_patch.apply(doc, patch)
        return lambda doc: strategic_merge.apply(cls, doc, patch)
    raise UnsupportedMediaType(
        "the body of the request was in an unknown format - accepted media types include: "
        f"{JSON_PATCH}, {MERGE_PATCH}, {STRATEGIC}"
    )


def typed(ctx: Context, cls: type[Struct], doc: Any, resource: Resource) -> Any:
    """The patched data as an object with its defaults set; unknown fields are treated as asked."""
    how = decoding.field_validation(ctx)
    if how != "Ignore" and not known_fields.clean(cls, msgspec.json.encode(doc)):
        unknown = strict.unknown_fields(cls, doc)
        if how == "Strict":
            strict.raise_if_any(unknown, resource.kind, resource.api_version)
        ctx.warnings[:] = unknown
    obj: Any = codec.from_dict(cls, doc)
    decoding.check_kind(obj, cls().api_version, cls().kind)  # type: ignore[attr-defined]
    defaults.apply(obj)
    return obj
