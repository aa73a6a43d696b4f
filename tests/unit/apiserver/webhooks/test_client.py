"""Posting to webhooks over real TLS: services are resolved, connections are kept."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web

from pykube.api import codec, core_v1, discovery_v1, meta_v1
from pykube.apiserver.webhooks.client import CallError, WebhookClient
from pykube.apiserver.webhooks.target import WebhookTarget
from pykube.pki.ca import Profile
from tests.fakes.api_server import running
from tests.fakes.loopback import Certificates, http_server

NAME = "hook.default.svc"


@asynccontextmanager
async def hook_server(tmp_path, *names):
    """A server whose certificate is for `names`; gives its port, the bundle and the clients seen."""
    certificates = Certificates(tmp_path)
    profile = Profile(common_name=NAME, server=True, dns_names=names)
    pair = certificates.authority.issue(profile, datetime.now(UTC))
    context = certificates.server_context()
    for file, data in zip(("crt", "key"), pair, strict=True):
        (tmp_path / f"hook.{file}").write_bytes(data)
    context.load_cert_chain(tmp_path / "hook.crt", tmp_path / "hook.key")
    seen = []

    async def handle(request):
        seen.append((request.transport.get_extra_info("peername"), request.headers["Host"]))
        return web.Response(body=b"{}")

    async with http_server(handle, context) as port:
        yield port, certificates.ca_file.read_bytes(), seen


async def publish(api, *ports):
    """A service and, past validation, endpoints on loopback."""
    service = core_v1.Service(metadata=meta_v1.ObjectMeta(name="hook", namespace="default"))
    service.spec.ports = [core_v1.ServicePort(port=8443)]
    await api.registry.create(service)
    for index, port in enumerate(ports):
        found = discovery_v1.EndpointSlice(
            metadata=meta_v1.ObjectMeta(
                name=f"hook-{index}", namespace="default", labels={"kubernetes.io/service-name": "hook"}
            ),
            address_type="IPv4",
            endpoints=[discovery_v1.Endpoint(addresses=["127.0.0.1"])],
            ports=[discovery_v1.EndpointPort(name="", port=port)],
        )
        entry = await api.store.create(f"/registry/endpointslices/default/hook-{index}", codec.encode(found))
        await api.registry.progress.reach(entry.revision)


def story(tmp_path, run, *names):
    async def inside():
        async with hook_server(tmp_path, *(names or (NAME,))) as (port, bundle, seen), running() as api:
            client = WebhookClient(api.registry)
            try:
                target = WebhookTarget(NAME, 8443, "/", bundle, "default", "hook")
                await run(api, client, target, port, seen)
            finally:
                await client.close()

    asyncio.run(inside())


def test_a_service_is_resolved_and_connections_are_kept(tmp_path):
    async def run(api, client, target, port, seen):
        await publish(api, port)
        for _ in range(3):
            assert await client.post(target, b"{}", seconds=5) == b"{}"
        assert len({peer for peer, _ in seen}) == 1
        assert {host for _, host in seen} == {f"{NAME}:8443"}

    story(tmp_path, run)


def test_another_endpoint_is_tried_when_one_is_down(tmp_path):
    async def run(api, client, target, port, seen):
        await publish(api, 1, port)
        for _ in range(4):
            assert await client.post(target, b"{}", seconds=5) == b"{}"

    story(tmp_path, run)


def test_nothing_behind_a_service(tmp_path):
    async def run(api, client, target, port, seen):
        await publish(api)
        with pytest.raises(CallError, match='no endpoints available for service "hook"'):
            await client.post(target, b"{}", seconds=5)

    story(tmp_path, run)


def test_the_certificate_must_bear_the_services_name(tmp_path):
    async def run(api, client, target, port, seen):
        await publish(api, port)
        with pytest.raises(CallError, match=f"certificate is not valid for {NAME}"):
            await client.post(target, b"{}", seconds=5)
        assert seen == []

    story(tmp_path, run, "other.default.svc")


def test_a_bundle_without_certificates(tmp_path):
    async def run(api, client, target, port, seen):
        await publish(api, port)
        broken = WebhookTarget(NAME, 8443, "/", b"nonsense", "default", "hook")
        with pytest.raises(CallError, match="unable to load root certificates: unable to parse bytes as PEM block"):
            await client.post(broken, b"{}", seconds=5)

    story(tmp_path, run)
