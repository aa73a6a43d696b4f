"""Upgrades are passed on and then left alone: real connections, plain and TLS, on both event loops."""

import asyncio

import pytest
import uvloop
from aiohttp import web

from pykube.apiserver.streams.target import Target
from pykube.apiserver.streams.upgrade import forward_upgrade
from pykube.errors import ApiError
from tests.fakes.loopback import Certificates, http_server, raw_server

UPGRADE = (
    "POST /exec HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n"
    "Authorization: Bearer secret\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"
)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n"


class Backend:
    """Switches protocols and answers each byte in upper case; remembers the request's head."""

    def __init__(self, answer=SWITCHED, greeting=b""):
        self.answer = answer + greeting
        self.head = b""
        self.ended = asyncio.Event()

    async def __call__(self, reader, writer):
        self.head = await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        while data := await reader.read(65536):
            writer.write(data.upper())
            await writer.drain()
        self.ended.set()
        writer.close()


def forwarding(port, tls=None):
    async def handler(request):
        try:
            return await forward_upgrade(request, Target("127.0.0.1", port, "/exec/x/y/z?command=ls", tls))
        except ApiError as error:
            return web.Response(status=error.code, text=error.message)

    return handler


async def connect(port, request=UPGRADE, tls=None):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(request.encode())
    return reader, writer


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request):
    def run_in_loop(coroutine):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(asyncio.wait_for(coroutine, 20))

    return run_in_loop


def test_bytes_go_both_ways_untouched(run):
    async def story():
        backend = Backend(greeting=b"hello")
        async with raw_server(backend) as port, http_server(forwarding(port)) as front:
            reader, writer = await connect(front)
            assert await reader.readuntil(b"\r\n\r\n") == SWITCHED
            assert await reader.readexactly(5) == b"hello"
            writer.write(b"\x80\x03abc")
            assert await reader.readexactly(5) == b"\x80\x03ABC"
            writer.close()
            await backend.ended.wait()
        return backend.head

    head = run(story())
    assert head.startswith(b"POST /exec/x/y/z?command=ls HTTP/1.1\r\n")
    assert b"X-Stream-Protocol-Version: v4.channel.k8s.io" in head
    assert b"Upgrade: SPDY/3.1" in head
    assert b"secret" not in head


def test_through_tls_on_both_sides(run, tmp_path):
    certificates = Certificates(tmp_path)

    async def story():
        backend = Backend()
        tls = certificates.server_context()
        to_agent = certificates.client_context(certificates.pair("kube-apiserver-kubelet-client"))
        async with raw_server(backend, tls) as port, http_server(forwarding(port, to_agent), tls) as front:
            reader, writer = await connect(front, tls=certificates.client_context())
            assert await reader.readuntil(b"\r\n\r\n") == SWITCHED
            writer.write(b"abc")
            assert await reader.readexactly(3) == b"ABC"
            writer.close()
            await backend.ended.wait()

    run(story())


def test_half_close_reaches_the_other_side(run):
    async def last_words(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCHED)
        everything = await reader.read()
        writer.write(b"got " + everything)
        writer.close()

    async def story():
        async with raw_server(last_words) as port, http_server(forwarding(port)) as front:
            reader, writer = await connect(front)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"all of it")
            writer.write_eof()
            found = await reader.read()
            writer.close()
            return found

    assert run(story()) == b"got all of it"


def test_the_backends_end_ends_the_client(run):
    async def brief(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCHED + b"bye")
        writer.close()

    async def story():
        async with raw_server(brief) as port, http_server(forwarding(port)) as front:
            reader, writer = await connect(front)
            await reader.readuntil(b"\r\n\r\n")
            found = await reader.read()
            writer.close()
            return found

    assert run(story()) == b"bye"


def test_a_slow_reader_slows_its_sender(run):
    total = 64 * 1024 * 1024

    async def story():
        sent = 0

        async def flood(reader, writer):
            nonlocal sent
            await reader.readuntil(b"\r\n\r\n")
            writer.write(SWITCHED)
            while sent < total:
                writer.write(b"x" * 65536)
                sent += 65536
                await writer.drain()
            writer.close()

        async with raw_server(flood) as port, http_server(forwarding(port)) as front:
            reader, writer = await connect(front)
            await reader.readuntil(b"\r\n\r\n")
            held = None
            while held != sent:  # until nothing moves any more
                held = sent
                for _ in range(200):
                    await asyncio.sleep(0)
            received = 0
            while chunk := await reader.read(1 << 20):
                received += len(chunk)
            writer.close()
            return held, received

    held, received = run(story())
    assert held < total
    assert received == total


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nwrong",
        b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwrong\r\n0\r\n\r\n",
    ],
)
def test_a_refusal_is_passed_on_and_the_connection_is_not(run, answer):
    async def story():
        backend = Backend(answer=answer)
        async with raw_server(backend) as port, http_server(forwarding(port)) as front:
            reader, writer = await connect(front)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(5)
            await backend.ended.wait()
            writer.close()
            return head, body

    head, body = run(story())
    assert head.startswith(b"HTTP/1.1 400 ")
    assert body == b"wrong"


def test_no_upgrade_no_backend(run):
    async def story():
        async with raw_server(Backend()) as port, http_server(forwarding(port)) as front:
            plain = UPGRADE.replace("Connection: Upgrade\r\n", "Connection: close\r\n").replace(
                "Upgrade: SPDY/3.1\r\n", ""
            )
            reader, writer = await connect(front, plain)
            answer = await reader.read()
            writer.close()
            return answer

    answer = run(story())
    assert b" 400 " in answer
    assert b"Upgrade request required" in answer


def test_a_dead_backend_is_said_to_be_dead(run):
    async def story():
        async with raw_server(Backend()) as port:
            pass
        async with http_server(forwarding(port)) as front:
            reader, writer = await connect(front)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            writer.close()
            return head, body, port

    head, body, port = run(story())
    assert head.startswith(b"HTTP/1.1 500 ")
    assert body == f"error dialing backend: dial tcp 127.0.0.1:{port}: connect: connection refused".encode()
