from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from pykube import errors
from pykube.api import codec, core_v1, meta_v1
from pykube.client.informer import Informer, InformerSet
from tests.fakes.api_client import FakeClient
from tests.fakes.clock import FakeClock


def config_map(name: str, value: str = "1", namespace: str = "default") -> core_v1.ConfigMap:
    meta = meta_v1.ObjectMeta(name=name, namespace=namespace, labels={"app": name})
    return core_v1.ConfigMap(metadata=meta, data={"value": value})


@dataclass
class Scene:
    """An informer at work, and what its handler was told."""

    client: FakeClient = field(default_factory=FakeClient)
    clock: FakeClock = field(default_factory=FakeClock)
    told: list[str] = field(default_factory=list)

    def follow(self, informer: Informer[core_v1.ConfigMap]) -> None:
        def added(obj: core_v1.ConfigMap) -> None:
            self.told.append(f"+{obj.metadata.name}")

        def updated(old: core_v1.ConfigMap, new: core_v1.ConfigMap) -> None:
            self.told.append(f"{old.data['value']}>{new.data['value']}")

        def deleted(obj: core_v1.ConfigMap) -> None:
            self.told.append(f"-{obj.metadata.name}")

        informer.add_handler(on_add=added, on_update=updated, on_delete=deleted)


Story = Callable[[Scene, Informer[core_v1.ConfigMap]], Awaitable[None]]


def play(story: Story) -> None:
    """Run `story` beside an informer of ConfigMaps."""

    async def run() -> None:
        scene = Scene()
        informer = Informer(scene.client, core_v1.ConfigMap, clock=scene.clock)
        scene.follow(informer)
        task = asyncio.create_task(informer.run())
        try:
            await story(scene, informer)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_it_lists_then_follows() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        await scene.client.create(config_map("a"))
        assert not informer.synced
        await informer.wait_synced()
        assert scene.told == ["+a"]
        await scene.client.update(config_map("a", "2"))
        await scene.client.create(config_map("b"))
        await scene.client.delete(core_v1.ConfigMap, "a", "default")
        await scene.clock.settle()
        assert scene.told == ["+a", "1>2", "+b", "-a"]
        assert [obj.metadata.name for obj in informer.list()] == ["b"]
        assert informer.get("b", "default") is informer.get_key("default/b")
        assert informer.get("a", "default") is None

    play(story)


def test_a_lost_connection_is_taken_up_where_it_broke_without_a_new_list() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        await informer.wait_synced()
        await scene.clock.settle()
        scene.client.break_watches(errors.ServiceUnavailable("connection reset"))
        await scene.clock.settle()
        assert scene.client.running_watches == 0
        await scene.client.create(config_map("a"))
        await scene.clock.advance(1)
        assert scene.told == ["+a"]
        assert scene.client.requests.count("list ConfigMap") == 1

    play(story)


def test_while_the_server_is_away_it_asks_less_and_less_often() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        scene.client.failures = [errors.ServiceUnavailable("refused")] * 1000
        await scene.clock.advance(100)
        assert 5 < scene.client.requests.count("list ConfigMap") < 15
        assert not informer.synced
        scene.client.failures.clear()
        await scene.clock.advance(50)
        assert informer.synced

    play(story)


def test_lost_history_makes_it_list_again_and_tell_the_difference() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        for name in ("keeps", "changes", "goes"):
            await scene.client.create(config_map(name))
        await informer.wait_synced()
        await scene.clock.settle()
        kept = informer.get("keeps", "default")
        scene.told.clear()
        scene.client.break_watches(errors.ServiceUnavailable("connection reset"))
        await scene.clock.settle()
        await scene.client.update(config_map("changes", "2"))
        await scene.client.delete(core_v1.ConfigMap, "goes", "default")
        await scene.client.create(config_map("comes"))
        scene.client.compact()
        await scene.clock.advance(2)
        assert sorted(scene.told) == ["+comes", "-goes", "1>2"]
        assert informer.get("keeps", "default") is kept
        assert scene.client.requests.count("list ConfigMap") == 2

    play(story)


def test_an_object_made_anew_while_away_is_told_as_a_deletion_and_an_addition() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        await scene.client.create(config_map("a"))
        await informer.wait_synced()
        await scene.clock.settle()
        scene.client.break_watches(errors.ServiceUnavailable("connection reset"))
        await scene.clock.settle()
        await scene.client.delete(core_v1.ConfigMap, "a", "default")
        await scene.client.create(config_map("a", "2"))
        scene.client.compact()
        await scene.clock.advance(2)
        assert scene.told == ["+a", "-a", "+a"]

    play(story)


def test_a_server_that_ends_watches_at_once_is_not_hammered() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        await informer.wait_synced()
        for _ in range(50):
            await scene.clock.settle()
            scene.client.break_watches()
        assert scene.client.requests.count("watch ConfigMap") <= 2

    play(story)


def test_a_handler_that_comes_late_is_told_of_what_is_there() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        await scene.client.create(config_map("a"))
        await informer.wait_synced()
        scene.told.clear()
        scene.follow(informer)
        assert scene.told == ["+a"]

    play(story)


def test_a_failing_handler_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        def fail(_: core_v1.ConfigMap) -> None:
            raise ValueError("broken handler")

        informer.add_handler(on_add=fail)
        scene.follow(informer)
        await scene.client.create(config_map("a"))
        await informer.wait_synced()
        assert scene.told == ["+a", "+a"]

    play(story)
    assert "broken handler" in caplog.text


def test_indexes_follow_changes() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        informer.add_index("value", lambda obj: obj.data.values())
        await scene.client.create(config_map("a"))
        await scene.client.create(config_map("b", namespace="other"))
        await informer.wait_synced()
        await scene.clock.settle()
        assert len(informer.by_index("value", "1")) == 2
        assert [obj.metadata.name for obj in informer.list("other")] == ["b"]
        await scene.client.update(config_map("a", "2"))
        await scene.client.delete(core_v1.ConfigMap, "b", "other")
        await scene.clock.settle()
        assert informer.by_index("value", "1") == []
        assert [obj.metadata.name for obj in informer.by_index("value", "2")] == ["a"]
        assert informer.list("other") == []

    play(story)


def test_managed_fields_are_not_kept() -> None:
    async def story(scene: Scene, informer: Informer[core_v1.ConfigMap]) -> None:
        obj = config_map("a")
        obj.metadata.managed_fields = [meta_v1.ManagedFieldsEntry(manager="kubectl")]
        await scene.client.create(obj)
        await informer.wait_synced()
        (held,) = informer.list()
        assert held.metadata.managed_fields == []
        assert codec.copy(held) == held

    play(story)


def test_a_set_shares_informers_and_starts_late_ones() -> None:
    async def story() -> None:
        client, clock = FakeClient(), FakeClock()
        informers = InformerSet(client, clock)
        first = informers.informer(core_v1.ConfigMap)
        assert informers.informer(core_v1.ConfigMap) is first
        assert informers.informer(core_v1.ConfigMap, label_selector="app=a") is not first
        task = asyncio.create_task(informers.run())
        await informers.wait_synced()
        late = informers.informer(core_v1.ConfigMap, namespace="default")
        await informers.wait_synced()
        await client.create(config_map("a"))
        await clock.settle()
        assert len(late) == len(first) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
