import asyncio
import dataclasses
from typing import Any

import msgspec
import pytest

from pykube import errors
from pykube.api import apiregistration_v1, apps_v1, conditions, core_v1, meta_v1
from pykube.api.scheme import Resource
from pykube.apiserver.discovery import RemoteVersion
from pykube.client.metadata import PartialObjectMetadata
from pykube.controllers.discovered import read
from pykube.controllers.garbagecollector import GarbageCollector
from pykube.controllers.kinds import RESYNC
from pykube.controllers.namespace import NamespaceController
from tests.fakes.api import meta
from tests.fakes.controllers import Scene

VERBS = ("create", "delete", "get", "list", "patch", "update", "watch")
FLUNDERS = Resource("sample.io", "v1", "Flunder", "flunders", verbs=VERBS)
SERVED = RemoteVersion(
    "sample.io",
    "v1",
    ({"resource": "flunders", "responseKind": {"kind": "Flunder"}, "scope": "Namespaced", "verbs": list(VERBS)},),
    fresh=True,
)
STALE = dataclasses.replace(SERVED, fresh=False)
FAILURE = (
    "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: "
    "sample.io/v1: stale GroupVersion discovery: sample.io/v1"
)


def document(**versions: dict[str, Any]) -> bytes:
    listed = [{"version": name, **more} for name, more in versions.items()]
    return msgspec.json.encode({"items": [{"metadata": {"name": "sample.io"}, "versions": listed}]})


def service() -> apiregistration_v1.APIService:
    spec = apiregistration_v1.APIServiceSpec(
        service=apiregistration_v1.ServiceReference(namespace="default", name="sample"), group="sample.io", version="v1"
    )
    return apiregistration_v1.APIService(metadata=meta("v1.sample.io"), spec=spec)


def flunder(name: str) -> Any:
    return PartialObjectMetadata(metadata=meta(name, "old"))


def ending() -> core_v1.Namespace:
    return core_v1.Namespace(metadata=meta("old"), spec=core_v1.NamespaceSpec(finalizers=["kubernetes"]))


def condition(scene: Scene, kind: str) -> tuple[str, str, str]:
    found = conditions.find(scene.api.all(core_v1.Namespace)[0].status.conditions, kind)
    assert found is not None
    return found.status, found.reason, found.message


def test_a_resource_is_taken_from_the_first_version_that_has_it() -> None:
    shared = {"resource": "flunders", "responseKind": {"kind": "Flunder"}, "scope": "Namespaced", "verbs": ["list"]}
    old = {"resource": "fischers", "responseKind": {"kind": "Fischer"}, "scope": "Cluster", "verbs": ["delete"]}
    found = read(document(v1={"resources": [shared]}, v1beta1={"resources": [shared, old]}))
    assert {name: (each.version, each.namespaced) for name, each in found.resources.items()} == {
        "flunders.sample.io": ("v1", True),
        "fischers.sample.io": ("v1beta1", False),
    }
    assert (found.failure(), found.parse_failure()) == ("", "")


def test_what_cannot_be_asked_about_or_read_is_told() -> None:
    stale = read(document(v1={"freshness": "Stale"}))
    assert stale.failure() == FAILURE
    odd = read(document(**{"v1/x": {}}))
    assert odd.parse_failure() == "unexpected GroupVersion string: sample.io/v1/x"
    with pytest.raises(errors.InternalError):
        read(b"<html>")


def test_objects_of_other_servers_go_with_their_namespace() -> None:
    async def story() -> None:
        async with Scene().running(NamespaceController) as scene:
            scene.api.others = [SERVED]
            await scene.api.create(ending())
            await scene.api.create(flunder("fish"), resource=FLUNDERS)
            await scene.api.delete(core_v1.Namespace, "old")
            await scene.settle()
            assert scene.api.all(core_v1.Namespace) == []
            assert (await scene.api.list(PartialObjectMetadata, resource=FLUNDERS)).items == []

    asyncio.run(story())


