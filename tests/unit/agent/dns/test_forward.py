"""Forwarding against servers on loopback sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dnslib

from agent.dns import wire
from agent.dns.forward import Forwarder
from tests.fakes.clock import FakeClock

Reply = Callable[[dnslib.DNSRecord], list[bytes]]


class Upstream(asyncio.DatagramProtocol):
    """Answers each question with the messages that `reply` gives for it."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dnslib.DNSRecord.parse(data)
        self.asked.append(str(question.q.qname))
        for message in self.reply(question):
            self.transport.sendto(message, addr)  # type: ignore[attr-defined]


@asynccontextmanager
async def upstream(reply: Reply) -> AsyncIterator[tuple[Upstream, Forwarder]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: Upstream(reply), local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    try:
        yield server, Forwarder(lambda: ["127.0.0.1"], FakeClock(), port=port)
    finally:
        transport.close()


def query(name: str, number: int = 7) -> wire.Query:
    record = dnslib.DNSRecord.question(name)
    record.header.id = number
    return wire.parse_query(bytes(record.pack()))


def address(question: dnslib.DNSRecord, text: str = "10.0.0.1") -> bytes:
    reply = question.reply()
    reply.add_answer(*dnslib.RR.fromZone(f"{question.q.qname} 60 A {text}"))
    return bytes(reply.pack())


def test_answer_comes_back_under_the_clients_id_and_letters() -> None:
    async def story() -> None:
        async with upstream(lambda question: [address(question)]) as (server, forwarder):
            assert forwarder.cached(query("a.example")) is None
            first = await forwarder.ask(query("a.example"))
            second = await forwarder.ask(query("A.Example", 9))
            assert first is not None
            assert second is not None
            reply = dnslib.DNSRecord.parse(second)
            assert (reply.header.id, str(reply.q.qname), str(reply.rr[0].rdata)) == (9, "A.Example.", "10.0.0.1")
            assert server.asked == ["a.example."]

    asyncio.run(story())


def test_forged_answers_are_not_believed() -> None:
    def forged(question: dnslib.DNSRecord) -> list[bytes]:
        other_id = bytearray(address(question, "6.6.6.6"))
        other_id[0] ^= 0xFF
        other_name = dnslib.DNSRecord.question("evil.example")
        other_name.header.id = question.header.id
        return [bytes(other_id), address(other_name, "6.6.6.6"), address(question)]

    async def story() -> None:
        async with upstream(forged) as (_, forwarder):
            message = await forwarder.ask(query("a.example"))
            assert message is not None
            assert str(dnslib.DNSRecord.parse(message).rr[0].rdata) == "10.0.0.1"

    asyncio.run(story())


def test_equal_questions_are_asked_once() -> None:
    async def story() -> None:
        async with upstream(lambda question: [address(question)]) as (server, forwarder):
            answers = await asyncio.gather(*(forwarder.ask(query("a.example", number)) for number in range(10)))
            assert [message[:2] for message in answers if message] == [bytes([0, number]) for number in range(10)]
            assert len(server.asked) == 1

    asyncio.run(story())


def test_long_answers_are_fetched_over_tcp() -> None:
    def cut(question: dnslib.DNSRecord) -> list[bytes]:
        reply = question.reply()
        reply.header.tc = 1
        return [bytes(reply.pack())]

    async def over_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        message = address(dnslib.DNSRecord.parse(await reader.readexactly(length)), "10.0.0.2")
        writer.write(len(message).to_bytes(2, "big") + message)
        await writer.drain()
        writer.close()

    async def story() -> None:
        async with upstream(cut) as (server, forwarder):
            port = server.transport.get_extra_info("sockname")[1]
            async with await asyncio.start_server(over_tcp, "127.0.0.1", port):
                message = await forwarder.ask(query("a.example"))
        assert message is not None
        assert str(dnslib.DNSRecord.parse(message).rr[0].rdata) == "10.0.0.2"

    asyncio.run(story())


def test_without_servers_there_is_no_answer() -> None:
    async def story() -> None:
        assert await Forwarder(list, FakeClock()).ask(query("a.example")) is None
        # Nobody listens: the kernel says so at once.
        assert await Forwarder(lambda: ["127.0.0.1"], FakeClock(), port=1).ask(query("a.example")) is None

    asyncio.run(story())
