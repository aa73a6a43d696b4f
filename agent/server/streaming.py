"""Exec, attach, port-forward and run: streams between a client of the node API and the runtime's streaming server.

The runtime serves the streams itself, over SPDY, at a URL of one use. A client that speaks SPDY is joined to it byte by
byte; so is the oldest kind of port-forward through a WebSocket, which runtimes know too. Commands through a WebSocket
are translated, since runtimes do not know the close signals of its version 5; and the SPDY tunnel inside a WebSocket,
which newer port-forward clients open, is unwrapped.

A handler is cancelled when its client leaves, at any await: the connection to the runtime is held by ``closing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from http import HTTPStatus

from aiohttp import web

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.errors import CriError, NotFound
from agent.server.directory import ContainerRef, PodDirectory
from agent.server.hijack import hijack, release
from agent.server.websocket import is_websocket, offered_protocols, open_socket
from agent.streams.portforward import SPDY_PROTOCOL, TUNNEL_PROTOCOL, tunnel
from agent.streams.remotecommand import SPDY_PROTOCOLS, StreamOptions, translate
from agent.streams.splice import splice
from agent.streams.upgrade import PROTOCOL_HEADER, UpgradeRefused, spdy_upgrade, upgrade
from agent.streams.websocket_channels import PROTOCOLS, negotiate
from pykube.api.core_v1 import Pod

_FORWARDED = ("Connection", "Upgrade", "Origin", PROTOCOL_HEADER)


class StreamHandlers:
    """The handlers of the routes that upgrade."""

    def __init__(self, cri: CriClient, pods: PodDirectory) -> None:
        self._cri = cri
        self._pods = pods

    def routes(self) -> list[web.RouteDef]:
        """The routes, with and without a pod's uid, for both methods that clients use."""
        routes = []
        for method in ("GET", "POST"):
            for uid in ("", "/{uid}"):
                routes += [
                    web.route(method, f"/exec/{{namespace}}/{{pod}}{uid}/{{container}}", self.exec),
                    web.route(method, f"/attach/{{namespace}}/{{pod}}{uid}/{{container}}", self.attach),
                    web.route(method, f"/portForward/{{namespace}}/{{pod}}{uid}", self.port_forward),
                ]
        routes.append(web.post("/run/{namespace}/{pod}/{container}", self.run))
        routes.append(web.post("/run/{namespace}/{pod}/{uid}/{container}", self.run))
        return routes

    async def exec(self, request: web.Request) -> web.StreamResponse:
        """Run a command and stream to it."""
        options = stream_options(request)
        container = await self._container(request)
        url = await self._cri.exec(
            pb.ExecRequest(
                container_id=container.id,
                cmd=request.query.getall("command", []),
                tty=options.tty,
                stdin=options.stdin,
                stdout=options.stdout,
                stderr=options.stderr,
            )
        )
        return await self._remote_command(request, url, options)

    async def attach(self, request: web.Request) -> web.StreamResponse:
        """Stream to the container's main process."""
        options = stream_options(request)
        container = await self._container(request)
        url = await self._cri.attach(
            pb.AttachRequest(
                container_id=container.id,
                tty=container.tty,
                stdin=options.stdin,
                stdout=options.stdout,
                stderr=options.stderr and not container.tty,
            )
        )
        return await self._remote_command(request, url, options)

    async def port_forward(self, request: web.Request) -> web.StreamResponse:
        """Stream to ports of the pod."""
        ports = forwarded_ports(request)
        pod = self._pod(request)
        sandbox = await self._pods.sandbox_id(pod)
        if sandbox is None:
            raise web.HTTPNotFound(text="pod not found")
        url = await self._cri.port_forward(sandbox, ports)
        if is_websocket(request) and TUNNEL_PROTOCOL in offered_protocols(request):
            runtime = await spdy_upgrade(url, (SPDY_PROTOCOL,))
            with closing(runtime.writer):
                response, socket = await open_socket(request, TUNNEL_PROTOCOL)
                await tunnel(socket, runtime)
            return response
        return await self._join(request, url)

    async def run(self, request: web.Request) -> web.Response:
        """Run a command to its end and return its output."""
        container = await self._container(request)
        stdout, stderr, code = await self._cri.exec_sync(container.id, request.query.get("cmd", "").split(" "))
        if code:
            said = (stdout + stderr).decode(errors="replace")
            text = f"command '{request.query.get('cmd', '')}' exited with {code}: {said}"
            raise web.HTTPInternalServerError(text=text)
        return web.Response(body=stdout + stderr, content_type="application/json")

    async def _remote_command(self, request: web.Request, url: str, options: StreamOptions) -> web.StreamResponse:
        if not is_websocket(request):
            return await self._join(request, url)
        protocol = negotiate(offered_protocols(request))
        if protocol is None:
            raise web.HTTPBadRequest(text=f"unable to negotiate protocol: supported protocols are {sorted(PROTOCOLS)}")
        runtime = await spdy_upgrade(url, SPDY_PROTOCOLS)
        with closing(runtime.writer):
            response, socket = await open_socket(request, protocol.name)
            await translate(socket, protocol, options, runtime)
        return response

    async def _join(self, request: web.Request, url: str) -> web.StreamResponse:
        """Repeat the client's upgrade to `url`, and copy bytes both ways."""
        if "upgrade" not in request.headers.get("Connection", "").lower():
            raise web.HTTPBadRequest(text="Upgrade request required")
        headers = [
            (name, value)
            for name, value in request.headers.items()
            if name in _FORWARDED or name.title().startswith(("Sec-Websocket-", "X-Stream-"))
        ]
        runtime = await upgrade(request.method, url, headers)
        with closing(runtime.writer):
            client = hijack(request, [(name.title(), value) for name, value in runtime.headers.items()])
            await splice(client, (runtime.reader, runtime.writer))
        return release(request)

    def _pod(self, request: web.Request) -> Pod:
        names = request.match_info
        pod = self._pods.pod(names["namespace"], names["pod"], names.get("uid", ""))
        if pod is None:
            raise web.HTTPNotFound(text="pod does not exist")
        return pod

    async def _container(self, request: web.Request) -> ContainerRef:
        name = request.match_info["container"]
        container = await self._pods.container(self._pod(request), name)
        if container is None:
            raise web.HTTPNotFound(text=f'container not found ("{name}")')
        return container


