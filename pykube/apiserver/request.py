"""What a request asks for, read from its method, path and query, and what travels with it through the stages.

The path grammar is that of k8s.io/apiserver's request info: ``/api/v1/...`` and ``/apis/<group>/<version>/...`` name
resources, everything else is a non-resource path. The path is split by hand, as every request pays for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader
from multidict import MultiDict, MultiDictProxy

from pykube.errors import BadRequest, RequestEntityTooLarge, Timeout

if TYPE_CHECKING:
    from pykube.api.scheme import Resource

    from .audit.trail import Trail
    from .authn.user import User
    from .flowcontrol import Seat
    from .registry import Registry


class HttpRequest(web.BaseRequest):
    """The HTTP request as the low-level server hands it over: no router, no middleware, no application."""

    local_user: User | None = None
    """Who it is from, where the way it came says so: a socket that only one can open."""

    answer_headers: Mapping[str, str] = MappingProxyType({})
    """What every answer to it carries, whoever makes it."""

    on_answer: Callable[[web.StreamResponse], Awaitable[None]] | None = None
    """Told when an answer is about to be sent."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        """Called by aiohttp when headers are about to be sent. It names itself in them, which is nobody's business."""
        response.headers.popall("Server", None)
        response.headers.update(self.answer_headers)
        if self.on_answer is not None:
            await self.on_answer(response)


def http_request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> HttpRequest:
    """A request that takes bodies as large as the API does."""
    return HttpRequest(message, payload, protocol, writer, task, task.get_loop(), client_max_size=MAX_BODY)


Query = MultiDictProxy[str]
"""Query parameters; one name may come several times (``command=``)."""

MAX_BODY = 3 * 1024 * 1024
"""Bytes that a request's body may have; upstream's limit."""

_TOO_LARGE = f"Request entity too large: limit is {MAX_BODY}"

BODY_SECONDS = 60.0
"""Seconds that a body may take to come; upstream's limit for a request."""

NO_QUERY: Query = MultiDictProxy(MultiDict())

VERB_OF_METHOD: Mapping[str, str] = {
    "GET": "get",
    "HEAD": "get",
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}

NAMESPACE_SUBRESOURCES = frozenset({"status", "finalize"})
"""What stands behind ``/namespaces/<name>/`` and is no resource of its own."""


