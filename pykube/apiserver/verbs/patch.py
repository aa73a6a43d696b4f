"""PATCH of an object or a subresource: JSON patch, JSON merge patch, strategic merge patch; apply is in apply.py.

The patch is applied to the newest state; when somebody else writes in between, it is applied again to theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from pykube.api import codec, field_errors, strict
from pykube.api.field_errors import Path
from pykube.api.patch import json_patch, merge_patch, strategic_merge
from pykube.api.schema import Struct
from pykube.api.scheme import Resource
from pykube.errors import BadRequest, Invalid, UnsupportedMediaType

from .. import answers, decoding, json_body, options, stored_entries, writing
from ..model import Model
from ..request import Context
from ..watch_cache import Cached
from ..write import Operation
from . import apply

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"

_MANAGED = "managedFields"

Apply = Callable[[Any], Any]
"""From plain data to plain data; may change what it is given."""


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Patch the object."""
    if decoding.media_type(ctx) == apply.MEDIA_TYPE:
        return await apply.handle(ctx, resource)
    storage = ctx.registry.storage(resource)
    change = await read_patch(ctx, storage.model.type)
    body = await ctx.body()
    managed = _MANAGED.encode() in body
    repeated = _repeated(ctx, body)

    def make(old: Any, cached: Cached) -> Any:
        data = cached.data if managed else stored_entries.split(cached.data)[0]
        new = patched(ctx, storage.model, _with_reset(change(msgspec.json.decode(data))), repeated)
        writing.check_place(ctx, resource, new.metadata.name, new.metadata.namespace)
        return new

    write = writing.write_of(ctx, resource, Operation.UPDATE)
    written = await storage.update(write, make, retry=True)
    return answers.one(ctx, resource, written.data)


def _with_reset(doc: Any) -> Any:
    """An empty list of field managers, told from none: one empty entry, which means the same."""
    metadata = doc.get("metadata") if isinstance(doc, dict) else None
    if isinstance(metadata, dict) and metadata.get(_MANAGED) == []:
        metadata[_MANAGED] = [{}]
    return doc


async def read_patch(ctx: Context, cls: type) -> Apply:
    """The patch in the body, ready to be applied to an object of type `cls`; only Structs have a strategic one.

    Raises:
        UnsupportedMediaType: it is of no kind that is known.
        BadRequest: it is broken.
        Invalid: its options are none, or only an apply's.
    """
    options.check(ctx, options.PATCH)
    kind = decoding.media_type(ctx)
    strategic = issubclass(cls, Struct)
    body = await ctx.body()
    json_body.check(body)
    if kind == JSON_PATCH:
        operations = json_patch.decode(body)
        return lambda doc: json_patch.apply(doc, operations)
    if kind == MERGE_PATCH or (kind == STRATEGIC and strategic):
        try:
            patch = msgspec.json.decode(body)
        except msgspec.DecodeError as error:
            raise BadRequest(f"error decoding patch: {error}") from error
        if not isinstance(patch, dict):
            raise BadRequest("error decoding patch: the patch must be an object")
        if kind == MERGE_PATCH:
            return lambda doc: merge_patch.apply(doc, patch)
        return lambda doc: strategic_merge.apply(cls, doc, patch)
    known = [JSON_PATCH, MERGE_PATCH, *([STRATEGIC] if strategic else []), apply.MEDIA_TYPE]
    raise UnsupportedMediaType(
        f"the body of the request was in an unknown format - accepted media types include: {', '.join(known)}"
    )


def _repeated(ctx: Context, body: bytes) -> list[str]:
    """Keys that stand twice in one object of a patch; JSON without white space that keeps its length repeats none."""
    if decoding.field_validation(ctx) == "Ignore" or len(codec.encode(msgspec.json.decode(body))) == len(body.rstrip()):
        return []
    return strict.duplicate_fields(body)


def patched(ctx: Context, expected: Model, doc: Any, repeated: Sequence[str] = ()) -> Any:
    """The patched data as an object with its defaults set; unknown fields are treated as asked.

    Raises:
        Invalid: it is no object of the kind, or has unknown fields under Strict.
    """
    how = decoding.field_validation(ctx)
    found = [*repeated, *expected.unknown(doc)] if how != "Ignore" else []
    try:
        obj: Any = codec.from_dict(expected.type, doc)
    except BadRequest as error:
        raise _refused(doc, error.message.partition(": ")[2] or error.message) from error
    if found and how == "Strict":
        raise _refused(doc, f"strict decoding error: {', '.join(found)}")
    if found:
        ctx.warnings[:] = found
    decoding.check_kind(obj, expected.api_version, expected.kind)
    expected.complete(obj)
    return obj


@dataclass(frozen=True, slots=True)
class _Nameless:
    """What upstream names as the kind when a patch makes something impossible: nothing."""

    group: str = ""
    kind: str = ""


def _refused(doc: Any, why: str) -> Invalid:
    shown = codec.encode(doc).decode()
    return field_errors.invalid(_Nameless(), "", [field_errors.invalid_value(Path("patch"), shown, why)])
