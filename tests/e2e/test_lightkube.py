"""lightkube, a typed Python client of another make, against a live cluster."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import lightkube
import pytest
from lightkube import ApiError, KubeConfig
from lightkube.generic_resource import create_resources_from_crd, get_generic_resource
from lightkube.models.apps_v1 import DeploymentSpec
from lightkube.models.core_v1 import Container, PodSpec, PodTemplateSpec
from lightkube.models.meta_v1 import LabelSelector, ObjectMeta
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.coordination_v1 import Lease
from lightkube.resources.core_v1 import ConfigMap, Event, Namespace, Pod, ServiceAccount
from lightkube.types import CascadeType, PatchType

from tests.e2e import cluster
from tests.e2e.cluster import IMAGE, eventually, pod

pytestmark = [
    # it leaves watches that were broken off to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[lightkube.Client]:
    """A client in a namespace of the test's own, in which pods can be made."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:40].strip("-")
    name = f"{words}-{uuid.uuid4().hex[:6]}"
    config = KubeConfig.from_file(str(cluster.KUBECONFIG))
    with lightkube.Client(config=config, namespace=name, field_manager="tests", trust_env=False) as found:
        found.create(Namespace(metadata=ObjectMeta(name=name)))
        eventually(lambda: [one.metadata.name for one in found.list(ServiceAccount)], "the default ServiceAccount")
        yield found
        found.delete(Namespace, name)


def configmap(name: str, **data: str) -> ConfigMap:
    return ConfigMap(
        apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name=name, labels={"app": "sample"}), data=data
    )


def deployment(name: str) -> Deployment:
    return Deployment(
        metadata=ObjectMeta(name=name),
        spec=DeploymentSpec(
            replicas=0,
            selector=LabelSelector(matchLabels={"app": name}),
            template=PodTemplateSpec(
                metadata=ObjectMeta(labels={"app": name}), spec=PodSpec(containers=[Container(name="c", image=IMAGE)])
            ),
        ),
    )


def test_create_get_replace_delete(client: lightkube.Client) -> None:
    made = client.create(configmap("c", a="1"))
    made.data = {"a": "2"}
    assert client.replace(made).data == {"a": "2"}
    with pytest.raises(ApiError) as caught:
        client.replace(made)
    assert (caught.value.status.code, caught.value.status.reason) == (409, "Conflict")
    assert client.create(configmap("dry"), dry_run=True).metadata.uid
    client.delete(ConfigMap, "c")
    for name in ("c", "dry"):
        with pytest.raises(ApiError) as caught:
            client.get(ConfigMap, name)
        assert caught.value.status.reason == "NotFound"


def test_lists_in_chunks_and_by_selectors(client: lightkube.Client) -> None:
    for number in range(7):
        client.create(configmap(f"c{number}"))
    listing = client.list(ConfigMap, labels={"app": "sample"}, chunk_size=3)
    assert [one.metadata.name for one in listing] == [f"c{number}" for number in range(7)]
    chosen = client.list(ConfigMap, fields={"metadata.name": "c4"})
    assert [one.metadata.name for one in chosen] == ["c4"]
    client.deletecollection(ConfigMap)
    assert not list(client.list(ConfigMap, labels={"app": "sample"}))


def test_watch(client: lightkube.Client) -> None:
    listing = client.list(ConfigMap)
    list(listing)
    client.create(configmap("c", a="1"))
    client.patch(ConfigMap, "c", {"data": {"a": "2"}})
    client.delete(ConfigMap, "c")
    seen = []
    for kind, found in client.watch(ConfigMap, labels={"app": "sample"}, resource_version=listing.resourceVersion):
        seen.append((kind, found.data["a"]))
        if kind == "DELETED":
            break
    assert seen == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")]


def test_patches_of_three_kinds(client: lightkube.Client) -> None:
    client.create(deployment("d"))
    env = [{"name": "B", "value": "2"}]
    strategic = {"spec": {"template": {"spec": {"containers": [{"name": "c", "env": env}]}}}}
    found = client.patch(Deployment, "d", strategic)
    assert (found.spec.template.spec.containers[0].image, len(found.spec.template.spec.containers)) == (IMAGE, 1)
    found = client.patch(Deployment, "d", {"metadata": {"labels": {"a": "b"}}}, patch_type=PatchType.MERGE)
    assert found.metadata.labels == {"a": "b"}
    operation = {"op": "replace", "path": "/spec/replicas", "value": 1}
    assert client.patch(Deployment, "d", [operation], patch_type=PatchType.JSON).spec.replicas == 1
    eventually(lambda: scaled(client, "d", 2), "a replacement that no controller's write comes between")
    client.delete(Deployment, "d", cascade=CascadeType.FOREGROUND)


