"""APIServices for what this server answers for itself."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from pykube.api import scheme
from pykube.api.apiregistration_v1 import APIService
from pykube.api.scheme import CustomResource
from pykube.apiserver.aggregator.registration import LABEL, Registration, desired
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.store.memory import MemoryStore
from tests.fakes.api_server import running
from tests.fakes.clock import FakeClock
from tests.fakes.custom_kinds import DEFINITIONS, GROUP, definition, version

CRONTABS = CustomResource("stable.example.com", "v1", "CronTab", "crontabs")


@asynccontextmanager
async def registering(store):
    clock = FakeClock()
    registry = Registry(store, clock, Pools())
    await registry.start()
    registration = Registration(registry, clock)
    task = asyncio.create_task(registration.run())
    try:
        yield registry
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await registry.close()


async def until(registry, holds):
    happened = asyncio.Event()
    detach = registry.cache(APIService).attach(lambda event: happened.set())
    async with asyncio.timeout(5):
        while not holds():
            happened.clear()
            await happened.wait()
    detach()


def names(registry):
    return {cached.name for cached in registry.cache(APIService)}


@pytest.fixture
def wanted():
    return desired(scheme.resources)


def test_one_for_each_group_version_but_our_own(wanted):
    assert "v1.apiregistration.k8s.io" not in wanted
    assert wanted["v1."].api_service().spec.group_priority_minimum == 18000
    hpa = wanted["v2.autoscaling"].api_service()
    assert (hpa.spec.group, hpa.spec.version, hpa.spec.version_priority) == ("autoscaling", "v2", 30)
    assert hpa.metadata.labels == {LABEL: "onstart"}
    custom = desired([CRONTABS])["v1.stable.example.com"].api_service()
    assert (custom.metadata.name, custom.metadata.labels) == ("v1.stable.example.com", {LABEL: "true"})
    assert (custom.spec.group_priority_minimum, custom.spec.version_priority) == (1000, 100)


def test_they_are_made_and_come_back(wanted):
    async def run():
        async with registering(MemoryStore()) as registry:
            await until(registry, lambda: names(registry) == set(wanted))
            made = registry.get(APIService, "v1.apps")
            assert made.status.conditions[0].reason == "Local"
            await registry.delete(APIService, "v1.apps")
            await until(registry, lambda: "v1.apps" not in names(registry))
            await until(registry, lambda: "v1.apps" in names(registry))

    asyncio.run(run())


def test_an_administrators_change_lasts_until_the_next_start(wanted):
    async def run():
        store = MemoryStore()
        async with registering(store) as registry:
            await until(registry, lambda: names(registry) == set(wanted))
            made = registry.get(APIService, "v1.apps")
            made.spec.group_priority_minimum = 5
            await registry.update(made)
            own = registry.get(APIService, "v1.batch")
            own.metadata.labels, own.spec.group_priority_minimum = {}, 6
            await registry.update(own)
            await until(registry, lambda: registry.get(APIService, "v1.batch").spec.group_priority_minimum == 6)
            assert registry.get(APIService, "v1.apps").spec.group_priority_minimum == 5
        async with registering(store) as registry:
            await until(registry, lambda: registry.get(APIService, "v1.apps").spec.group_priority_minimum == 17800)
            assert registry.get(APIService, "v1.batch").spec.group_priority_minimum == 6

    asyncio.run(run())


def test_those_of_custom_kinds_go_with_them():
    async def run():
        async with running() as api:
            registry = api.registry
            task = asyncio.create_task(Registration(registry, FakeClock()).run())
            await api.post(DEFINITIONS, definition(version(), version("v2", storage=False)))
            of_group = {f"v1.{GROUP}", f"v2.{GROUP}"}
            await until(registry, lambda: of_group <= names(registry))

            def priority():
                return registry.get(APIService, f"v1.{GROUP}").spec.version_priority

            spoiled = registry.get(APIService, f"v1.{GROUP}")
            spoiled.spec.version_priority = 7
            await registry.update(spoiled)
            await until(registry, lambda: priority() == 7)
            await until(registry, lambda: priority() == 100)
            await api.delete(f"{DEFINITIONS}/crontabs.{GROUP}")
            await until(registry, lambda: not of_group & names(registry))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
