"""Questions for the rest of the world, passed on to the host's servers.

Each question goes out from a socket of its own, hence from a random port, under a random id, and only an answer from
the server that was asked, to that question, is believed. Equal questions that come while one is under way share its
answer.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence

from pykube.aio.clock import Clock

from .cache import Cache, Key
from .wire import Query, answers_question, is_truncated, upstream_query, with_id

log = logging.getLogger(__name__)

_TRY_SECONDS = 1.5
"""How long one server is waited for before the next is asked; resolvers in pods give up after 5 s."""
_ROUNDS = 2
_PORT = 53


class _Exchange(asyncio.DatagramProtocol):
    """One question to one server."""

    def __init__(self, query: Query, number: int) -> None:
        self._query = query
        self._number = number.to_bytes(2, "big")
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        # The socket is connected: the kernel lets nobody else's packets in.
        if data[:2] == self._number and answers_question(data, self._query) and not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


class Forwarder:
    """Asks the servers that `servers` names, and keeps what they answer."""

    def __init__(self, servers: Callable[[], Sequence[str]], clock: Clock, *, port: int = _PORT) -> None:
        self._servers = servers
        self._port = port
        self._cache = Cache(clock)
        self._under_way: dict[Key, asyncio.Task[bytes | None]] = {}
        self._preferred = ""

    async def ask(self, query: Query) -> bytes | None:
        """A response under the query's id, of any length; None when no server answers."""
        message = self.cached(query)
        if message is None:
            key = _key(query)
            task = self._under_way.get(key)
            if task is None:
                task = self._under_way[key] = asyncio.get_running_loop().create_task(self._ask(query))
                task.add_done_callback(lambda _: self._under_way.pop(key, None))
            message = await asyncio.shield(task)
        return _as_answer(message, query) if message else None

    def cached(self, query: Query) -> bytes | None:
        """What `ask` would answer without asking anyone; None when it has to."""
        message = self._cache.get(_key(query))
        return _as_answer(message, query) if message else None

    async def _ask(self, query: Query) -> bytes | None:
        for server in self._order() * _ROUNDS:
            try:
                async with asyncio.timeout(_TRY_SECONDS):
                    message = await self._over_udp(query, server)
                    if is_truncated(message):
                        message = await self._over_tcp(query, server)
            except (OSError, TimeoutError, EOFError) as error:
                log.debug("name server %s: %r", server, error)
                continue
            self._preferred = server
            self._cache.put(_key(query), message)
            return message
        return None

    def _order(self) -> list[str]:
        """All servers, the one that answered last at first: a dead one is not waited for each time."""
        return sorted(self._servers(), key=lambda server: server != self._preferred)

    async def _over_udp(self, query: Query, server: str) -> bytes:
        number = secrets.randbelow(65536)
        loop = asyncio.get_running_loop()
        transport, exchange = await loop.create_datagram_endpoint(
            lambda: _Exchange(query, number), remote_addr=(server, self._port)
        )
        try:
            transport.sendto(upstream_query(query, number))
            return await exchange.answer
        finally:
            transport.close()

    async def _over_tcp(self, query: Query, server: str) -> bytes:
        number = secrets.randbelow(65536)
        reader, writer = await asyncio.open_connection(server, self._port)
        try:
            message = upstream_query(query, number)
            writer.write(len(message).to_bytes(2, "big") + message)
            length = int.from_bytes(await reader.readexactly(2), "big")
            answer = await reader.readexactly(length)
        finally:
            writer.close()
        if answer[:2] != number.to_bytes(2, "big") or not answers_question(answer, query):
            raise OSError("the answer is to another question")
        return answer


def _key(query: Query) -> Key:
    return query.question.lower(), query.flags & 0x10, query.edns, query.dnssec


def _as_answer(message: bytes, query: Query) -> bytes:
    """The kept response under the id and with the letters of this question: some clients compare them."""
    end = 12 + len(query.question)
    return with_id(message, query.id)[:12] + query.question + message[end:]
