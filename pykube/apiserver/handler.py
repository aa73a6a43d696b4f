"""Every HTTP request comes through here: understood, run through the stages, handed to a verb, answered.

There is no router and no middleware: the path is split once (request.py) and looked up in dictionaries.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from pykube import errors
from pykube.api.scheme import CustomResource, Resource

from . import answers, deadline, statuses, verbs
from .audit import Auditor
from .authn.anonymous import ANONYMOUS_USER
from .metrics import Metrics
from .registry import Registry
from .request import Context, Handler, HttpRequest, RequestInfo, Stage, parse
from .verbs import Verb

log = logging.getLogger(__name__)

_WHOLE = frozenset({"status", "approval", "finalize", "ephemeralcontainers", "resize"})
_READS = frozenset({"get", "list", "watch", "head", "options"})
_KINDS = {**dict.fromkeys(_READS, "readOnly"), "watch": "watch"}
_OF_ONE = frozenset({"get", "update", "patch", "delete"})
_DEPRECATED = {
    ("", "componentstatuses"): "v1 ComponentStatus is deprecated in v1.19+",
    ("", "endpoints"): "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
}
_NO_UTF8 = "the request holds what is not UTF-8"
_NOT_ALLOWED = "the server does not allow this method on the requested resource"


@dataclass(slots=True)
class Routes:
    """What answers what; keys are looked up exactly, but `trees` own everything below a first segment."""

    paths: dict[str, Handler] = field(default_factory=dict)
    """Non-resource paths, without a slash at the end."""
    trees: dict[str, Handler] = field(default_factory=dict)
    """First segments of non-resource paths."""
    subresources: dict[tuple[str, str, str], Verb] = field(default_factory=dict)
    """(group, plural, subresource) of what does something of its own."""
    anywhere: dict[str, Verb] = field(default_factory=dict)
    """Subresources that mean the same on every kind that has them."""
    streams: dict[tuple[str, str, str], Verb] = field(default_factory=dict)
    """The same for what lasts as long as the client stays."""
    virtual: dict[tuple[str, str], Verb] = field(default_factory=dict)
    """(group, plural) of resources that are not stored: reviews, bindings."""


class RequestHandler:
    """The one handler of the HTTP server."""

    def __init__(
        self,
        registry: Registry,
        stages: Sequence[Stage],
        routes: Routes,
        metrics: Metrics,
        *,
        timeout: float = deadline.REQUEST_SECONDS,
        auditor: Auditor | None = None,
    ) -> None:
        """Answer within `timeout` seconds what is not to last as long as the client stays."""
        self._timeout = timeout
        self._deadlines = deadline.Deadlines()
        self._auditor = auditor
        self._registry = registry
        self._stages = tuple(stages)
        self._routes = routes
        self._metrics = metrics

    async def __call__(self, http: HttpRequest) -> web.StreamResponse:
        """Answer one request; never raises but when it is cancelled."""
        began = time.perf_counter()
        info = parse(http.method, http.raw_path)
        ctx = Context(info, http, self._registry, ANONYMOUS_USER)
        http.answer_headers = ctx.headers
        ctx.headers["Audit-Id"] = _audit_id(http)
        answering = self._handle(ctx, began)
        return await (answering if self._auditor is None else self._auditor.audited(ctx, answering))

    async def _handle(self, ctx: Context, began: float) -> web.StreamResponse:
        http, info = ctx.http, ctx.info
        kind = _KINDS.get(info.verb, "mutating")
        inflight = self._metrics.inflight
        inflight[kind] += 1
        lasting = self._metrics.begin(ctx) if deadline.is_lasting(info) else None
        limited: asyncio.Task[Any] | None = None
        try:
            seconds = deadline.seconds(info, self._timeout)
            if seconds is not None:
                limited = http.task
                self._deadlines.begin(limited, seconds)
            response = await self._answer(ctx)
        except errors.ApiError as error:
            response = _failure(ctx, error)
        except asyncio.CancelledError:
            if limited is None or not self._deadlines.has_passed(limited):
                raise
            response = _too_late(ctx)
        except ConnectionError:
            raise
        except UnicodeError as error:
            log.info("%s %r is not UTF-8: %s", http.method, info.path, error)
            response = answers.failure(ctx, errors.BadRequest(_NO_UTF8))
        except Exception as error:
            log.exception("%s %s failed", http.method, info.path)
            if ctx.trail is not None:
                ctx.trail.panicked(error)
            response = _failure(ctx, statuses.internal(error))
        finally:
            if limited is not None:
                self._deadlines.end(limited)
            inflight[kind] -= 1
            if lasting is not None:
                self._metrics.end(ctx, lasting)
            if ctx.seat is not None:
                ctx.seat.close()
        self._metrics.observe(ctx, response, time.perf_counter() - began)
        return response

    async def _answer(self, ctx: Context) -> web.StreamResponse:
        for stage in self._stages:
            await stage(ctx)
        info = ctx.info
        if not info.is_resource:
            if info.verb == "watch" and ctx.seat is not None:
                # Another server answers this watch, and does not tell when it has begun.
                ctx.seat.leave()
            return await self._non_resource(info)(ctx)
        resource = self._registry.resource(info.group, info.version, info.resource)
        if resource is None or (info.namespace and not resource.namespaced and not _is_itself(info)):
            raise statuses.unknown_path()
        ctx.resource = resource
        if (warning := _DEPRECATED.get((resource.group, resource.plural))) is not None:
            ctx.warnings.append(warning)
        verb = self._verb(info, resource)
        if isinstance(resource, CustomResource):
            if resource.deprecation:
                ctx.warnings.append(resource.deprecation)
            await self._registry.cache(resource).settled()
        if info.verb in _READS or (resource.group, resource.plural, info.subresource) in self._routes.streams:
            return await verb(ctx, resource)
        return await _to_the_end(ctx, verb(ctx, resource))

    def _non_resource(self, info: RequestInfo) -> Callable[[Context], Awaitable[web.StreamResponse]]:
        path = info.path.rstrip("/") or "/"
        found = self._routes.paths.get(path) or self._routes.trees.get(path.split("/", 2)[1])
        if found is None:
            raise statuses.unknown_path()
        return found

    def _verb(self, info: RequestInfo, resource: Resource) -> Verb:
        """What answers a resource request; raises NotFound or MethodNotAllowed."""
        if info.method == "HEAD" and info.subresource != "proxy":
            raise errors.MethodNotAllowed(_NOT_ALLOWED, statuses.details(resource, info.name))
        if info.subresource:
            return self._of_subresource(info, resource)
        if info.verb not in resource.verbs or (info.verb in _OF_ONE) != info.named:
            raise errors.MethodNotAllowed(_NOT_ALLOWED, statuses.details(resource, info.name))
        if (virtual := self._routes.virtual.get((resource.group, resource.plural))) is not None:
            return virtual
        if info.verb in ("create", "deletecollection") and resource.namespaced and not info.namespace:
            raise errors.MethodNotAllowed(_NOT_ALLOWED, statuses.details(resource))
        return verbs.VERBS[info.verb]

    def _of_subresource(self, info: RequestInfo, resource: Resource) -> Verb:
        subresource = resource.subresource(info.subresource)
        if subresource is None:
            raise statuses.unknown_path()
        where = (resource.group, resource.plural, info.subresource)
        routes = self._routes
        own = routes.subresources.get(where) or routes.streams.get(where) or routes.anywhere.get(subresource.name)
        whole: Mapping[str, Verb] = verbs.OF_WHOLE if info.subresource in _WHOLE else {}
        passed_on = subresource.name == "proxy" and info.verb == "options"
        if info.verb not in subresource.verbs and not passed_on:
            raise errors.MethodNotAllowed(_NOT_ALLOWED, statuses.details(resource, info.name))
        found = own or whole.get(info.verb)
        if found is None:
            raise statuses.unknown_path()
        return found


def _failure(ctx: Context, error: errors.ApiError) -> web.Response:
    """The answer to a failure, even when it tells of a name that cannot be written."""
    try:
        return answers.failure(ctx, error)
    except UnicodeError:
        return answers.failure(ctx, errors.BadRequest(_NO_UTF8))


def _audit_id(http: HttpRequest) -> str:
    """What names the request in answers and logs: the client's own name for it, or a new one."""
    given = http.headers.get("Audit-ID", "")
    if given and given.isascii() and given.isprintable():
        return given
    random = os.urandom(16).hex()  # a UUID of version 4, at a tenth of what the uuid module takes for it
    return f"{random[:8]}-{random[8:12]}-4{random[13:16]}-a{random[17:20]}-{random[20:]}"


def _too_late(ctx: Context) -> web.Response:
    """The answer when time is up.

    Raises:
        ConnectionResetError: another one has begun, and is cut.
    """
    http = ctx.http
    if http.writer.output_size > 0 and http.transport is not None:
        http.transport.close()
        raise ConnectionResetError("time was up within an answer")
    response = _failure(ctx, deadline.passed())
    if not http.content.is_eof():
        response.force_close()
    return response


def _is_itself(info: RequestInfo) -> bool:
    """Whether the namespace in the path is what is asked for.

    It must not be another one: ``/namespaces/x/namespaces/y`` is authorized by what the user may do in x.
    """
    return info.resource == "namespaces" and info.named and info.namespace == info.name


async def _to_the_end(ctx: Context, writing: Awaitable[web.StreamResponse]) -> web.StreamResponse:
    """Do a write to its end: a client that goes away must not leave it half done, nor free its seat before."""
    task = asyncio.ensure_future(writing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if (seat := ctx.seat) is not None:
            ctx.seat = None
            task.add_done_callback(lambda _: seat.close())
        raise
