"""The node API: HTTPS on port 10250, for the API server and for those it vouches for."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from agent.cri.client import CriClient
from agent.server.container_logs import ContainerLogs
from agent.server.directory import PodDirectory
from agent.server.identity import Authentication, Reviewer
from agent.server.node_info import NodeInfo
from agent.server.permission import Authorization
from agent.server.streaming import StreamHandlers, stream_error
from pykube.aio.clock import Clock
from pykube.config import AgentConfig
from pykube.errors import ApiError

log = logging.getLogger(__name__)

RELOAD_SECONDS = 60.0
"""How often the certificate files are looked at."""
SHUTDOWN_SECONDS = 2.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class ServingFiles:
    """PEM files: what the node shows, and the CA whose client certificates it trusts."""

    certificate: Path
    key: Path
    client_ca: Path

    def stamps(self) -> tuple[float, ...]:
        """When each was last written."""
        return tuple(path.stat().st_mtime for path in (self.certificate, self.key, self.client_ca))

    def load_into(self, context: ssl.SSLContext) -> None:
        """Use the files for connections from now on."""
        context.load_cert_chain(self.certificate, self.key)
        context.load_verify_locations(self.client_ca)

    def context(self) -> ssl.SSLContext:
        """A server's context: a client certificate is asked for, and checked where one is shown."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_OPTIONAL
        self.load_into(context)
        return context


class NodeServer:
    """The node API of one agent."""

    def __init__(
        self,
        config: AgentConfig,
        cri: CriClient,
        pods: PodDirectory,
        reviewer: Reviewer,
        clock: Clock,
        *,
        node_name: str,
        files: ServingFiles,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._files = files
        self._authentication = Authentication(reviewer, clock)
        self._authorization = Authorization(reviewer, node_name, clock)
        self._streams = StreamHandlers(cri, pods)
        self._logs = ContainerLogs(pods, clock)
        self._info = NodeInfo(
            cri, pods, clock, node_name=node_name, state_dir=config.state_dir, settings=settings or {}
        )
        self.port = config.port
        """The port listened on; the one given by the system where the settings say 0."""

    async def run(self, *, ready: asyncio.Event | None = None) -> None:
        """Serve until cancelled; `ready` is set when connections are accepted.

        Raises:
            OSError: the port is taken, or a certificate file is missing.
        """
        context = self._files.context()
        # A client that leaves must end its handler: one that follows a quiet log would wait forever.
        runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, handler_cancellation=True
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._config.bind_address, self._config.port, ssl_context=context)
            await site.start()
            self.port = runner.addresses[0][1]
            log.info("node API listening on %s:%d", self._config.bind_address, self.port)
            if ready is not None:
                ready.set()
            await self._reload(context)
        finally:
            await runner.cleanup()

    async def _reload(self, context: ssl.SSLContext) -> None:
        """Take up renewed certificates, without a restart; returns never."""
        stamps = self._files.stamps()
        while True:
            await self._clock.sleep(RELOAD_SECONDS)
            try:
                found = self._files.stamps()
                if found != stamps:
                    self._files.load_into(context)
                    stamps = found
                    log.info("took up a renewed serving certificate")
            except OSError as error:
                # Half-written, or gone for a moment: the old one serves on.
                log.warning("cannot read the serving certificate: %s", error)

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        for part in (self._streams, self._logs, self._info):
            application.add_routes(part.routes())
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Who and whether, before anything else; and no error leaves as a page of HTML."""
        try:
            caller = await self._authentication.caller(request)
            await self._authorization.check(caller, request.method, request.path)
            return await handler(request)
        except ApiError as error:
            return web.Response(status=error.code, text=error.message)
        except web.HTTPException:
            raise
        except Exception as error:
            if (answer := stream_error(error)) is not None:
                return answer
            raise
