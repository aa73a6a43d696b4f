"""Where a service is reached."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from pykube.api import codec, core_v1, meta_v1
from pykube.api.discovery_v1 import EndpointSlice
from pykube.apiserver.aggregator.delegates import Backend
from pykube.apiserver.aggregator.endpoints import addresses
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.errors import ServiceUnavailable
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock

BACKEND = Backend("default", "svc", 443)


@asynccontextmanager
async def objects(*slices, **spec):
    registry = Registry(MemoryStore(), FakeClock(), Pools())
    await registry.start()
    await registry.create(core_v1.Namespace(metadata=meta_v1.ObjectMeta(name="default")))
    meta = {"name": "svc", "namespace": "default"}
    if spec:
        await registry.create(codec.from_dict(core_v1.Service, {"metadata": meta, "spec": spec}))
    for number, one in enumerate(slices):
        labels = {"kubernetes.io/service-name": one.pop("of", "svc")}
        found = {"metadata": {"name": f"svc-{number}", "namespace": "default", "labels": labels}, **one}
        await registry.create(codec.from_dict(EndpointSlice, found))
    try:
        yield registry
    finally:
        await registry.close()


def part(*hosts, port=8443, name="https", family="IPv4", ready=None, **more):
    condition = {} if ready is None else {"ready": ready}
    endpoints = [{"addresses": [host], "conditions": condition} for host in hosts]
    return {"addressType": family, "ports": [{"name": name, "port": port}], "endpoints": endpoints, **more}


def found(*slices, **spec):
    async def run():
        async with objects(*slices, **spec) as registry:
            return addresses(registry, BACKEND)

    return asyncio.run(run())


PORTS = {"ports": [{"name": "https", "port": 443}, {"name": "other", "port": 80}]}


def test_the_ready_endpoints_of_the_port():
    slices = [
        part("192.0.2.1", "192.0.2.2"),
        part("192.0.2.3", ready=False),
        part("192.0.2.4", name="other"),
        part("192.0.2.5", of="another"),
        part("192.0.2.6", ready=True, port=9443),
    ]
    expected = {("192.0.2.1", 8443), ("192.0.2.2", 8443), ("192.0.2.6", 9443)}
    assert set(found(*slices, **PORTS)) == expected


def test_the_services_first_family_comes_first():
    slices = [part("2001:db8::1", "2001:db8::2", family="IPv6"), part("192.0.2.1", "192.0.2.2")]
    listed = found(*slices, **PORTS)
    assert {host for host, _ in listed[:2]} == {"192.0.2.1", "192.0.2.2"}
    assert len(listed) == 4


def test_a_service_that_stands_for_a_name():
    assert found(type="ExternalName", externalName="api.example.com") == [("api.example.com", 443)]


@pytest.mark.parametrize(
    ("slices", "spec", "message"),
    [
        ([], {}, 'service "svc" not found'),
        ([], {"ports": [{"port": 80}]}, 'no service port 443 found for service "svc"'),
        ([], PORTS, 'no endpoints available for service "svc"'),
        ([part("192.0.2.1", ready=False)], PORTS, 'no endpoints available for service "svc"'),
    ],
)
def test_nothing_to_reach(slices, spec, message):
    with pytest.raises(ServiceUnavailable, match=message):
        found(*slices, **spec)
