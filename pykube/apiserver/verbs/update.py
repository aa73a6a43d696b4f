"""PUT of an object, or of a subresource that shows the object itself (status, approval, finalize ...)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from pykube.api import codec
from pykube.api.scheme import Resource
from pykube.errors import NotFound

from .. import answers, decoding, writing
from ..request import Context
from ..write import Operation


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Replace the object by the one in the body."""
    storage = ctx.registry.storage(resource)
    obj: Any = await decoding.read(ctx, storage.model)
    writing.check_place(ctx, resource, obj.metadata.name, obj.metadata.namespace)
    obj.metadata.name = ctx.info.name
    write = writing.write_of(ctx, resource, Operation.UPDATE)
    try:
        written = await storage.update(write, lambda _old, _cached: codec.copy(obj))
    except NotFound:
        if not storage.strategy.create_on_update or ctx.info.subresource or obj.metadata.resource_version:
            raise
        create = writing.write_of(ctx, resource, Operation.CREATE)
        create.object = obj
        written = await storage.create(create)
    return answers.one(ctx, resource, written.data, status=201 if written.created else 200)
