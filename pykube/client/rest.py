"""The API as typed calls: one method per verb, for every kind that the scheme knows.

`resource` says where an object lives when its type does not: metadata or plain data of any kind, or a subresource of
another type than its parent (``Scale``).
"""

from __future__ import annotations

import enum
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import aiohttp
import msgspec

from pykube import errors
from pykube.aio.clock import Clock, SystemClock
from pykube.api import codec, meta_v1, scheme
from pykube.api.scheme import Resource

from .config import ClientConfig
from .lines import LineSplitter
from .metadata import ACCEPT, ACCEPT_LIST, PartialObjectMetadata
from .transport import TIMEOUT, Headers, Transport, unreachable

T = TypeVar("T")

PAGE = 500
"""Objects asked for at a time when a whole list is read; client-go's figure."""


class PatchKind(enum.Enum):
    """How a patch is to be read; the value is its content type."""

    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"
    STRATEGIC = "application/strategic-merge-patch+json"
    APPLY = "application/apply-patch+yaml"


class WatchType(enum.StrEnum):
    """What happened to the object; BOOKMARK: nothing, its resourceVersion is where the watch stands."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"


@dataclass(frozen=True, slots=True)
class WatchEvent(Generic[T]):
    """One change."""

    type: WatchType
    object: T


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list, or with `continue_` the first part of one."""

    items: list[T]
    resource_version: str
    """Watch from here to miss nothing."""
    continue_: str = ""


class _ListFrame(msgspec.Struct, gc=False):
    metadata: meta_v1.ListMeta
    items: list[msgspec.Raw] | None = None


class _WatchFrame(msgspec.Struct, gc=False):
    type: str
    object: msgspec.Raw


_list_frame = msgspec.json.Decoder(_ListFrame)
_watch_frame = msgspec.json.Decoder(_WatchFrame)


