"""The subresources that lead through the API server to agents, pods and services."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from pykube.api import core_v1
from pykube.errors import ApiError, BadRequest, InternalError

from .. import pipeline
from ..authz.authorizer import Authorizer, attributes_of, forbidden
from ..write import Operation, Write
from . import backends, log_socket, options, pods
from .headers import asks_upgrade
from .nodes import agent_target, unverified_tls
from .reverse_proxy import forward
from .target import Pairs, Target, path_of
from .upgrade import DIAL_SECONDS, MAX_REFUSAL, dial_error, forward_upgrade

if TYPE_CHECKING:
    from pykube.api.scheme import Resource

    from ..request import Context, Query

    Verb = Callable[[Context, Resource], Awaitable[web.StreamResponse]]


class Streams:
    """Passes requests on; `tls` is how agents are spoken to. Close it at the end."""

    def __init__(self, tls: ssl.SSLContext, authorizer: Authorizer | None = None) -> None:
        self._tls = tls
        self._authorizer = authorizer
        self._unverified = unverified_tls()
        self._session: aiohttp.ClientSession | None = None

    @property
    def verbs(self) -> Mapping[tuple[str, str, str], Verb]:
        """What answers which subresource."""
        return {
            ("", "pods", "log"): self.log,
            ("", "pods", "exec"): self.exec,
            ("", "pods", "attach"): self.attach,
            ("", "pods", "portforward"): self.port_forward,
            ("", "pods", "proxy"): self.pod_proxy,
            ("", "services", "proxy"): self.service_proxy,
            ("", "nodes", "proxy"): self.node_proxy,
        }

    def renew(self, certificate: Path, key: Path) -> None:
        """Show a newer client certificate on new connections to agents."""
        self._tls.load_cert_chain(certificate, key)

    async def close(self) -> None:
        """End idle connections to backends."""
        if self._session is not None:
            await self._session.close()

    async def log(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """A container's log, as the agent gives it; follows until either side ends."""
        query = pods.log_query(ctx.info.query, ctx.info.name)
        pod = _pod(ctx)
        container = pods.chosen_container(pod, ctx.info.query.get("container", ""))
        if not pod.spec.node_name:
            return web.Response(content_type="text/plain")
        path = path_of("containerLogs", pod.metadata.namespace, pod.metadata.name, container, query=query)
        tls = self._unverified if ctx.info.flag("insecureSkipTLSVerifyBackend") else self._tls
        return await self._stream_log(ctx, agent_target(ctx.registry, pod.spec.node_name, path, tls))

    async def _stream_log(self, ctx: Context, target: Target) -> web.StreamResponse:
        timeout = aiohttp.ClientTimeout(total=None, connect=DIAL_SECONDS)
        try:
            answer = await self._client().get(target.url, ssl=target.tls or False, timeout=timeout)
        except aiohttp.ClientConnectorError as error:
            raise dial_error(target, error.os_error) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise InternalError(f"error reading the log: {error}") from error
        async with answer:
            if answer.status != 200:
                raise _refused(answer.status, await answer.content.read(MAX_REFUSAL))
            if asks_upgrade(ctx.http.headers):
                return await log_socket.send(ctx.http, answer.content.iter_any())
            response = web.StreamResponse(headers={"Content-Type": "text/plain"})
            await response.prepare(ctx.http)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
        return response

    async def exec(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """Run a command in a container."""
        return await self._connect(ctx, resource, "exec", pods.exec_query)

    async def attach(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """Join a container's main process."""
        return await self._connect(ctx, resource, "attach", pods.attach_query)

    async def port_forward(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """Reach a pod's ports."""
        return await self._connect(ctx, resource, "portForward", pods.port_forward_query)

    async def _connect(
        self, ctx: Context, resource: Resource, kind: str, backend_query: Callable[[Query], Pairs]
    ) -> web.StreamResponse:
        await self._check_create(ctx)
        query = await _admitted(ctx, resource)
        pod = _pod(ctx)
        segments = [kind, pod.metadata.namespace, pod.metadata.name]
        if kind != "portForward":
            segments.append(pods.chosen_container(pod, query.get("container", "")))
        if not pod.spec.node_name:
            raise BadRequest(f"pod {pod.metadata.name} does not have a host assigned")
        path = path_of(*segments, query=backend_query(query))
        return await forward_upgrade(ctx.http, agent_target(ctx.registry, pod.spec.node_name, path, self._tls))

    async def _check_create(self, ctx: Context) -> None:
        """WebSockets begin with a GET; whoever may only read a pod must not get into it that way."""
        if self._authorizer is None or ctx.info.verb == "create":
            return
        asked = replace(attributes_of(ctx.info, ctx.user), verb="create")
        decision = await self._authorizer.authorize(asked)
        if not decision.allowed:
            raise forbidden(asked, decision.reason)

    async def pod_proxy(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """Speak HTTP to a pod."""
        await _admitted(ctx, resource)
        return await self._proxy_to(ctx, backends.pod_address(ctx.registry, ctx.info.namespace, ctx.info.name))

    async def service_proxy(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """Speak HTTP to one of a service's pods."""
        await _admitted(ctx, resource)
        return await self._proxy_to(ctx, backends.service_address(ctx.registry, ctx.info.namespace, ctx.info.name))

    async def node_proxy(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """Speak HTTP to a node's agent, or to another port of the node."""
        await _admitted(ctx, resource)
        wanted = backends.parse("node", ctx.info.name)
        agent = agent_target(ctx.registry, wanted.name, "/", self._tls)
        if wanted.port and wanted.port != str(agent.port):
            if not wanted.port.isdigit():
                raise BadRequest(f'invalid node request "{ctx.info.name}"')
            return await self._proxy_to(ctx, backends.Address(agent.host, int(wanted.port), wanted.scheme == "https"))
        return await self._proxy(ctx, agent)

    async def _proxy_to(self, ctx: Context, address: backends.Address) -> web.StreamResponse:
        tls = self._unverified if address.https else None
        return await self._proxy(ctx, Target(address.host, address.port, "/", tls))

    async def _proxy(self, ctx: Context, target: Target) -> web.StreamResponse:
        prefix, rest, query = split_proxy_path(ctx.http.raw_path, namespaced=bool(ctx.info.namespace))
        if not rest and ctx.http.method in ("GET", "HEAD"):
            return web.Response(status=301, headers={"Location": f"{prefix}/{query}"})
        target = replace(target, path=f"{rest or '/'}{query}")
        if asks_upgrade(ctx.http.headers):
            return await forward_upgrade(ctx.http, target)
        return await forward(self._client(), ctx.http, target, prefix=prefix)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
            )
        return self._session


async def _admitted(ctx: Context, resource: Resource) -> Query:
    """The query, after admission has agreed to the connection and perhaps changed what is asked for.

    Raises:
        ApiError: admission does not agree.
    """
    info = ctx.info
    kind = options.kind_of(resource.plural, info.subresource)
    asked = options.options_of(kind, info.query, "/".join(info.rest))
    write = Write(
        Operation.CONNECT,
        resource,
        info.namespace if resource.namespaced else "",
        info.name,
        ctx.registry,
        user=ctx.user,
        subresource=info.subresource,
        object=asked,
        warnings=ctx.warnings,
        shown=kind,
        audit=ctx.audit,
    )
    await pipeline.run(pipeline.ASK, write)
    pipeline.release(write)
    return info.query if write.object is asked else options.query_of(write.object)


def split_proxy_path(raw_path: str, *, namespaced: bool) -> tuple[str, str, str]:
    """The path up to ``/proxy``, what follows it (``/a/b`` or nothing), and the query with its ``?``, all encoded."""
    path, mark, query = raw_path.partition("?")
    segments = path.split("/")
    end = 8 if namespaced else 6
    rest = "/".join(segments[end:])
    return "/".join(segments[:end]), f"/{rest}" if len(segments) > end else "", f"{mark}{query}"


def _pod(ctx: Context) -> core_v1.Pod:
    return ctx.registry.get(core_v1.Pod, ctx.info.name, ctx.info.namespace)


def _refused(status: int, body: bytes) -> ApiError:
    """The agent's refusal of a log as the API words it."""
    text = body.decode("utf-8", "replace").strip()
    if status == 400:
        return BadRequest(text)
    if status == 500:
        return InternalError(f"Internal error occurred: {text}")
    return ApiError(text or "the agent refused the request", code=status)
