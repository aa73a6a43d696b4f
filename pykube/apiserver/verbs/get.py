"""GET of one object: the bytes that the cache holds."""

from __future__ import annotations

from aiohttp import web

from pykube.api.scheme import Resource

from .. import answers, revisions, statuses
from ..request import Context


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Answer the object named in the path; its ``status`` subresource is the object itself."""
    info = ctx.info
    cache = ctx.registry.cache(resource)
    if info.query and (asked := revisions.parse(info.query.get("resourceVersion", ""))):
        await revisions.not_older(cache.progress, asked)
    cached = cache.find(info.namespace if resource.namespaced else "", info.name)
    if cached is None:
        raise statuses.not_found(resource, info.name)
    answer = answers.one(ctx, resource, cached.data)
    return await answers.packed(ctx, answer) if len(cached.data) > answers.GZIP_ABOVE else answer
