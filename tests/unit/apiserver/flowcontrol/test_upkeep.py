"""Default objects and statuses, over a real registry."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from pykube.api import codec, defaults, validation
from pykube.api import flowcontrol_bootstrap as bootstrap
from pykube.api import flowcontrol_v1 as v1
from pykube.apiserver.flowcontrol import Fairness, Upkeep, ensure
from pykube.apiserver.flowcontrol.upkeep import PAUSE, revision
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.errors import NotFound
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.flow_control import level, schema

DEFAULTS = [
    *bootstrap.SUGGESTED_LEVELS.values(),
    *bootstrap.MANDATORY_LEVELS.values(),
    *bootstrap.SUGGESTED_SCHEMAS.values(),
    *bootstrap.MANDATORY_SCHEMAS.values(),
]


@asynccontextmanager
async def started():
    clock, store = FakeClock(), MemoryStore()
    registry = Registry(store, clock, Pools())
    await registry.start()
    try:
        yield registry, clock
    finally:
        await registry.close()
        await store.close()


@asynccontextmanager
async def looked_after(registry, clock):
    fairness = Fairness(registry, clock, 100)
    fairness.follow()
    task = asyncio.ensure_future(Upkeep(registry, fairness, clock).run())
    await clock.advance(2 * PAUSE)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda found: f"{found.kind}-{found.metadata.name}")
def test_default_objects_are_valid_and_complete(default):
    found = codec.copy(default)
    defaults.apply(found)
    assert found.spec == default.spec
    assert validation.validate_create(found) == []


def test_what_is_missing_is_created():
    async def run():
        async with started() as (registry, _):
            await ensure(registry)
            assert len(registry.list(v1.FlowSchema)) == 11
            assert len(registry.list(v1.PriorityLevelConfiguration)) == 8
            before = registry.get(v1.FlowSchema, "probes").metadata.resource_version
            await ensure(registry)
            assert registry.get(v1.FlowSchema, "probes").metadata.resource_version == before

    asyncio.run(run())


def test_a_suggested_object_that_was_changed_is_put_back():
    present = codec.copy(bootstrap.SUGGESTED_SCHEMAS["service-accounts"])
    present.spec.matching_precedence = 5
    revised = revision(present, bootstrap.SUGGESTED_SCHEMAS["service-accounts"], mandatory=False)
    assert revised is not None
    assert revised.spec.matching_precedence == 9000


def test_a_suggested_object_of_the_administrators_stays():
    present = codec.copy(bootstrap.SUGGESTED_SCHEMAS["service-accounts"])
    present.spec.matching_precedence = 5
    present.metadata.annotations[bootstrap.AUTO_UPDATE] = "false"
    assert revision(present, bootstrap.SUGGESTED_SCHEMAS["service-accounts"], mandatory=False) is None


@pytest.mark.parametrize(("generation", "expected"), [(1, "true"), (2, "false")])
def test_without_annotation_the_generation_tells_whose_it_is(generation, expected):
    default = bootstrap.SUGGESTED_LEVELS["system"]
    present = codec.copy(default)
    del present.metadata.annotations[bootstrap.AUTO_UPDATE]
    present.metadata.generation = generation
    revised = revision(present, default, mandatory=False)
    assert revised is not None
    assert revised.metadata.annotations[bootstrap.AUTO_UPDATE] == expected


def test_a_mandatory_object_is_always_ours():
    default = bootstrap.MANDATORY_SCHEMAS["catch-all"]
    present = codec.copy(default)
    present.metadata.annotations[bootstrap.AUTO_UPDATE] = "false"
    revised = revision(present, default, mandatory=True)
    assert revised is not None
    assert revised.metadata.annotations[bootstrap.AUTO_UPDATE] == "true"


def test_the_shares_of_the_exempt_level_may_be_chosen():
    default = bootstrap.MANDATORY_LEVELS["exempt"]
    present = codec.copy(default)
    assert present.spec.exempt is not None
    present.spec.exempt.nominal_concurrency_shares = 10
    assert revision(present, default, mandatory=True) is None


def test_what_an_earlier_version_had_is_dropped_and_what_users_have_is_not():
    async def run():
        async with started() as (registry, _):
            former, own = schema("former", "system", "x"), schema("own", "system", "x")
            former.metadata.annotations[bootstrap.AUTO_UPDATE] = "true"
            for obj in (former, own):
                await registry.create(obj)
            await ensure(registry)
            assert registry.find(v1.FlowSchema, "former") is None
            assert registry.find(v1.FlowSchema, "own") is not None

    asyncio.run(run())


def conditions(registry, name):
    return [(c.type, c.status, c.reason) for c in registry.get(v1.FlowSchema, name).status.conditions]


def test_the_status_says_whether_the_level_is_there():
    async def run():
        async with started() as (registry, clock), looked_after(registry, clock):
            await registry.create(schema("mine", "missing", "x"))
            await clock.advance(2 * PAUSE)
            assert conditions(registry, "mine") == [("Dangling", "True", "NotFound")]
            assert registry.get(v1.FlowSchema, "mine").status.conditions[0].message == (
                'This FlowSchema references the PriorityLevelConfiguration object named "missing"'
                " but there is no such object"
            )
            await registry.create(level("missing"))
            await clock.advance(3 * PAUSE)
            assert conditions(registry, "mine") == [("Dangling", "False", "Found")]
            assert conditions(registry, "catch-all") == [("Dangling", "False", "Found")]

    asyncio.run(run())


def test_other_conditions_are_left_alone():
    async def run():
        async with started() as (registry, clock), looked_after(registry, clock):
            obj = await registry.create(schema("mine", "system", "x"))
            obj.status.conditions = [v1.FlowSchemaCondition(type="Other", status="True")]
            await registry.update(obj, subresource="status")
            await clock.advance(3 * PAUSE)
            assert [row[0] for row in conditions(registry, "mine")] == ["Other", "Dangling"]

    asyncio.run(run())


def test_a_default_object_that_is_deleted_comes_back():
    async def run():
        async with started() as (registry, clock), looked_after(registry, clock):
            uid = registry.get(v1.FlowSchema, "probes").metadata.uid
            await registry.delete(v1.FlowSchema, "probes")
            with pytest.raises(NotFound):
                registry.get(v1.FlowSchema, "probes")
            await clock.advance(3 * PAUSE)
            assert registry.get(v1.FlowSchema, "probes").metadata.uid != uid

    asyncio.run(run())
