"""LIST: the cache's bytes, joined; or, for a page of an older state, what the store still has of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from pykube import errors
from pykube.api.scheme import Resource

from .. import answers, continue_token, parameters, revisions, selection, statuses
from ..request import Context
from ..selection import Selection
from ..watch_cache import Cached, WatchCache, stamp

_READ_AHEAD = 500
"""Entries read from the store at a time when a selector may drop many."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `remaining` is None where a selector makes it unknown."""

    items: Sequence[Cached]
    revision: int
    more: bool = False
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the list is asked for. `revision` 0: the newest state."""

    namespace: str
    selection: Selection
    limit: int = 0
    start_after: str = ""
    revision: int = 0


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Answer the objects of a namespace or of all."""
    cache = ctx.registry.cache(resource)
    asked = await _asked(ctx, cache)
    page = await _read(ctx, cache, asked)
    continue_ = ""
    if page.more:
        continue_ = continue_token.encode(page.items[-1].key, cache.prefix, page.revision)
    answer = answers.many(ctx, resource, page.items, page.revision, continue_=continue_, remaining=page.remaining)
    return await answers.packed(ctx, answer)


async def _asked(ctx: Context, cache: WatchCache) -> Asked:
    """Read the query; waits until the caches show the state that is asked for."""
    info = ctx.info
    namespace = info.namespace if cache.resource.namespaced else ""
    query = info.query
    if not query:
        return Asked(namespace, selection.EVERYTHING)
    chosen = selection.of(ctx, cache)
    match = revisions.check_match(query, watching=False)
    limit = max(parameters.whole_number(query, "limit") or 0, 0)
    version = query.get("resourceVersion", "")
    if token := query.get("continue", ""):
        if version and version != "0":
            raise errors.BadRequest("specifying resource version is not allowed when using continue")
        start, revision = continue_token.decode(token, cache.prefix)
        return Asked(namespace, chosen, limit, start, max(revision, 0))
    revision = revisions.parse(version)
    await revisions.not_older(cache.progress, revision)
    exact = match == revisions.EXACT or (not match and limit > 0 and revision > 0)
    return Asked(namespace, chosen, limit, revision=revision if exact else 0)


async def _read(ctx: Context, cache: WatchCache, asked: Asked) -> Page:
    """The page, from the cache when it shows the state asked for."""
    oldest = max(cache.changed, cache.progress.oldest)
    if not asked.revision or oldest <= asked.revision <= cache.revision:
        return present(cache, asked)
    try:
        return await _past(ctx, cache, asked)
    except errors.Expired as error:
        if not asked.start_after:
            raise errors.Expired(statuses.EXPIRED_LIST) from error
        raise InconsistentContinue(
            continue_token.encode(asked.start_after, cache.prefix, continue_token.NEWEST)
        ) from error


def present(cache: WatchCache, asked: Asked) -> Page:
    """A page of the newest state."""
    revision = asked.revision or cache.revision
    chosen, limit = asked.selection, asked.limit
    if chosen.empty:
        items = cache.snapshot(asked.namespace, start_after=asked.start_after)
        if not limit or len(items) <= limit:
            return Page(items, revision)
        return Page(items[:limit], revision, more=True, remaining=len(items) - limit)
    items = _select(cache, asked)
    if not limit or len(items) <= limit:
        return Page(items, revision)
    return Page(items[:limit], revision, more=True)


def _select(cache: WatchCache, asked: Asked) -> Sequence[Cached]:
    chosen = asked.selection
    name = chosen.fields.exact("metadata.name")
    namespace = asked.namespace or chosen.fields.exact("metadata.namespace") or ""
    if name is not None and (namespace or not cache.resource.namespaced):
        one = cache.find(namespace, name)
        return [one] if one is not None and one.key > asked.start_after and chosen.matches(one) else []
    labels = chosen.indexed_labels()
    found = cache.snapshot(namespace, labels, start_after=asked.start_after)
    if chosen.fields.empty and len(labels) == len(chosen.labels.requirements):
        return found
    return [item for item in found if chosen.matches(item)]


async def _past(ctx: Context, cache: WatchCache, asked: Asked) -> Page:
    """A page of an older state, read from the store."""
    prefix = cache.prefix + (f"{asked.namespace}/" if asked.namespace else "")
    found: list[Cached] = []
    start = asked.start_after
    while True:
        size = asked.limit if asked.selection.empty else _READ_AHEAD
        page = await ctx.registry.store.list(prefix, revision=asked.revision, start_after=start, limit=size)
        values = await cache.load([entry.value for entry in page.entries])
        for position, (entry, value) in enumerate(zip(page.entries, values, strict=True)):
            item = _from_store(cache, entry.key, value, entry.revision)
            if not asked.selection.matches(item):
                continue
            found.append(item)
            if len(found) == asked.limit:
                left = len(page.entries) - position - 1
                remaining = page.remaining + left if asked.selection.empty else None
                return Page(found, asked.revision, more=page.more or left > 0, remaining=remaining)
        if not page.more:
            return Page(found, asked.revision)
        start = page.entries[-1].key


def _from_store(cache: WatchCache, key: str, value: bytes, revision: int) -> Cached:
    data = stamp(value, revision)
    seen = cache.extract(data)
    return Cached(key, revision, seen.namespace, seen.name, data, seen.labels, seen.fields)


class InconsistentContinue(errors.Expired):
    """The state that a list began with is gone; `token` lets it go on at the newest one."""

    def __init__(self, token: str) -> None:
        super().__init__(
            "The provided continue parameter is too old to display a consistent list result. You can start a new "
            "list without the continue parameter, or use the continue token in this response to retrieve the "
            "remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
            "that were created, modified, or deleted between the time the first chunk was returned and now may show "
            "up in the list."
        )
        self.token = token

    def status(self) -> dict[str, object]:
        return {**super().status(), "metadata": {"continue": self.token}}
