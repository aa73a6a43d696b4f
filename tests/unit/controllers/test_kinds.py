import asyncio

from pykube.api import apiextensions_v1, apps_v1, owners
from pykube.api.scheme import Resource
from pykube.client.metadata import PartialObjectMetadata
from pykube.controllers.garbagecollector import GarbageCollector
from pykube.controllers.kinds import built_in, of_definition
from tests.fakes.api import meta
from tests.fakes.controllers import Scene

WIDGETS = Resource("example.com", "v1", "Widget", "widgets")


def definition(*, established: bool = True) -> apiextensions_v1.CustomResourceDefinition:
    found = apiextensions_v1.CustomResourceDefinition(metadata=meta("widgets.example.com"))
    found.spec.group, found.spec.scope = "example.com", "Namespaced"
    found.spec.names.plural, found.spec.names.kind = "widgets", "Widget"
    found.spec.versions = [
        apiextensions_v1.CustomResourceDefinitionVersion(name="v1beta1", served=True, storage=False),
        apiextensions_v1.CustomResourceDefinitionVersion(name="v1", served=True, storage=True),
    ]
    if established:
        found.status.conditions = [
            apiextensions_v1.CustomResourceDefinitionCondition(type="Established", status="True")
        ]
    return found


def test_each_kind_once_and_no_events() -> None:
    names = [resource.group_resource for resource in built_in()]
    assert len(names) == len(set(names))
    assert "pods" in names
    assert not {"events", "events.events.k8s.io"} & set(names)


def test_a_definition_is_a_resource_once_it_is_established() -> None:
    assert of_definition(definition(established=False)) is None
    assert of_definition(definition()) == WIDGETS


def test_objects_of_custom_kinds_are_collected_too() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            await scene.api.create(definition())
            parent = await scene.api.create(apps_v1.ReplicaSet(metadata=meta("parent", "default")))
            widget = PartialObjectMetadata(
                metadata=meta("gear", "default", owner_references=[owners.reference_to(parent)])
            )
            await scene.api.create(widget, resource=WIDGETS)
            await scene.settle()
            await scene.api.delete(apps_v1.ReplicaSet, "parent", "default")
            await scene.settle()
            left = await scene.api.list(PartialObjectMetadata, resource=WIDGETS)
            assert left.items == []
            await scene.api.delete(apiextensions_v1.CustomResourceDefinition, "widgets.example.com")
            await scene.settle()
            assert WIDGETS not in scene.context.kinds.resources()

    asyncio.run(story())
