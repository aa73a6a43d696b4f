"""WATCH: frames as they come, from now, from the present, or from a resourceVersion in the recent past."""

from __future__ import annotations

import asyncio
import random

import msgspec
from aiohttp import web

from pykube import errors
from pykube.api import codec
from pykube.api.scheme import Resource

from .. import answers, parameters, revisions, selection, table
from ..negotiation import JSON, Form
from ..request import Context, Query
from ..watch_cache import Cached, CacheEvent, EventType, WatchCache, frame_of
from ..watcher import Encode, Watcher
from . import list as listing

MIN_SECONDS = 1800
"""A watch without a timeout of its own ends after this many seconds or up to twice as many, so that the load of
watches spreads again over several servers; upstream's value."""

BOOKMARK_SECONDS = 60.0
"""How often a watch that wants bookmarks gets one."""

_INITIAL_END = "k8s.io/initial-events-end"


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Stream the changes of a namespace or of all."""
    cache = ctx.registry.cache(resource)
    query = ctx.info.query
    chosen = selection.of(ctx, cache)
    revisions.check_match(query, watching=True)
    asked = answers.form(ctx)
    if asked.media_type is not JSON:
        raise errors.NotAcceptable("only the following media types are accepted: application/json")
    watcher = Watcher(chosen, _encoder(ctx, resource, asked), cut=lambda: _cut(ctx))
    timeout = _timeout(query)
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Cache-Control": "no-cache, private"})
    response.enable_chunked_encoding()
    await response.prepare(ctx.http)
    ctx.registry.watchers.add(watcher)
    try:
        await _begin(ctx, cache, watcher)
        if ctx.seat is not None:
            ctx.seat.leave()
        await _pump(ctx, cache, watcher, response, timeout)
    except errors.ApiError as error:
        await response.write(_error_frame(error))
    finally:
        watcher.close()
        ctx.registry.watchers.discard(watcher)
        ctx.events_sent = watcher.taken
    await response.write_eof()
    return response


def _timeout(query: Query) -> float:
    if asked := parameters.whole_number(query, "timeoutSeconds"):
        return float(max(asked, 0))
    return MIN_SECONDS * (1 + random.random())


def _encoder(ctx: Context, resource: Resource, asked: Form) -> Encode | None:
    """How frames are made when objects are not sent as they are."""
    if asked.plain:
        return None
    if asked.kind == "Table":
        include = answers.include_object(ctx)
        first = True

        def encode(type_: EventType, cached: Cached) -> bytes:
            nonlocal first
            found = table.render(
                resource.group,
                resource.kind,
                [cached.data],
                include=include,
                version=asked.version,
                now=ctx.registry.clock.now(),
                headers=first,
                printer=ctx.registry.storage(resource).printer,
            )
            first = False
            return frame_of(type_, codec.encode(found))

        return encode
    return lambda type_, cached: frame_of(type_, answers.partial(cached.data, asked.version))


async def _begin(ctx: Context, cache: WatchCache, watcher: Watcher) -> None:
    """Queue what comes before the live changes, and follow those; nothing happens between the two.

    Raises:
        Expired: the watch starts before the history that is kept.
    """
    info, query = ctx.info, ctx.info.query
    namespace = info.namespace if cache.resource.namespaced else ""
    revision = revisions.parse(query.get("resourceVersion", ""))
    initial = query.get("sendInitialEvents")
    from_present = info.flag("sendInitialEvents") if initial is not None else not revision
    if from_present:
        await revisions.not_older(cache.progress, revision)
        _queue_present(cache, watcher, namespace, listing.Asked(namespace, selection.of(ctx, cache)))
        if initial is not None and info.flag("allowWatchBookmarks"):
            watcher.push(_bookmark(cache, initial=True))
    elif revision:
        for event in cache.since(revision):
            if not namespace or event.object.namespace == namespace:
                watcher(event)
    watcher.revision = max(revision, 0 if not from_present else cache.revision)
    watcher.follow(cache, namespace)


def _queue_present(cache: WatchCache, watcher: Watcher, namespace: str, asked: listing.Asked) -> None:
    for cached in listing.present(cache, asked).items:
        watcher(CacheEvent("ADDED", cached, None))


async def _pump(
    ctx: Context, cache: WatchCache, watcher: Watcher, response: web.StreamResponse, timeout: float
) -> None:
    """Send frames until the time is over, the client is gone, or it took too little."""
    bookmarks = ctx.info.flag("allowWatchBookmarks")
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    while (now := loop.time()) < end:
        if frames := watcher.take():
            await response.write(frames)
            continue
        if watcher.overflowed or watcher.ended:
            return
        try:
            async with asyncio.timeout(min(BOOKMARK_SECONDS, end - now) if bookmarks else end - now):
                await watcher.ready()
        except TimeoutError:
            if bookmarks:
                watcher.push(_bookmark(cache))
    if frames := watcher.take():
        await response.write(frames)


def _cut(ctx: Context) -> None:
    """The client takes too little: end the connection, not only the watch, since what is buffered cannot be sent."""
    transport = ctx.http.transport
    if transport is not None:
        transport.abort()


def _bookmark(cache: WatchCache, *, initial: bool = False) -> bytes:
    """A frame that says up to which resourceVersion nothing was missed."""
    resource = cache.resource
    metadata: dict[str, object] = {"resourceVersion": str(cache.revision), "creationTimestamp": None}
    if initial:
        metadata["annotations"] = {_INITIAL_END: "true"}
    obj = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata}
    return b'{"type":"BOOKMARK","object":%b}\n' % msgspec.json.encode(obj)


def _error_frame(error: errors.ApiError) -> bytes:
    return b'{"type":"ERROR","object":%b}\n' % msgspec.json.encode(error.status())
