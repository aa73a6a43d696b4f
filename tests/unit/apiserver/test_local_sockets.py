"""Sockets of this host: who connects is the user that the socket belongs to."""

import asyncio
import stat
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from pykube.aio.clock import SystemClock
from pykube.apiserver import app
from pykube.apiserver.authn.user import User
from pykube.apiserver.local_sockets import LocalSockets
from pykube.client.config import ClientConfig
from pykube.client.rest import Client
from pykube.config import ServerConfig
from pykube.errors import Forbidden
from pykube.pki.server import ensure_server
from pykube.store.memory import MemoryStore

USERS = {"controllers": User("system:kube-controller-manager"), "nobody": User("somebody")}


async def story(folder: Path) -> None:
    config = ServerConfig(
        config_dir=folder,
        state_dir=folder,
        run_dir=folder,
        bind_address="127.0.0.1",
        port=0,
        advertise_address="192.0.2.7",
    )
    pki, _ = ensure_server(config, SystemClock().now())
    store = MemoryStore()
    server = await app.serve(config, store, pki)
    sockets = folder / "sockets"
    try:
        await server.listen_locally(sockets, USERS)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((sockets / "nobody.sock").stat().st_mode) == 0o600
        await _ask(sockets)
    finally:
        await server.close()
        await store.close()


async def _ask(sockets: Path) -> None:
    for name, user in USERS.items():
        async with Client(ClientConfig(server=f"unix://{sockets}/{name}.sock")) as client:
            body = b'{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}'
            headers = {"Content-Type": "application/json", "X-Remote-User": "admin"}
            path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
            _, _, answer = await client.request("POST", path, body=body, headers=headers)
            assert f'"username":"{user.name}"'.encode() in answer
            assert b"system:authenticated" in answer
            if name == "nobody":
                with pytest.raises(Forbidden):
                    await client.request("GET", "/api/v1/nodes")
            else:
                assert (await client.request("GET", "/api/v1/nodes"))[0] == 200


def test_who_connects_is_the_user_of_the_socket(tmp_path: Path) -> None:
    asyncio.run(story(tmp_path))


def test_a_socket_left_behind_by_a_dead_server_is_taken_over(tmp_path: Path) -> None:
    async def inside() -> None:
        async def answer(_: web.BaseRequest) -> web.Response:
            return web.Response(text="here")

        (tmp_path / "x.sock").write_text("left")
        sockets = LocalSockets()
        await sockets.listen(tmp_path, {"x": User("x")}, lambda make: web.Server(answer, request_factory=make))
        connector = aiohttp.UnixConnector(str(tmp_path / "x.sock"))
        async with aiohttp.ClientSession(connector=connector) as session, session.get("http://localhost/") as found:
            assert await found.text() == "here"
        sockets.refuse()
        await sockets.close(1)

    asyncio.run(inside())
