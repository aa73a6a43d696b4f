"""PUT of an object, or of a subresource that shows the object itself (status, approval, finalize ...)."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from pykube.api import codec
from pykube.api.meta_v1 import ManagedFieldsEntry
from pykube.api.scheme import Resource
from pykube.errors import NotFound

from .. import answers, decoding, field_managers, options, writing
from ..request import Context
from ..watch_cache import Cached
from ..write import Operation


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Replace the object by the one in the body."""
    options.check(ctx, options.UPDATE)
    storage = ctx.registry.storage(resource)
    obj: Any = await decoding.read(ctx, storage.model)
    writing.check_place(ctx, resource, obj.metadata.name, obj.metadata.namespace)
    obj.metadata.name = ctx.info.name
    given, obj.metadata.managed_fields = await _given(ctx, obj), []

    def make(_old: Any, _cached: Cached) -> Any:
        new = codec.copy(obj)
        new.metadata.managed_fields = given
        return new

    write = writing.write_of(ctx, resource, Operation.UPDATE)
    try:
        written = await storage.update(write, make)
    except NotFound:
        if not storage.strategy.create_on_update or ctx.info.subresource or obj.metadata.resource_version:
            raise
        create = writing.write_of(ctx, resource, Operation.CREATE)
        create.object = obj
        written = await storage.create(create)
    return answers.one(ctx, resource, written.data, status=201 if written.created else 200)


_EMPTY_LIST = re.compile(rb'"managedFields"\s*:\s*\[\s*\]')


async def _given(ctx: Context, obj: Any) -> list[ManagedFieldsEntry]:
    """The entries of field managers that came with the object; an empty list says something else than no list."""
    given: list[ManagedFieldsEntry] = obj.metadata.managed_fields
    if not given and _EMPTY_LIST.search(await ctx.body()):
        return [field_managers.RESET]
    return given
