"""Client certificates against a real TLS server, and their renewal without a restart."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from pykube import errors
from pykube.api import core_v1
from pykube.client import transport
from pykube.client.config import ClientConfig
from pykube.client.rest import Client
from pykube.config import ServerConfig
from pykube.pki.ca import Profile
from pykube.pki.certificates import ensure
from pykube.pki.server import ServerPki, ensure_server
from tests.fakes.clock import FakeClock


async def whoami(request: web.Request) -> web.Response:
    """Answers a pod that is named as the client's certificate."""
    certificate = request.get_extra_info("peercert") or {}
    name = next((value for ((key, value),) in certificate.get("subject", ()) if key == "commonName"), "")
    headers = {"Connection": "close"}  # the next request makes a new connection, and so shows the newest certificate
    return web.json_response({"metadata": {"name": name}}, headers=headers)


async def start(pki: ServerPki) -> tuple[web.ServerRunner, str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki.ca_file))
    context.load_cert_chain(pki.apiserver.certificate, pki.apiserver.key)
    context.verify_mode = ssl.CERT_OPTIONAL
    runner = web.ServerRunner(web.Server(whoami), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    return runner, f"https://127.0.0.1:{runner.addresses[0][1]}"


def test_certificates_are_shown_and_renewed(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    pki, _ = ensure_server(ServerConfig(config_dir=tmp_path / "etc", state_dir=tmp_path / "var"), now)
    clock = FakeClock()

    async def story() -> None:
        runner, url = await start(pki)
        embedded = ClientConfig(
            server=url,
            ca_data=pki.ca_file.read_text(),
            client_certificate=pki.admin.certificate.read_text(),
            client_key=pki.admin.key.read_text(),
        )
        async with Client(embedded) as client:
            assert (await client.get(core_v1.Pod, "me")).metadata.name == "kubernetes-admin"
        pair = pki.scheduler
        named = ClientConfig(
            server=url, ca_file=pki.ca_file, client_certificate_file=pair.certificate, client_key_file=pair.key
        )
        async with Client(named, clock) as client:
            assert (await client.get(core_v1.Pod, "me")).metadata.name == "system:kube-scheduler"
            ensure(pair, pki.authority, Profile(common_name="renewed", client=True), now)
            await clock.advance(61)
            assert (await client.get(core_v1.Pod, "me")).metadata.name == "renewed"
        async with Client(ClientConfig(server=url)) as client:
            with pytest.raises(errors.ServiceUnavailable, match="certificate"):
                await client.get(core_v1.Pod, "me")
        async with Client(ClientConfig(server=url, insecure=True)) as client:
            assert (await client.get(core_v1.Pod, "me")).metadata.name == ""
        await runner.cleanup()

    asyncio.run(story())


def test_a_handshake_without_an_answer_is_no_slow_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_TIMEOUT", 0.05)

    async def story(port: int) -> None:
        async with Client(ClientConfig(server=f"https://127.0.0.1:{port}", insecure=True)) as client:
            with pytest.raises(errors.ServiceUnavailable, match=f"127.0.0.1:{port} does not answer"):
                await client.get(core_v1.Pod, "me")

    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel connects, nobody accepts
        asyncio.run(story(silent.getsockname()[1]))
