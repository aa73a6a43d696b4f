"""What comes over a socket that is not as it should be, against the real server."""

import asyncio
import gzip
import json
import socket
from contextlib import suppress
from dataclasses import dataclass

import pytest

from pykube.apiserver import request as request_module
from pykube.apiserver.request import MAX_BODY
from tests.fakes.api_server import running

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
HOST = "Host: x\r\n"


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict
    body: bytes
    rest: bytes = b""

    @property
    def doc(self):
        return json.loads(self.body)


async def read_reply(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    length = int(headers.get("content-length", 0))
    body = await reader.readexactly(length) if length else b""
    return Reply(int(first.split()[1]), headers, body)


class Connection:
    """A connection that sends what it is told to."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def send(self, text):
        self.writer.write(text if isinstance(text, bytes) else text.encode("latin-1"))

    async def reply(self):
        async with asyncio.timeout(20):
            return await read_reply(self.reader)

    async def close(self):
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def closed(self):
        """Whether the server has closed the connection."""
        async with asyncio.timeout(20):
            return await self.reader.read() == b""


def story(run):
    async def inside():
        async with running() as api:
            url = api._url.removeprefix("http://")
            host, port = url.split(":")

            opened = []

            async def connect():
                opened.append(Connection(*await asyncio.open_connection(host, int(port))))
                return opened[-1]

            try:
                await run(connect, api)
            finally:
                for connection in opened:
                    await connection.close()

    asyncio.run(inside())


def ask(text):
    """One connection, one request, one answer."""
    found = []

    async def run(connect, api):
        connection = await connect()
        connection.send(text)
        found.append(await connection.reply())

    story(run)
    return found[0]


def get(path, *, method="GET", headers=""):
    return ask(f"{method} {path} HTTP/1.1\r\n{HOST}{headers}\r\n")


def is_status(reply, code, reason):
    assert reply.status == code, (reply.status, reply.body)
    assert reply.headers["content-type"] == "application/json"
    assert (reply.doc["kind"], reply.doc["code"], reply.doc["reason"]) == ("Status", code, reason)


def test_what_is_no_http_is_answered_with_a_status_and_the_connection_closed():
    async def run(connect, api):
        connection = await connect()
        connection.send("hello there\r\n\r\n")
        reply = await connection.reply()
        assert reply.status in (400, 405)
        assert reply.doc["kind"] == "Status"
        assert await connection.closed()

    story(run)


def test_a_method_that_nobody_knows():
    reply = get("/api/v1/pods", method="FROBNICATE")
    is_status(reply, 405, "MethodNotAllowed")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND"])
def test_methods_that_resources_do_not_have(method):
    is_status(get(CONFIG_MAPS, method=method), 405, "MethodNotAllowed")


def test_a_header_that_is_too_large():
    reply = get("/version", headers=f"X-Long: {'x' * 200_000}\r\n")
    assert (reply.status, reply.doc["code"]) == (431, 431)


def test_a_path_that_is_too_long():
    reply = get("/" + "x" * 200_000)
    assert (reply.status, reply.doc["kind"]) == (431, "Status")


def test_too_many_headers():
    reply = get("/version", headers="".join(f"X-{n}: {n}\r\n" for n in range(3000)))
    assert (reply.status, reply.doc["kind"]) == (431, "Status")


def test_a_header_that_is_none():
    reply = get("/version", headers="what is this\r\n")
    is_status(reply, 400, "BadRequest")


def test_two_lengths_are_one_too_many():
    reply = ask(f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}")
    is_status(reply, 400, "BadRequest")


def test_a_body_announced_too_large_is_refused_before_it_comes():
    reply = ask(f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Content-Length: {MAX_BODY + 1}\r\n\r\n")
    is_status(reply, 413, "RequestEntityTooLarge")


def test_a_body_that_grows_too_large():
    async def run(connect, api):
        connection = await connect()
        connection.send(f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(MAX_BODY // 0x10000 + 2):
            connection.send(piece)
        connection.send(b"0\r\n\r\n")
        is_status(await connection.reply(), 413, "RequestEntityTooLarge")

    story(run)


def test_a_bomb_in_gzip_is_too_large():
    bomb = gzip.compress(b" " * (20 * MAX_BODY))
    head = f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    is_status(ask(head.encode() + bomb), 413, "RequestEntityTooLarge")


@pytest.mark.parametrize(
    "text",
    [
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        "Content-Length: 5\r\n\r\n\xff\xfe\xfd{}",
        'Content-Length: 10\r\n\r\n{"a":"\xc3\x28"}',
    ],
)
def test_bodies_that_cannot_be_read(text):
    is_status(ask(f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Content-Type: application/json\r\n{text}"), 400, "BadRequest")


def test_a_body_that_does_not_come(monkeypatch):
    monkeypatch.setattr(request_module, "BODY_SECONDS", 0.01)
    reply = ask(f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Content-Length: 100\r\n\r\n{{")
    is_status(reply, 504, "Timeout")


def test_a_client_that_waits_to_be_told_to_go_on():
    async def run(connect, api):
        body = b'{"metadata":{"name":"patient"}}'
        connection = await connect()
        head = f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.send(head)
        assert (await connection.reply()).status == 100
        connection.send(body)
        assert (await connection.reply()).status == 201

    story(run)


def test_a_client_that_sends_a_byte_at_a_time():
    async def run(connect, api):
        connection = await connect()
        for character in f"GET /version HTTP/1.1\r\n{HOST}\r\n":
            connection.send(character)
            await asyncio.sleep(0)
        assert (await connection.reply()).status == 200

    story(run)


def test_clients_that_go_away_in_the_middle_leave_nothing_behind():
    async def run(connect, api):
        for text in (
            "GET /ver",
            f"POST {CONFIG_MAPS} HTTP/1.1\r\n{HOST}Content-Length: 100\r\n\r\n{{",
            f"GET {CONFIG_MAPS}?watch=1 HTTP/1.1\r\n{HOST}\r\n",
        ):
            connection = await connect()
            connection.send(text)
            await connection.writer.drain()
            raw = connection.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.writer.close()
        while api.registry.watchers:
            await api.get("/version")
        assert (await api.get("/version")).status == 200

    story(run)


def test_several_requests_in_one_packet_are_answered_in_order():
    async def run(connect, api):
        connection = await connect()
        paths = ("/version", CONFIG_MAPS, "/nothing", "/version")
        connection.send("".join(f"GET {path} HTTP/1.1\r\n{HOST}\r\n" for path in paths))
        assert [(await connection.reply()).status for _ in paths] == [200, 200, 404, 200]

    story(run)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/namespaces/default", 200),
        ("/api/v1/namespaces/default/", 200),
        ("/api%2Fv1/namespaces%2fdefault", 200),
        ("//api/v1/namespaces/default", 200),
        ("/api//v1/namespaces/default", 404),
        ("/api/v1//namespaces/default", 404),
        ("/api/v1/namespaces//default", 404),
        ("/api/v1/namespaces/../namespaces/default", 404),
        ("/api/v1/namespaces/x/../../namespaces/default", 404),
        ("/api/v1/namespaces/default/namespaces/kube-system", 404),
        ("/api/v1/namespaces/default/namespaces", 404),
        ("/api/v1/namespaces/default/namespaces?fieldSelector=metadata.name%3Ddefault", 404),
        ("/api/v1/namespaces/default/nodes", 404),
        ("/api/v1/namespaces/default/status", 200),
        ("/openapi/../version", 404),
        ("/version/../version", 404),
        ("/./version", 404),
        ("/version%00", 404),
        ("/version%zz", 404),
        ("/%ff%fe", 404),
        ("/api/v1/namespaces/%ff", 404),
        ("/api/v1/namespaces/default/pods/a%2fb", 404),
        ("/api/v1/namespaces/default?x=%ff&x=1&=&&", 200),
        ("/api/v1/configmaps?limit=1&limit=x", 200),
        ("/api/v1/configmaps?limit=x&limit=1", 400),
        ("/api/v1/configmaps?watch=0&watch=1", 200),
    ],
)
def test_paths_and_queries(path, code):
    reply = get(path)
    assert reply.status == code, reply.body
    assert reply.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v1/namespaces/\xff HTTP/1.1\r\n",
        "GET /api/v1/namespaces/caf\xc3\xa9 HTTP/1.1\r\n",
        "GET /nothing/\xff\xfe HTTP/1.1\r\n",
        "GET /api/v1/configmaps?labelSelector=\xff HTTP/1.1\r\n",
        "GET /api/v1/namespaces/%ed%a0%80 HTTP/1.1\r\n",
        "GET /api/v1/configmaps?labelSelector=%ed%a0%80 HTTP/1.1\r\n",
        "GET /api/v1/configmaps?resourceVersion=%ff%ed%a0%80 HTTP/1.1\r\n",
        "GET /api/v1/configmaps HTTP/1.1\r\nUser-Agent: \xff\r\nAccept: \xff\r\n",
        "GET /api/v1/configmaps?continue=\xff HTTP/1.1\r\n",
    ],
)
def test_what_is_no_utf8_is_the_clients_mistake(text):
    reply = ask(f"{text}{HOST}\r\n")
    assert 400 <= reply.status < 500, reply.body
    assert reply.doc["kind"] == "Status"


def test_head_has_no_body_and_is_nothing_that_resources_know():
    async def run(connect, api):
        connection = await connect()
        for path, code in ((CONFIG_MAPS, 405), ("/api/v1/nothings", 404), ("/version", 200)):
            connection.send(f"HEAD {path} HTTP/1.1\r\n{HOST}\r\n")
            head = await connection.reader.readuntil(b"\r\n\r\n")
            assert int(head.split()[1]) == code
        connection.send(f"GET /version HTTP/1.1\r\n{HOST}\r\n")
        assert (await connection.reply()).doc["major"] == "1"

    story(run)
