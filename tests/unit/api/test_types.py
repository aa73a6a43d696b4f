"""Every declared kind decodes, encodes and describes itself."""

from __future__ import annotations

import pytest

from pykube.api import apps_v1, codec, core_v1, microtime, schema, scheme
from pykube.errors import BadRequest


@pytest.mark.parametrize("resource", scheme.resources, ids=lambda r: f"{r.api_version}/{r.kind}")
def test_every_kind_round_trips_and_knows_its_resource(resource: scheme.Resource) -> None:
    cls = resource.type
    assert scheme.resource_of(cls) is resource
    empty = cls()
    plain = codec.to_dict(empty)
    assert plain["apiVersion"] == resource.api_version
    assert plain["kind"] == resource.kind
    assert codec.decode(cls, codec.encode(empty)) == empty
    assert list(schema.fields_of(cls))[:2] == ["apiVersion", "kind"]


def test_zero_values_are_written_as_go_writes_them() -> None:
    status = codec.to_dict(core_v1.ContainerStatus(name="a"))
    assert status == {
        "name": "a",
        "state": {},
        "lastState": {},
        "ready": False,
        "restartCount": 0,
        "image": "",
        "imageID": "",
    }


def test_null_counts_as_absent() -> None:
    pod = codec.decode(core_v1.Pod, b'{"metadata":{"labels":null},"spec":{"containers":[{"name":"a","args":null}]}}')
    assert pod.metadata.labels == {}
    assert pod.spec.containers[0].args == []


def test_a_wrong_type_names_its_path() -> None:
    with pytest.raises(BadRequest, match=r"DeploymentSpec\.spec\.replicas of type int32"):
        codec.decode(apps_v1.Deployment, b'{"spec":{"replicas":"three"}}')


def test_numbers_are_quantities_too() -> None:
    pod = codec.from_dict(core_v1.Pod, {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": 1.5}}}]}})
    assert str(pod.spec.containers[0].resources.limits["cpu"]) == "1500m"


def test_a_copy_shares_nothing() -> None:
    pod = core_v1.Pod(spec=core_v1.PodSpec(containers=[core_v1.Container(name="a", args=["x"])]))
    other = codec.copy(pod)
    other.spec.containers[0].args.append("y")
    assert pod.spec.containers[0].args == ["x"]
    assert other.kind == "Pod"


def test_lists_know_how_they_merge() -> None:
    containers = schema.fields_of(core_v1.PodSpec)["containers"]
    assert containers.find(schema.ListMap) == schema.ListMap("name")
    assert containers.find(schema.PatchMerge) == schema.PatchMerge("name")
    assert containers.struct is core_v1.Container
    assert containers.required
    assert schema.is_atomic(core_v1.LocalObjectReference)


def test_years_have_four_digits() -> None:
    moment = microtime.MicroTime.parse("0001-01-01T00:00:02.000000Z")
    assert str(moment) == "0001-01-01T00:00:02.000000Z"
