"""What aggregated servers are told about whom to believe."""

import asyncio
import json
from datetime import timedelta

import pytest
from cryptography import x509

from pykube.api import core_v1, meta_v1
from pykube.apiserver.aggregator.trust import NAME, NAMESPACE, Trust, combined
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.pki.ca import CA_LIFETIME, CertificateAuthority
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    folder, now = tmp_path_factory.mktemp("trust"), FakeClock().now()
    return [CertificateAuthority.load_or_create(folder, now, name=n, common_name=n).pem for n in ("a", "b", "c")]


def subjects(bundle):
    return [one.subject.rfc4514_string() for one in x509.load_pem_x509_certificates(bundle.encode())]


def test_what_others_have_put_in_stays(authorities):
    now = FakeClock().now()
    clients, proxy, other = authorities
    first = combined({}, clients, proxy, now)
    assert json.loads(first["requestheader-allowed-names"]) == ["front-proxy-client"]
    assert json.loads(first["requestheader-extra-headers-prefix"]) == ["X-Remote-Extra-"]
    present = {**first, "client-ca-file": other.decode(), "requestheader-allowed-names": '["theirs"]', "junk": "x"}
    found = combined(present, clients, proxy, now)
    assert subjects(found["client-ca-file"]) == ["CN=c", "CN=a"]
    assert json.loads(found["requestheader-allowed-names"]) == ["theirs", "front-proxy-client"]
    assert "junk" not in found
    assert combined(found, clients, proxy, now) == found


def test_what_has_expired_or_is_broken_goes(authorities):
    clients, proxy, other = authorities
    late = FakeClock().now() + CA_LIFETIME + timedelta(minutes=6)
    assert combined({"client-ca-file": other.decode()}, clients, proxy, late)["client-ca-file"] == ""
    broken = {"client-ca-file": "-----BEGIN CERTIFICATE-----\nxx", "requestheader-allowed-names": "7"}
    found = combined(broken, clients, proxy, FakeClock().now())
    assert subjects(found["client-ca-file"]) == ["CN=a"]
    assert json.loads(found["requestheader-allowed-names"]) == ["front-proxy-client"]


def test_it_is_put_right_and_follows_new_authorities(authorities):
    clients, proxy, other = authorities

    async def run():
        clock = FakeClock()
        registry = Registry(MemoryStore(), clock, Pools())
        await registry.start()
        await registry.create(core_v1.Namespace(metadata=meta_v1.ObjectMeta(name=NAMESPACE)))
        trust = Trust(registry, clock, clients, proxy)
        task = asyncio.create_task(trust.run())

        def has(*names):
            found = registry.find(core_v1.ConfigMap, NAME, NAMESPACE)
            return found is not None and subjects(found.data["client-ca-file"]) == list(names)

        await settled(registry, lambda: has("CN=a"))
        await registry.delete(core_v1.ConfigMap, NAME, NAMESPACE)
        await settled(registry, lambda: has("CN=a"))
        trust.renew(other, proxy)
        await settled(registry, lambda: has("CN=a", "CN=c"))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await registry.close()

    asyncio.run(run())


async def settled(registry, holds):
    happened = asyncio.Event()
    detach = registry.cache(core_v1.ConfigMap).attach(lambda event: happened.set())
    async with asyncio.timeout(5):
        while not holds():
            happened.clear()
            await happened.wait()
    detach()
