"""The condition of APIServices whose servers come, go, hang and lie."""

import asyncio

import pytest

from pykube.api import core_v1
from pykube.api.discovery_v1 import EndpointSlice
from pykube.apiserver.aggregator import availability
from pykube.pki.ca import CertificateAuthority
from tests.fakes.aggregated_cluster import SERVICE, cluster
from tests.fakes.clock import FakeClock
from tests.fakes.extension_server import ExtensionServer

SERVICES = "/api/v1/namespaces/default/services"
NAME = "v1alpha1.wardle.example.com"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("aggregation")


def story(folder, run, extension=None):
    clock = FakeClock()

    async def inside():
        async with cluster(folder, extension, clock) as it:
            await run(it, clock)

    asyncio.run(inside())


def test_what_the_objects_of_the_cluster_tell(folder):
    async def run(it, clock):
        await it.call("POST", "/apis/apiregistration.k8s.io/v1/apiservices", it.api_service())
        await it.until(it.says("ServiceNotFound"))
        assert it.condition().message == 'service/sample-api in "default" is not present'
        await it.call("POST", SERVICES, {"metadata": {"name": SERVICE}, "spec": {"ports": [{"port": 80}]}})
        await it.until(it.says("ServicePortError"))
        assert it.condition().message == 'service/sample-api in "default" is not listening on port 7443'
        service = it.registry.get(core_v1.Service, SERVICE, "default")
        service.spec.ports[0].port = 7443
        await it.registry.update(service)
        await it.until(it.says("EndpointsNotFound"))
        assert it.condition().message == 'cannot find endpointslices for service/sample-api in "default"'
        slices = {"metadata": {"name": "x", "labels": {"kubernetes.io/service-name": SERVICE}}, "addressType": "IPv4"}
        slices |= {"ports": [{"name": "other", "port": 1}], "endpoints": [{"addresses": ["192.0.2.9"]}]}
        await it.call("POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", slices)
        await it.until(it.says("MissingEndpoints"))
        assert it.condition().message == (
            'endpointslices for service/sample-api in "default" have no addresses with port name ""'
        )
        await it.put_endpoint(it.extension_port)
        await it.until(it.says("Passed"))
        assert (it.condition().status, it.condition().message) == ("True", "all checks passed")
        await it.registry.delete(EndpointSlice, "sample-api-1", "default")
        await it.until(it.says("MissingEndpoints"))

    story(folder, run)


def test_a_server_is_asked_again_from_time_to_time(folder):
    async def run(it, clock):
        await it.register()
        await it.until(it.says("Passed"))
        since = it.condition().last_transition_time
        await it.extension.turn("refuse")
        await clock.advance(availability.RECHECK_SECONDS)
        await it.until(it.says("FailedDiscoveryCheck"))
        url = f"https://127.0.0.1:{it.extension_port}/apis/wardle.example.com/v1alpha1"
        assert it.condition().message == f"failing or missing response from {url}: bad status from {url}: 403"
        assert it.condition().last_transition_time > since
        metrics = (await it.call("GET", "/metrics")).body.decode()
        assert f'aggregator_unavailable_apiservice{{name="{NAME}"}} 1.0' in metrics
        lost = f'aggregator_unavailable_apiservice_total{{name="{NAME}",reason="FailedDiscoveryCheck"}} 1.0'
        assert lost in metrics
        await it.extension.turn("well")
        await clock.advance(availability.RETRY_SECONDS)
        await it.until(it.says("Passed"))

    story(folder, run)


def test_a_server_that_hangs(folder, monkeypatch):
    monkeypatch.setattr(availability, "CHECK_SECONDS", 0.05)

    async def run(it, clock):
        await it.register()
        await it.until(it.says("FailedDiscoveryCheck"))
        assert "timed out after" in it.condition().message

    story(folder, run, ExtensionServer(mode="hang"))


def test_a_server_that_cannot_be_reached_or_believed(folder, tmp_path):
    async def run(it, clock):
        stranger = CertificateAuthority.load_or_create(tmp_path, clock.now(), common_name="stranger")
        it.authority, own = stranger, it.authority
        await it.register()
        await it.until(it.says("FailedDiscoveryCheck"))
        assert "tls: failed to verify certificate" in it.condition().message
        await change(it, caBundle="bm8gY2VydGlmaWNhdGU=")
        await it.until(lambda: "tls:" not in it.condition().message)
        assert "Get " in it.condition().message
        await change(it, insecureSkipTLSVerify=True, caBundle=None)
        await it.until(it.says("Passed"))
        it.authority = own
        await change(it, insecureSkipTLSVerify=False, caBundle=it.api_service()["spec"]["caBundle"])
        await it.call("PATCH", f"{SERVICES}/{SERVICE}", {"spec": {"ports": None}})
        await it.put_endpoint(1)
        await it.until(it.says("FailedDiscoveryCheck"))
        assert "dial tcp 127.0.0.1:1: connect: connection refused" in it.condition().message

    story(folder, run)


def test_a_group_version_that_comes_home(folder):
    async def run(it, clock):
        await it.register()
        await it.until(it.says("Passed"))
        await change(it, service=None, caBundle=None)
        await it.until(it.says("Local"))
        assert not it.server.aggregation.delegates.remote

    story(folder, run)


async def change(it, **spec):
    path = f"/apis/apiregistration.k8s.io/v1/apiservices/{NAME}"
    answer = await it.call("PATCH", path, {"spec": spec}, Content_Type="application/merge-patch+json")
    assert answer.status == 200, answer.body