class Client:
    """A connection to one API server; use it in ``async with``.

    Every method raises the `errors.ApiError` that the server answered, `errors.ServiceUnavailable` where it does not
    answer, `errors.Timeout` where it takes too long.
    """

    def __init__(
        self, config: ClientConfig, clock: Clock | None = None, *, user_agent: str = "pykube", at_once: int = 0
    ) -> None:
        """Read the credentials; `at_once` limits the requests under way, streams not counted (0: any number).

        Raises:
            errors.ServiceUnavailable: they cannot be used.
        """
        self.config = config
        self._transport = Transport(config, clock or SystemClock(), user_agent, at_once)
        self.request = self._transport.request
        self.stream = self._transport.stream
        self.url = self._transport.url
        self.headers = self._transport.credentials.headers

    async def __aenter__(self) -> Client:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._transport.__aexit__(*exception)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The aiohttp session, for WebSockets and the like: pass it `url(path)` and `headers()`."""
        return self._transport.session

    async def get(
        self, cls: type[T], name: str, namespace: str = "", *, subresource: str = "", resource: Resource | None = None
    ) -> T:
        """One object."""
        path = _resource(cls, resource).path(namespace, name, subresource)
        _, _, data = await self.request("GET", path, headers=_accept(cls))
        return codec.decode(cls, data)

    async def list(
        self,
        cls: type[T],
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        continue_: str = "",
        resource_version: str = "",
        resource: Resource | None = None,
    ) -> Listing[T]:
        """All objects, read in pages; with `limit` only the one page that begins at `continue_`.

        Raises:
            errors.Expired: the list took so long that its history was compacted.
        """
        path = _resource(cls, resource).path(namespace)
        params = _params(
            labelSelector=label_selector,
            fieldSelector=field_selector,
            limit=str(limit or PAGE),
            resourceVersion=resource_version,
        )
        items: list[T] = []
        while True:
            page = {**params, "continue": continue_} if continue_ else params
            _, _, data = await self.request("GET", path, params=page, headers=_accept(cls, ACCEPT_LIST))
            frame = _list_frame.decode(data)
            items += [_decode(cls, item) for item in frame.items or ()]
            continue_ = frame.metadata.continue_
            if limit or not continue_:
                return Listing(items, frame.metadata.resource_version, continue_)
            params.pop("resourceVersion", None)  # the token carries it

    async def create(self, obj: T, *, subresource: str = "", resource: Resource | None = None) -> T:
        """Create `obj` in the namespace that it names; the answer is what the server made of it."""
        found, meta = _resource(type(obj), resource), _metadata(obj)
        name = meta.name if subresource else ""
        _, _, data = await self._send("POST", found.path(meta.namespace, name, subresource), obj)
        return codec.decode(type(obj), data)

    async def create_subresource(self, parent: type, name: str, namespace: str, subresource: str, body: T) -> T:
        """POST to a subresource: a Pod's ``binding`` or ``eviction``, a ServiceAccount's ``token``."""
        path = scheme.resource_of(parent).path(namespace, name, subresource)
        _, _, data = await self._send("POST", path, body)
        return codec.decode(type(body), data)

    async def update(self, obj: T, *, subresource: str = "", resource: Resource | None = None) -> T:
        """Replace the object; its resourceVersion, where set, must be the server's.

        Raises:
            errors.Conflict: it is not.
        """
        found, meta = _resource(type(obj), resource), _metadata(obj)
        _, _, data = await self._send("PUT", found.path(meta.namespace, meta.name, subresource), obj)
        return codec.decode(type(obj), data)

    async def patch(
        self,
        cls: type[T],
        name: str,
        namespace: str = "",
        *,
        body: Any,
        kind: PatchKind = PatchKind.MERGE,
        subresource: str = "",
        field_manager: str = "",
        force: bool = False,
        resource: Resource | None = None,
    ) -> T:
        """Change parts of an object; `body` is plain data, a struct or encoded bytes."""
        path = _resource(cls, resource).path(namespace, name, subresource)
        params = _params(fieldManager=field_manager, force="true" if force else "")
        _, _, data = await self._send("PATCH", path, body, params=params, content_type=kind.value)
        return codec.decode(cls, data)

    async def delete(
        self,
        cls: type,
        name: str,
        namespace: str = "",
        *,
        grace_period: int | None = None,
        propagation: str = "",
        uid: str = "",
        resource_version: str = "",
        resource: Resource | None = None,
    ) -> None:
        """Delete one object; with `uid` or `resource_version` only if it is that one.

        Raises:
            errors.NotFound: there is none.
            errors.Conflict: it is another one.
        """
        options = _delete_options(grace_period, propagation)
        if uid or resource_version:
            options.preconditions = meta_v1.Preconditions(uid=uid or None, resource_version=resource_version or None)
        await self._send("DELETE", _resource(cls, resource).path(namespace, name), options)

    async def delete_collection(
        self,
        cls: type,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        grace_period: int | None = None,
        propagation: str = "",
        resource: Resource | None = None,
    ) -> None:
        """Delete all objects that the selectors pick."""
        params = _params(labelSelector=label_selector, fieldSelector=field_selector)
        path = _resource(cls, resource).path(namespace)
        await self._send("DELETE", path, _delete_options(grace_period, propagation), params=params)

    async def watch(
        self,
        cls: type[T],
        namespace: str = "",
        *,
        resource_version: str = "",
        label_selector: str = "",
        field_selector: str = "",
        timeout: float | None = None,
        resource: Resource | None = None,
    ) -> AsyncGenerator[WatchEvent[T], None]:
        """Changes after `resource_version`, until the server ends the watch (after `timeout` seconds, if given).

        Close the iterator (``contextlib.aclosing``) to end it at once.

        Raises:
            errors.Expired: the server no longer has the history since `resource_version`: list again.
            errors.ServiceUnavailable: the connection broke.
        """
        params = _params(
            watch="true",
            allowWatchBookmarks="true",
            resourceVersion=resource_version,
            labelSelector=label_selector,
            fieldSelector=field_selector,
            timeoutSeconds=str(int(timeout)) if timeout else "",
        )
        path = _resource(cls, resource).path(namespace)
        async with self.stream("GET", path, params=params, headers=_accept(cls)) as response:
            splitter = LineSplitter()
            async for chunk in response.content.iter_any():
                for line in splitter.feed(chunk):
                    yield _event(cls, line)
            if splitter.unfinished:
                raise unreachable(self.config.server, EOFError("the watch broke off within an event"))

    async def _send(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> tuple[int, Headers, bytes]:
        data = body if isinstance(body, bytes) else codec.encode(body)
        headers = {"Content-Type": content_type}
        return await self.request(method, path, params=params, body=data, headers=headers, timeout=TIMEOUT)


def _resource(cls: type, resource: Resource | None) -> Resource:
    return resource if resource is not None else scheme.resource_of(cls)


def _metadata(obj: Any) -> meta_v1.ObjectMeta:
    """The metadata of a struct or of plain data."""
    if isinstance(obj, dict):
        return codec.from_dict(meta_v1.ObjectMeta, obj.get("metadata") or {})
    found: meta_v1.ObjectMeta = obj.metadata
    return found


def _accept(cls: type, metadata_only: str = ACCEPT) -> Headers | None:
    return {"Accept": metadata_only} if cls is PartialObjectMetadata else None


def _params(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _delete_options(grace_period: int | None, propagation: str) -> meta_v1.DeleteOptions:
    return meta_v1.DeleteOptions(
        api_version="v1",
        kind="DeleteOptions",
        grace_period_seconds=grace_period,
        propagation_policy=propagation or None,
    )


def _decode(cls: type[T], raw: msgspec.Raw) -> T:
    """From a part of an answer, without copying it first."""
    try:
        return codec.decoder(cls).decode(raw)
    except msgspec.ValidationError:
        return codec.decode(cls, bytes(raw))


def _event(cls: type[T], line: bytes) -> WatchEvent[T]:
    try:
        frame = _watch_frame.decode(line)
    except msgspec.MsgspecError as error:
        raise errors.InternalError(f"the server sent no watch event: {line[:200]!r}") from error
    if frame.type == "ERROR":
        status = msgspec.json.decode(frame.object)
        raise errors.from_status(status)
    return WatchEvent(WatchType(frame.type), _decode(cls, frame.object))
