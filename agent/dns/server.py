"""Answers names on this node: those of the cluster from what the API says, all others by asking the host's servers.

The address that pods ask (10.43.0.10) belongs to every node at once, on ``lo``: a question never leaves its node. What
the zone answers is ready before it is asked, so that the common case is a look-up and one packet.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from agent.network import links
from pykube.aio.clock import Clock, SystemClock
from pykube.api.core_v1 import Service
from pykube.api.discovery_v1 import EndpointSlice
from pykube.client.informer import Informer, InformerSet
from pykube.config import AgentConfig

from .forward import Forwarder
from .records import service_records
from .resolv_conf import Upstreams
from .wire import (
    CNAME,
    FORMERR,
    IN,
    NOERROR,
    NOTIMP,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    FormatError,
    Query,
    answer_records,
    cut,
    error_response,
    parse_query,
    response,
)
from .zone import Answer, Zone

log = logging.getLogger(__name__)

PORT = 53
_SERVICE_LABEL = "kubernetes.io/service-name"
_INDEX = "dns-service"
_TCP_IDLE = 10.0
"""Seconds after which a client that asks nothing more over TCP is hung up on."""
_QUEUE_BYTES = 4 * 2**20
"""Receive buffer of the UDP socket: questions wait here while the process does something else."""
_MOST_WAITING = 1000
"""Questions that may wait for other servers at one time; more are refused at once instead of filling the memory."""


class DnsServer:
    """Serves the cluster's zone and forwards the rest, over UDP and TCP."""

    def __init__(
        self,
        informers: InformerSet,
        config: AgentConfig,
        *,
        clock: Clock | None = None,
        forwarder: Forwarder | None = None,
        port: int = PORT,
    ) -> None:
        network = config.network
        self._address = network.dns_ip
        self._port = port
        self._domain = network.cluster_domain
        upstreams = Upstreams(excluded=(network.dns_ip,))
        self._forwarder = forwarder or Forwarder(upstreams.refresh, clock or SystemClock())
        self.zone = Zone(network.cluster_domain, network.dns_ip, (network.pod_cidr, network.service_cidr))
        self._services: Informer[Service] = informers.informer(Service)
        self._slices: Informer[EndpointSlice] = informers.informer(EndpointSlice)
        self._slices.add_index(_INDEX, _service_keys)
        self._waiting: set[asyncio.Task[None]] = set()
        self._turn = 0
        self.complete = False
        """Whether the zone holds all that the API server has; until then a missing name may yet come."""
        self.listening = asyncio.Event()
        """Set while questions are answered."""
        self._services.add_handler(
            on_add=self._service_changed, on_update=lambda _, new: self._service_changed(new), on_delete=self._gone
        )
        self._slices.add_handler(
            on_add=self._slice_changed, on_update=self._slice_updated, on_delete=self._slice_changed
        )

    async def run(self) -> None:
        """Serve until cancelled, also while the API server cannot be reached.

        Raises:
            OSError: the address or the port cannot be had.
        """
        await asyncio.to_thread(links.ensure_local_address, self._address)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=(self._address, self._port)
        )
        completing = loop.create_task(self._wait_complete())
        try:
            _enlarge(transport.get_extra_info("socket"))
            async with await asyncio.start_server(self._stream, self._address, self._port) as server:
                log.info("names of %s are answered on %s", self._domain, self._address)
                self.listening.set()
                await server.serve_forever()
        finally:
            self.listening.clear()
            completing.cancel()
            transport.close()
            for task in self._waiting:
                task.cancel()

    async def _wait_complete(self) -> None:
        await asyncio.gather(self._services.wait_synced(), self._slices.wait_synced())
        self.complete = True

    def _service_changed(self, service: Service) -> None:
        self._update(f"{service.metadata.namespace}/{service.metadata.name}")

    def _gone(self, service: Service) -> None:
        self.zone.update(f"{service.metadata.namespace}/{service.metadata.name}", {})

    def _slice_changed(self, piece: EndpointSlice) -> None:
        for key in _service_keys(piece):
            service = self._services.get_key(key)
            # The addresses behind a ClusterIP have no names: most changes of slices end here.
            if service is not None and service.spec.cluster_ip == "None":
                self._update(key)

    def _slice_updated(self, old: EndpointSlice, new: EndpointSlice) -> None:
        if _service_keys(old) != _service_keys(new):
            self._slice_changed(old)
        self._slice_changed(new)

    def _update(self, key: str) -> None:
        service = self._services.get_key(key)
        if service is not None:
            slices = self._slices.by_index(_INDEX, key)
            self.zone.update(key, service_records(service, slices, self._domain))

    def respond(self, message: bytes, *, stream: bool) -> bytes | Query:
        """The whole response, or the query when others have to be asked for it."""
        try:
            query = parse_query(message)
        except FormatError:
            return error_response(message, FORMERR)
        if query.opcode:
            return response(query, NOTIMP, authoritative=False)
        if query.cls != IN:
            return response(query, REFUSED, authoritative=False)
        limit = 65535 if stream else query.limit
        if query.name in self.zone:
            answer = self.zone.answer(query.name, query.type)
            if answer.code == NXDOMAIN and not self.complete:
                return response(query, SERVFAIL, authoritative=False)
            if answer.outside and query.type != CNAME:
                return query
            return response(query, answer.code, self._rotated(answer), answer.authority, answer.additional, limit=limit)
        cached = self._forwarder.cached(query)
        return _fit(cached, query, limit) if cached else query

    def _rotated(self, answer: Answer) -> list[bytes]:
        """The records in an order that changes from question to question: clients take the first."""
        records = answer.answers
        if len(records) < 2 or records[0][2:4] == b"\0\5":  # an alias comes before what it stands for
            return records
        self._turn += 1
        start = self._turn % len(records)
        return records[start:] + records[:start]

    async def ask_others(self, query: Query, *, stream: bool) -> bytes:
        """The response to a query that `respond` could not answer by itself."""
        limit = 65535 if stream else query.limit
        if query.name in self.zone:
            return await self._continue_outside(query, limit)
        message = await self._forwarder.ask(query)
        return _fit(message, query, limit) if message else response(query, SERVFAIL, authoritative=False)

    async def _continue_outside(self, query: Query, limit: int) -> bytes:
        """Our alias, followed by what others say about the name it leads to."""
        answer = self.zone.answer(query.name, query.type)
        question = answer.outside + query.question[-4:]
        asked = Query(query.id, query.flags, question, answer.outside, query.type, query.cls, query.limit, False, False)
        found: list[bytes] = []
        if message := await self._forwarder.ask(asked):
            found = answer_records(message)
        return response(query, NOERROR, [*answer.answers, *found], limit=limit)

    def handle(self, message: bytes, send: Callable[[bytes], None]) -> None:
        """Answer one datagram, at once or when others have answered."""
        found = self.respond(message, stream=False)
        if isinstance(found, bytes):
            if found:
                send(found)
        elif len(self._waiting) >= _MOST_WAITING:
            send(response(found, SERVFAIL, authoritative=False))
        else:
            task = asyncio.get_running_loop().create_task(self._handle_later(found, send))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _handle_later(self, query: Query, send: Callable[[bytes], None]) -> None:
        send(await self.ask_others(query, stream=False))

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client over TCP, question after question."""
        try:
            while message := await _next_message(reader):
                found = self.respond(message, stream=True)
                if not isinstance(found, bytes):
                    found = await self.ask_others(found, stream=True)
                if not found:
                    break
                writer.write(len(found).to_bytes(2, "big") + found)
                await writer.drain()
        except (OSError, EOFError, TimeoutError):
            pass
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """The UDP side."""

    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's is none by name

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        transport = self._transport
        assert transport is not None
        self._server.handle(data, lambda message: transport.sendto(message, addr))


async def _next_message(reader: asyncio.StreamReader) -> bytes:
    """The next question; empty when the client has hung up."""
    async with asyncio.timeout(_TCP_IDLE):
        length = int.from_bytes(await reader.readexactly(2), "big")
        return await reader.readexactly(length)


def _fit(message: bytes, query: Query, limit: int) -> bytes:
    return message if len(message) <= limit else cut(message, len(query.question))


def _enlarge(found: socket.socket) -> None:
    with suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE_BYTES)


def _service_keys(piece: EndpointSlice) -> list[str]:
    name = piece.metadata.labels.get(_SERVICE_LABEL)
    return [f"{piece.metadata.namespace}/{name}"] if name else []