def stream_options(request: web.Request) -> StreamOptions:
    """Which streams the query asks for.

    Raises:
        web.HTTPBadRequest: none of them.
    """
    query = request.query
    tty = query.get("tty") in ("1", "true")
    options = StreamOptions(
        stdin=query.get("input", query.get("stdin")) in ("1", "true"),
        stdout=query.get("output", query.get("stdout")) in ("1", "true"),
        # A terminal has one output only.
        stderr=query.get("error", query.get("stderr")) in ("1", "true") and not tty,
        tty=tty,
    )
    if not (options.stdin or options.stdout or options.stderr):
        raise web.HTTPBadRequest(text="you must specify at least 1 of stdin, stdout, stderr")
    return options


def forwarded_ports(request: web.Request) -> Sequence[int]:
    """Ports of the query; those protocols that name them in the stream's headers have none here.

    Raises:
        web.HTTPBadRequest: a WebSocket request without ports, or with something else than ports.
    """
    ports = []
    for text in (part for value in request.query.getall("port", []) for part in value.split(",")):
        if not text.isdecimal() or int(text) > 65535:
            raise web.HTTPBadRequest(text=f'unable to parse "{text}" as a port')
        if int(text) < 1:
            raise web.HTTPBadRequest(text=f'port "{text}" must be > 0')
        ports.append(int(text))
    if not ports and is_websocket(request) and TUNNEL_PROTOCOL not in offered_protocols(request):
        raise web.HTTPBadRequest(text='query parameter "port" is required')
    return ports


def stream_error(error: Exception) -> web.Response | None:
    """The answer for what the runtime said instead of a stream; None for errors of another kind."""
    if isinstance(error, NotFound):
        return web.Response(status=HTTPStatus.NOT_FOUND, text=error.message)
    if isinstance(error, CriError):
        return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text=error.message)
    if isinstance(error, UpgradeRefused):
        return web.Response(status=error.status if error.status >= 400 else HTTPStatus.BAD_GATEWAY, text=error.message)
    return None
