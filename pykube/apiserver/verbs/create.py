"""POST to a collection."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from pykube.api.scheme import Resource
from pykube.errors import BadRequest

from .. import answers, decoding, options, writing
from ..request import Context
from ..write import Operation


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Create the object in the body; answers it as stored, with 201."""
    options.check(ctx, options.CREATE)
    storage = ctx.registry.storage(resource)
    obj: Any = await decoding.read(ctx, storage.model)
    meta = obj.metadata
    if resource.namespaced and meta.namespace and meta.namespace != ctx.info.namespace:
        raise BadRequest("the namespace of the provided object does not match the namespace sent on the request")
    write = writing.write_of(ctx, resource, Operation.CREATE, name=meta.name)
    write.object = obj
    written = await storage.create(write)
    return answers.one(ctx, resource, written.data, status=201)
