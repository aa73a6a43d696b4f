"""Environments of containers."""

from __future__ import annotations

import asyncio

import pytest

from agent.pods.env import ConfigError, environment
from agent.pods.fields import Facts
from pykube import errors
from pykube.api import core_v1
from pykube.api.quantity import Quantity


class Objects:
    """ConfigMaps and Secrets by name."""

    def __init__(self, **data: dict[str, str]) -> None:
        self.data = data

    async def config_map(self, namespace: str, name: str) -> core_v1.ConfigMap:
        if name not in self.data:
            raise errors.NotFound(f'configmap "{name}" not found')
        return core_v1.ConfigMap(data=self.data[name])

    async def secret(self, namespace: str, name: str) -> core_v1.Secret:
        if name not in self.data:
            raise errors.NotFound(f'secret "{name}" not found')
        return core_v1.Secret(data={key: value.encode() for key, value in self.data[name].items()})


def env(
    container: core_v1.Container, objects: Objects | None = None, services: dict[str, str] | None = None
) -> dict[str, str]:
    pod = core_v1.Pod()
    pod.metadata.name, pod.metadata.namespace = "web", "default"
    pod.metadata.labels = {"app": "one"}
    pod.spec.containers = [container]
    facts = Facts(("10.42.0.5",), ("192.0.2.2",), "here", {"memory": Quantity.parse("1Gi")})
    return asyncio.run(environment(pod, container, objects=objects or Objects(), services=services or {}, facts=facts))


def variable(name: str, value: str = "", **source: object) -> core_v1.EnvVar:
    origin = core_v1.EnvVarSource(**source) if source else None  # type: ignore[arg-type]
    return core_v1.EnvVar(name=name, value=value, value_from=origin)


def test_values_refer_to_those_before_them() -> None:
    container = core_v1.Container(name="c", env=[variable("A", "1"), variable("B", "$(A)$(B)$$(A)$(SVC)")])
    assert env(container, services={"SVC": "s"}) == {"SVC": "s", "A": "1", "B": "1$(B)$(A)s"}


def test_fields_and_resources() -> None:
    field = core_v1.ObjectFieldSelector
    container = core_v1.Container(
        name="c",
        env=[
            variable("IP", field_ref=field(field_path="status.podIP")),
            variable("APP", field_ref=field(field_path="metadata.labels['app']")),
            variable("CPU", resource_field_ref=core_v1.ResourceFieldSelector(resource="requests.cpu")),
            variable("MEM", resource_field_ref=core_v1.ResourceFieldSelector(resource="limits.memory")),
        ],
        resources=core_v1.ResourceRequirements(requests={"cpu": Quantity.parse("250m")}),
    )
    assert env(container) == {"IP": "10.42.0.5", "APP": "one", "CPU": "1", "MEM": str(2**30)}


def test_whole_objects_with_a_prefix_give_way_to_single_values() -> None:
    source = core_v1.EnvFromSource(prefix="P_", config_map_ref=core_v1.ConfigMapEnvSource(name="cm"))
    container = core_v1.Container(name="c", env_from=[source], env=[variable("P_b", "mine")])
    assert env(container, Objects(cm={"a": "1", "b": "2"})) == {"P_a": "1", "P_b": "mine"}


def test_missing_object_is_an_error_in_upstreams_words() -> None:
    key = core_v1.SecretKeySelector(name="x", key="k")
    container = core_v1.Container(name="c", env=[variable("A", secret_key_ref=key)])
    with pytest.raises(ConfigError, match=r'^secret "x" not found$'):
        env(container)
    with pytest.raises(ConfigError, match=r"^couldn't find key k in Secret default/x$"):
        env(container, Objects(x={}))


def test_what_is_optional_may_be_missing() -> None:
    key = core_v1.ConfigMapKeySelector(name="x", key="k", optional=True)
    source = core_v1.EnvFromSource(secret_ref=core_v1.SecretEnvSource(name="y", optional=True))
    container = core_v1.Container(name="c", env_from=[source], env=[variable("A", config_map_key_ref=key)])
    assert env(container) == {}
    assert env(container, Objects(x={})) == {}
