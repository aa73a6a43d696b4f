"""Objects that pods refer to."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from agent.pods.references import References, referenced
from pykube import errors
from pykube.api import core_v1
from pykube.client.rest import Client
from tests.fakes.clock import FakeClock
from tests.fakes.pod_api import PodApi
from tests.fakes.pod_story import pod


def config_map(name: str, **data: str) -> core_v1.ConfigMap:
    found = core_v1.ConfigMap(data=data)
    found.metadata.name, found.metadata.namespace = name, "default"
    return found


def test_missing_object_is_named_as_upstream_names_it() -> None:
    async def run() -> None:
        references = References(cast(Client, PodApi()), FakeClock(), lambda uid: None)
        with pytest.raises(errors.NotFound, match='^secret "x" not found$'):  # noqa: RUF043
            await references.secret("default", "x")

    asyncio.run(run())


def test_owner_is_told_of_changes_until_it_lets_go() -> None:
    async def run() -> None:
        api, clock, told = PodApi(), FakeClock(), list[str]()
        references = References(cast(Client, api), clock, told.append)
        references.hold("u1", "default", {("ConfigMap", "cm")})
        await clock.settle()
        await api.create(config_map("cm", a="1"))
        await clock.settle()
        assert told == ["u1"]
        assert (await references.config_map("default", "cm")).data == {"a": "1"}
        references.release("u1")
        await clock.settle()
        assert api.running_watches == 0
        await references.close()

    asyncio.run(run())


def test_one_watch_serves_many() -> None:
    async def run() -> None:
        api, clock = PodApi(), FakeClock()
        references = References(cast(Client, api), clock, lambda uid: None)
        for uid in ("u1", "u2"):
            references.hold(uid, "default", {("ConfigMap", "cm")})
        await clock.settle()
        assert api.running_watches == 1
        references.hold("u1", "default", set())
        await clock.settle()
        assert api.running_watches == 1
        await references.close()

    asyncio.run(run())


def test_references_of_containers() -> None:
    key = core_v1.SecretKeySelector(name="s", key="k")
    subject = pod()
    subject.spec.containers[0].env = [core_v1.EnvVar(name="A", value_from=core_v1.EnvVarSource(secret_key_ref=key))]
    subject.spec.containers[0].env_from = [core_v1.EnvFromSource(config_map_ref=core_v1.ConfigMapEnvSource(name="c"))]
    assert referenced(subject) == {("Secret", "s"), ("ConfigMap", "c")}