def scaled(client: lightkube.Client, name: str, replicas: int) -> bool:
    scale = client.get(Deployment.Scale, name)
    scale.spec.replicas = replicas
    try:
        return bool(client.replace(scale, name).spec.replicas == replicas)
    except ApiError as error:
        if error.status.code != 409:
            raise
        return False


def test_server_side_apply(client: lightkube.Client) -> None:
    client.apply(configmap("c", a="1"), field_manager="one")
    with pytest.raises(ApiError) as caught:
        client.apply(configmap("c", a="2"), field_manager="two")
    assert caught.value.status.code == 409
    assert client.apply(configmap("c", a="2"), field_manager="two", force=True).data == {"a": "2"}


def test_leases_and_events(client: lightkube.Client) -> None:
    lease = {"metadata": {"name": "leader"}, "spec": {"holderIdentity": "one", "leaseDurationSeconds": 15}}
    assert client.create(Lease.from_dict(lease)).spec.holderIdentity == "one"
    event = {
        "metadata": {"name": "e"},
        "involvedObject": {"kind": "ConfigMap", "name": "c", "namespace": client.namespace},
        "reason": "Tried",
        "message": "once",
        "type": "Normal",
    }
    client.create(Event.from_dict(event))
    found = client.list(Event, fields={"involvedObject.name": "c"})
    assert [one.message for one in found] == ["once"]


DEFINITION = {
    "metadata": {"name": "gizmos.light.example.com"},
    "spec": {
        "group": "light.example.com",
        "scope": "Namespaced",
        "names": {"plural": "gizmos", "singular": "gizmo", "kind": "Gizmo"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {
                    "status": {},
                    "scale": {"specReplicasPath": ".spec.n", "statusReplicasPath": ".status.n"},
                },
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"n": {"type": "integer"}}},
                            "status": {"type": "object", "properties": {"n": {"type": "integer"}}},
                        },
                    }
                },
            }
        ],
    },
}


@pytest.fixture
def gizmo(client: lightkube.Client) -> Iterator[Any]:
    """A custom kind, served; its class."""
    client.create(CustomResourceDefinition.from_dict(DEFINITION))
    name = DEFINITION["metadata"]["name"]
    client.wait(CustomResourceDefinition, name, for_conditions=["Established"])
    create_resources_from_crd(client.get(CustomResourceDefinition, name))
    yield get_generic_resource("light.example.com/v1", "Gizmo")
    client.delete(CustomResourceDefinition, name)


def test_custom_resources(client: lightkube.Client, gizmo: Any) -> None:
    client.create(gizmo(metadata=ObjectMeta(name="g"), spec={"n": 1}))
    client.patch(gizmo, "g", {"spec": {"n": 2}}, patch_type=PatchType.MERGE)
    client.patch(gizmo.Status, "g", {"status": {"n": 2}}, patch_type=PatchType.MERGE)
    found = client.get(gizmo, "g")
    assert (found.spec, found.status) == ({"n": 2}, {"n": 2})
    assert client.get(gizmo.Scale, "g").spec.replicas == 2
    applied = gizmo(apiVersion="light.example.com/v1", kind="Gizmo", metadata=ObjectMeta(name="g"), spec={"n": 3})
    assert client.apply(applied, force=True).spec == {"n": 3}
    for kind, one in client.watch(gizmo):
        assert (kind, one.spec) == ("ADDED", {"n": 3})
        break
    client.delete(gizmo, "g")


# What needs a node


def test_logs_and_exec(client: lightkube.Client) -> None:
    client.create(Pod.from_dict(pod("shell", "sh", "-c", "echo one; echo two; busybox sleep 3600")))
    client.wait(Pod, "shell", for_conditions=["Ready"])
    assert list(client.log("shell")) == ["one\n", "two\n"]
    following = client.log("shell", follow=True, newlines=False)
    assert [next(following), next(following)] == ["one", "two"]
    answer = client.exec(
        "shell",
        command=["/bin/busybox", "sh", "-c", "busybox cat; echo err >&2; exit 3"],
        stdin="in",
        stdout=True,
        stderr=True,
    )
    assert (answer.stdout, answer.stderr, answer.exit_code) == ("in", "err\n", 3)
