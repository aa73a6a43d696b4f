"""A log that is followed and an exec session go on while certificates are renewed, and while the authority changes."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
from aiohttp import web

from pykube.api import core_v1, meta_v1
from pykube.pki import rotation
from pykube.pki.host import ensure_host
from pykube.pki.node import NodePki
from tests.fakes.loopback import http_server
from tests.unit.apiserver.test_renewal import play

PROTOCOL = "v5.channel.k8s.io"
PATH = "/api/v1/namespaces/default/pods/p"


class Agent:
    """A node's API, with the certificate of this host's own agent."""

    def __init__(self):
        self.lines = asyncio.Queue()
        self.callers = []

    async def __call__(self, request):
        certificate = request.get_extra_info("peercert")
        self.callers.append(dict(pair for part in certificate["issuer"] for pair in part)["commonName"])
        if request.path.startswith("/exec/"):
            session = web.WebSocketResponse(protocols=(PROTOCOL,))
            await session.prepare(request)
            async for message in session:
                await session.send_bytes(message.data)
            return session
        answer = web.StreamResponse()
        await answer.prepare(request)
        while line := await self.lines.get():
            await answer.write(line)
        return answer


@asynccontextmanager
async def node(story):
    """A node with one pod, whose agent shows what is in the files at each handshake."""
    agent, files = Agent(), NodePki(story.config.state_dir / "agent")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL

    def renew():
        context.load_cert_chain(files.serving.certificate, files.serving.key)
        context.load_verify_locations(files.ca_file)

    renew()
    async with http_server(agent, context) as port:
        registry = story.server.registry
        found = await registry.create(core_v1.Node(metadata=meta_v1.ObjectMeta(name="n")))
        found.status.addresses = [core_v1.NodeAddress(type="InternalIP", address="127.0.0.1")]
        found.status.daemon_endpoints.kubelet_endpoint.port = port
        await registry.update(found, subresource="status")
        account = meta_v1.ObjectMeta(name="default", namespace="default")
        await registry.create(core_v1.ServiceAccount(metadata=account))
        spec = core_v1.PodSpec(node_name="n", containers=[core_v1.Container(name="c", image="i")])
        await registry.create(core_v1.Pod(metadata=meta_v1.ObjectMeta(name="p", namespace="default"), spec=spec))
        yield agent, renew


async def echo(session, text):
    await session.send_bytes(text)
    async with asyncio.timeout(5):
        return (await session.receive()).data


def test_streams_through_the_server_outlive_certificates_and_authorities(tmp_path):
    async def tell(story):
        tls = story.tls()
        async with node(story) as (agent, renew), aiohttp.ClientSession() as client:

            async def said(answer):
                agent.lines.put_nowait(b"line\n")
                async with asyncio.timeout(5):
                    return await answer.content.readline()

            def connect():
                url = story.url(f"{PATH}/exec?command=cat&stdin=true&stdout=true")
                return client.ws_connect(url, ssl=tls, protocols=(PROTOCOL,))

            async with client.get(story.url(f"{PATH}/log?follow=true"), ssl=tls) as log, connect() as session:
                assert log.status == 200, await log.text()
                assert (await said(log), await echo(session, b"\0one")) == (b"line\n", b"\0one")

                ensure_host(story.config, datetime.now(UTC), anew=frozenset({"apiserver", "kubelet", "admin"}))
                for _ in range(3):
                    rotation.advance(story.pki.folder, "ca", datetime.now(UTC))
                    await story.pass_days(1)
                    renew()
                    assert (await said(log), await echo(session, b"\0two")) == (b"line\n", b"\0two")

                tls = story.tls()
                async with connect() as another:
                    assert await echo(another, b"\0three") == b"\0three"
            agent.lines.put_nowait(b"")
            assert agent.callers[0] == "pykube-ca"
            assert agent.callers[-1].startswith("pykube-ca-2"), "the server shows its newest certificate to agents"

    play(tmp_path, tell)