def test_a_namespace_stays_while_a_group_cannot_be_asked_about() -> None:
    async def story() -> None:
        async with Scene().running(NamespaceController) as scene:
            scene.api.others = [STALE]
            await scene.api.create(ending())
            await scene.api.create(core_v1.ConfigMap(metadata=meta("settings", "old")))
            await scene.api.delete(core_v1.Namespace, "old")
            await scene.settle()
            assert scene.api.all(core_v1.ConfigMap) == []
            told = condition(scene, "NamespaceDeletionDiscoveryFailure")
            assert told == ("True", "DiscoveryFailed", FAILURE)
            assert condition(scene, "NamespaceDeletionContentFailure")[0] == "False"
            scene.api.others = [SERVED]
            await scene.settle(60)
            assert scene.api.all(core_v1.Namespace) == []

    asyncio.run(story())


def test_events_go_with_their_namespace() -> None:
    async def story() -> None:
        async with Scene().running(NamespaceController) as scene:
            await scene.api.create(ending())
            await scene.api.create(core_v1.Event(metadata=meta("hello", "old")))
            await scene.api.delete(core_v1.Namespace, "old")
            await scene.settle()
            assert scene.api.all(core_v1.Event) == []

    asyncio.run(story())


def test_what_does_not_go_though_nothing_holds_it_is_a_failure() -> None:
    async def story() -> None:
        async with Scene().running(NamespaceController) as scene:
            await scene.api.create(ending())
            pod = core_v1.Pod(metadata=meta("web", "old"), spec=core_v1.PodSpec(node_name="node-1"))
            await scene.api.create(pod)
            await scene.api.delete(core_v1.Namespace, "old")
            await scene.settle()
            assert condition(scene, "NamespaceDeletionContentFailure")[1:] == (
                "ContentDeletionFailed",
                "Failed to delete all resource types, 1 remaining: "
                "unexpected items still remain in namespace: old for gvr: /v1, Resource=pods",
            )

    asyncio.run(story())


def test_dependents_of_other_servers_objects_are_collected() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            scene.api.others = [SERVED]
            await scene.api.create(service())
            parent = await scene.api.create(flunder("parent"), resource=FLUNDERS)
            child = core_v1.ConfigMap(metadata=meta("child", "old", owner_references=[reference(parent)]))
            await scene.api.create(child)
            await scene.api.create(apps_v1.ReplicaSet(metadata=meta("other", "old")))
            await scene.settle()
            assert len(scene.api.all(core_v1.ConfigMap)) == 1
            await scene.api.delete(PartialObjectMetadata, "parent", "old", resource=FLUNDERS)
            await scene.settle()
            assert scene.api.all(core_v1.ConfigMap) == []

    asyncio.run(story())


def test_what_other_servers_objects_own_stays_while_they_are_away() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            scene.api.others = [SERVED]
            registered = await scene.api.create(service())
            parent = await scene.api.create(flunder("parent"), resource=FLUNDERS)
            await scene.settle()
            scene.api.others = [STALE]
            await scene.settle(RESYNC + 1)
            assert FLUNDERS in scene.context.kinds.resources()
            scene.api.others = []
            await scene.settle(2 * RESYNC)
            assert FLUNDERS not in scene.context.kinds.resources()
            child = core_v1.ConfigMap(metadata=meta("child", "old", owner_references=[reference(parent)]))
            await scene.api.create(child)
            await scene.settle(10)
            assert len(scene.api.all(core_v1.ConfigMap)) == 1
            await scene.api.delete(apiregistration_v1.APIService, registered.metadata.name)

    asyncio.run(story())


def reference(parent: Any) -> meta_v1.OwnerReference:
    return meta_v1.OwnerReference(
        api_version=FLUNDERS.api_version, kind=FLUNDERS.kind, name=parent.metadata.name, uid=parent.metadata.uid
    )
