"""The record of one request, from its arrival to its end."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web

from .. import deadline
from ..authn.user import User
from ..request import Context, HttpRequest, RequestInfo
from .bodies import Body, request_body, response_body
from .event import Event
from .policy import Level, Stage, Verdict

MAX_USER_AGENT = 1024
"""Characters of a User-Agent that are kept; upstream's number."""

AUDIT_ID = "Audit-Id"

Record = Callable[[Event], Awaitable[bool]]
"""Hands an event to whoever is to have it; whether it was taken."""


class Trail:
    """Makes the events of one request; `judged` begins it, `complete` or `abandon` ends it."""

    __slots__ = ("_ctx", "_error", "_lasting", "_record", "_seen", "_started", "_user", "_verdict", "received")

    def __init__(self, ctx: Context, received: datetime, record: Record) -> None:
        self._ctx = ctx
        self._record = record
        self.received = received
        self._verdict: Verdict | None = None
        self._user: User | None = None
        self._seen: RequestInfo = ctx.info
        self._lasting = False
        self._started = 0
        self._error = ""

    @property
    def begun(self) -> bool:
        """Whether it is known who asks, and with that what is recorded."""
        return self._verdict is not None

    async def judged(self, verdict: Verdict, user: User | None) -> bool:
        """It is known what is recorded; whether the arrival is, where that is asked for."""
        self._verdict = verdict
        self._user = user
        if verdict.level is Level.NONE:
            return True
        self._lasting = deadline.is_lasting(self._seen)
        if self._lasting:
            self._ctx.http.on_answer = self.started
        return await self._event(Stage.RECEIVED)

    def panicked(self, error: BaseException) -> None:
        """The server has failed over the request."""
        self._error = f"APIServer panic'd: {error}"

    async def started(self, response: web.StreamResponse) -> None:
        """The answer to a request that lasts is about to be sent; later calls mean nothing."""
        if not self._started:
            self._started = response.status
            await self._event(Stage.STARTED, code=response.status, answered=self._answered(response))

    async def complete(self, response: web.StreamResponse) -> None:
        """The answer is made."""
        if self._verdict is None or self._verdict.level is Level.NONE:
            return
        if self._lasting:
            await self.started(response)
        stage = Stage.PANIC if self._error else Stage.COMPLETE
        await self._event(
            stage,
            code=response.status,
            message=self._error,
            asked=await self._asked(),
            answered=self._answered(response),
        )

    async def refused(self, verdict: Verdict, response: web.StreamResponse) -> None:
        """Nobody knows who asked: that, and by which credential it was tried."""
        self._verdict = verdict
        if verdict.level is not Level.NONE:
            await self._event(Stage.STARTED, code=response.status, message=attempted(self._ctx.http))

    def abandoned(self) -> Event | None:
        """The last event of a request whose client has gone away; it cannot be waited for."""
        if self._verdict is None or self._verdict.level is Level.NONE:
            return None
        early = "" if self._started else "Connection closed early"
        return self._made(Stage.COMPLETE, code=self._started or 200, message=early)

    async def _asked(self) -> Body | None:
        assert self._verdict is not None
        if not self._seen.is_resource or self._seen.method in ("GET", "HEAD"):
            return None
        return await request_body(self._ctx.http, without_managed_fields=self._verdict.omit_managed_fields)

    def _answered(self, response: web.StreamResponse) -> Body | None:
        assert self._verdict is not None
        whole = self._verdict.level is Level.REQUEST_RESPONSE and self._seen.is_resource
        return response_body(response, whole=whole, without_managed_fields=self._verdict.omit_managed_fields)

    async def _event(
        self,
        stage: Stage,
        *,
        code: int = 0,
        message: str = "",
        asked: Body | None = None,
        answered: Body | None = None,
    ) -> bool:
        event = self._made(stage, code=code, message=message, asked=asked, answered=answered)
        return event is None or await self._record(event)

    def _made(
        self,
        stage: Stage,
        *,
        code: int,
        message: str = "",
        asked: Body | None = None,
        answered: Body | None = None,
    ) -> Event | None:
        """The event of a stage; None where the policy leaves that stage out."""
        verdict, ctx, info = self._verdict, self._ctx, self._seen
        assert verdict is not None
        if stage.value in verdict.omitted:
            return None
        acting = ctx.user if self._user is not None and ctx.user is not self._user else None
        return Event(
            level=verdict.level,
            audit_id=ctx.headers.get(AUDIT_ID, ""),
            stage=stage,
            request_uri=ctx.http.raw_path,
            verb=info.verb,
            user=self._user,
            impersonated=acting,
            source_ips=source_ips(ctx.http),
            user_agent=_user_agent(ctx.http),
            reference=reference(info),
            asked=asked,
            answered=answered,
            code=code,
            message=message,
            received=self.received,
            at=self.received if stage is Stage.RECEIVED else ctx.registry.clock.now(),
            annotations=dict(ctx.audit),
        )


def reference(info: RequestInfo) -> Mapping[str, str] | None:
    """What a resource request is about, as far as its path says."""
    if not info.is_resource:
        return None
    found = {
        "resource": info.resource,
        "namespace": info.namespace,
        "name": info.name,
        "apiGroup": info.group,
        "apiVersion": info.version,
        "subresource": info.subresource,
    }
    return {name: value for name, value in found.items() if value}


def source_ips(http: HttpRequest) -> list[str]:
    """Where a request comes from, the farthest first: what proxies say, then who is connected.

    All but the last can be chosen freely by the client.
    """
    found = [one for part in http.headers.get("X-Forwarded-For", "").split(",") if (one := _address(part))]
    real = _address(http.headers.get("X-Real-Ip", ""))
    if real and real not in found:
        found.append(real)
    peer = _address(http.remote or "")
    if peer and (not found or found[-1] != peer):
        found.append(peer)
    return found


@functools.lru_cache(maxsize=1024)
def _address(text: str) -> str:
    """An IP address in its usual form, or nothing."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""


def _user_agent(http: HttpRequest) -> str:
    found = http.headers.get("User-Agent", "")
    return found if len(found) <= MAX_USER_AGENT else f"{found[:MAX_USER_AGENT]}...TRUNCATED"


def attempted(http: HttpRequest) -> str:
    """By which kinds of credential somebody has tried to get in."""
    scheme, _, credential = http.headers.get("Authorization", "").strip().partition(" ")
    tried = []
    if credential and scheme.lower() in ("basic", "bearer"):
        tried.append(scheme.lower())
    transport = http.transport
    if transport is not None and (tls := transport.get_extra_info("ssl_object")) and tls.getpeercert(binary_form=True):
        tried.append("x509")
    if not tried:
        return "Authentication failed, no credentials provided"
    return f"Authentication failed, attempted: {', '.join(tried)}"