@dataclass(slots=True)
class RequestInfo:
    """One request, understood.

    For a resource request `path` is the whole decoded path, `verb` one of get, list, watch, create, update, patch,
    delete, deletecollection; `rest` holds what follows the subresource (``/pods/x/proxy/a/b`` gives ``("a", "b")``).
    For any other path `verb` is the method in lower case. `name` is also set on list, watch and deletecollection when
    a field selector pins ``metadata.name``, so that authorization by name covers them, as upstream has it;
    `named` tells whether the name stood in the path.
    """

    method: str
    path: str
    verb: str
    is_resource: bool = False
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    rest: tuple[str, ...] = ()
    query: Query = field(default_factory=lambda: NO_QUERY)
    named: bool = False

    @property
    def api_version(self) -> str:
        """``v1`` or ``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def flag(self, name: str) -> bool:
        """Whether a boolean query parameter is set; as in Go, an empty value counts as true, junk as false."""
        value = self.query.get(name)
        return value is not None and value.lower() in ("", "1", "t", "true")


Permit = Callable[[str], Awaitable[None]]


@dataclass(slots=True)
class Context:
    """One request on its way through the stages.

    `user` is the anonymous one until authentication has run. `warnings` become ``Warning: 299`` headers of the answer.
    `resource` is what the path names, None for non-resource paths. `registry` reaches every object of the cluster.
    `headers` are headers of the answer, whoever makes it. `audit` collects annotations for the audit log. `permit` asks
    whether the user may do something else as well to the same object, named by its verb, and raises Forbidden when not;
    None where nobody is asked. `seat` is the place that the request has in the server by flow control; None where there
    is none, or the request needs none. `events_sent` counts what a watch has sent, once it is over. `trail` records the
    request; None where nothing is recorded.
    """

    info: RequestInfo
    http: HttpRequest
    registry: Registry
    user: User
    resource: Resource | None = None
    warnings: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    audit: dict[str, str] = field(default_factory=dict)
    permit: Permit | None = None
    seat: Seat | None = None
    events_sent: int = 0
    trail: Trail | None = None

    async def body(self) -> bytes:
        """The request's body.

        Raises:
            RequestEntityTooLarge: it is larger than the server takes.
            BadRequest: it ends too early, or is not encoded as its headers say.
            Timeout: it does not come.
        """
        http = self.http
        if (http.content_length or 0) > MAX_BODY:
            raise RequestEntityTooLarge(_TOO_LARGE)
        try:
            if http.content.is_eof():
                return await http.read()
            if http.headers.get("Expect", "").lower() == "100-continue":
                await http.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                http.writer.output_size = 0
            async with asyncio.timeout(BODY_SECONDS):
                return await http.read()
        except web.HTTPRequestEntityTooLarge as error:
            raise RequestEntityTooLarge(_TOO_LARGE) from error
        except (web.RequestPayloadError, HttpProcessingError) as error:
            raise BadRequest(f"the body cannot be read: {error}") from error
        except TimeoutError as error:
            raise Timeout("Timeout: the body did not come within the time that a request has") from error


Handler = Callable[[Context], Awaitable[web.StreamResponse]]
"""Answers a request; raises errors.ApiError for every answer that is a failure."""

Stage = Callable[[Context], Awaitable[None]]
"""One step before the answer: changes the context, or raises errors.ApiError."""


def parse_query(text: str) -> Query:
    """The parameters of a raw query string."""
    if not text:
        return NO_QUERY
    return MultiDictProxy(MultiDict(parse_qsl(text, keep_blank_values=True)))


def parse(method: str, target: str) -> RequestInfo:
    """Understand a request line: `target` is the raw path with its query, still percent-encoded.

    As upstream does, the path is decoded before it is split: ``%2F`` separates like any slash, so that no name ever has
    one in it. Nothing is tidied up: between two slashes is an empty name, and ``..`` is a name like others.
    """
    raw_path, _, raw_query = target.partition("?")
    query = parse_query(raw_query)
    path = unquote(raw_path) if "%" in raw_path else raw_path
    parts = path.strip("/").split("/")
    if len(parts) >= 3 and parts[0] == "api":
        return _resource(method, path, query, "", parts[1], parts[2:])
    if len(parts) >= 4 and parts[0] == "apis":
        return _resource(method, path, query, parts[1], parts[2], parts[3:])
    return RequestInfo(method, path, method.lower(), query=query)


def _resource(method: str, path: str, query: Query, group: str, version: str, parts: list[str]) -> RequestInfo:
    """The request info behind ``/api/<version>/`` or ``/apis/<group>/<version>/``."""
    info = RequestInfo(method, path, VERB_OF_METHOD.get(method, method.lower()), True, group, version, query=query)
    watching = parts[0] == "watch" and len(parts) > 1
    if watching:
        parts = parts[1:]
    if parts[0] == "namespaces" and len(parts) > 1:
        info.namespace = parts[1]
        if len(parts) > 2 and parts[2] not in NAMESPACE_SUBRESOURCES:
            parts = parts[2:]
    info.resource = parts[0]
    if len(parts) > 1:
        info.name = parts[1]
        info.named = True
    if len(parts) > 2:
        info.subresource = parts[2]
        info.rest = tuple(parts[3:])
    if watching:
        info.verb = "watch"
    elif not info.named:
        _widen_verb(info)
    elif info.verb == "get" and not info.subresource and query and info.flag("watch"):
        info.verb = "watch"
    return info


def _widen_verb(info: RequestInfo) -> None:
    """A request without a name is about the collection."""
    if info.verb == "get":
        info.verb = "watch" if info.query and info.flag("watch") else "list"
    elif info.verb == "delete":
        info.verb = "deletecollection"
    if info.verb in ("list", "watch", "deletecollection") and info.query:
        info.name = _pinned_name(info.query.get("fieldSelector", ""))


def _pinned_name(field_selector: str) -> str:
    """The name that ``metadata.name=x`` in a field selector fixes, or ""."""
    for requirement in field_selector.split(","):
        key, _, value = requirement.partition("=")
        if key == "metadata.name":
            return value.removeprefix("=")
    return ""
