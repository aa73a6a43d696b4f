"""DELETE of one object."""

from __future__ import annotations

from aiohttp import web

from pykube.api import meta_v1
from pykube.api.scheme import Resource

from .. import answers, decoding, deletion, parameters, unreadable, writing
from ..options import check_deletion
from ..request import Context, Query
from ..write import Operation


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Delete the object: a Status when it is gone, the object when it waits or where its kind says so."""
    options = await options_of(ctx)
    check_deletion(options)
    if options.ignore_store_read_error_with_cluster_breaking_potential:
        return await _unreadable(ctx, resource)
    write = writing.write_of(ctx, resource, Operation.DELETE)
    write.dry_run = write.dry_run or writing.checked_dry_run(options.dry_run)
    storage = ctx.registry.storage(resource)
    done = await deletion.delete(storage, write, options=options)
    if done.gone and not storage.strategy.returns_deleted:
        return answers.success(ctx, resource, ctx.info.name, done.uid)
    status = 202 if not done.gone and options.orphan_dependents is False else 200
    return answers.one(ctx, resource, done.written.data, status=status)


async def _unreadable(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Delete what cannot be read, which takes a permission of its own."""
    if ctx.permit is not None:
        await ctx.permit(unreadable.PERMISSION)
    storage, info = ctx.registry.storage(resource), ctx.info
    key = storage.cache.key(info.namespace if resource.namespaced else "", info.name)
    await unreadable.delete(storage, key, info.name)
    return answers.success(ctx, resource, info.name, "")


async def options_of(ctx: Context) -> meta_v1.DeleteOptions:
    """DeleteOptions from the body, else from the query.

    Raises:
        BadRequest: they cannot be read.
    """
    found = await decoding.read_options(ctx, meta_v1.DeleteOptions)
    return found if found is not None else _from_query(ctx.info.query)


def _from_query(query: Query) -> meta_v1.DeleteOptions:
    options = meta_v1.DeleteOptions(propagation_policy=query.get("propagationPolicy"))
    options.dry_run = query.getall("dryRun", [])
    options.grace_period_seconds = parameters.whole_number(query, "gracePeriodSeconds")
    if (orphan := query.get("orphanDependents")) is not None:
        options.orphan_dependents = orphan.lower() not in ("0", "false")
    ignored = query.get("ignoreStoreReadErrorWithClusterBreakingPotential")
    if ignored is not None:
        options.ignore_store_read_error_with_cluster_breaking_potential = ignored.lower() not in ("0", "false")
    return options
