"""DELETE of a collection: everything that the selectors choose, one by one."""

from __future__ import annotations

from aiohttp import web

from pykube.api import codec
from pykube.api.scheme import Resource
from pykube.errors import NotFound

from .. import answers, deletion, selection, writing
from ..options import check_deletions
from ..request import Context
from ..write import Operation
from . import delete
from . import list as listing


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Delete what is selected; answers the list of it. What somebody else deletes meanwhile does not matter."""
    options = await delete.options_of(ctx)
    check_deletions(options)
    storage = ctx.registry.storage(resource)
    namespace = ctx.info.namespace if resource.namespaced else ""
    page = listing.present(storage.cache, listing.Asked(namespace, selection.of(ctx, storage.cache)))
    for item in page.items:
        write = writing.write_of(ctx, resource, Operation.DELETE, name=item.name)
        write.name, write.namespace = item.name, item.namespace
        write.dry_run = write.dry_run or writing.checked_dry_run(options.dry_run)
        try:
            await deletion.delete(storage, write, options=codec.copy(options))
        except NotFound:
            continue
    return answers.many(ctx, resource, page.items, storage.cache.revision)
