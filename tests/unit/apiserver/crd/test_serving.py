"""Custom kinds meet the same verbs as the built-in ones."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pykube.apiserver.crd.definitions import Definitions
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.apiserver.webhooks.client import WebhookClient
from tests.fakes.api_server import Answer, Api, running
from tests.fakes.custom_kinds import CRONTABS, DEFINITIONS, GROUP, crontab, definition, version

Story = Callable[[Api], Awaitable[None]]
NAME = f"{DEFINITIONS}/crontabs.{GROUP}"


def served(story: Story, *versions: dict[str, Any], **names: Any) -> None:
    """Run a story on a server that has the kind."""

    async def inside() -> None:
        async with running() as api:
            await define(api, definition(*versions, **names))
            await story(api)

    asyncio.run(inside())


async def define(api: Api, body: dict[str, Any]) -> None:
    """Create a definition and wait until it is established."""
    answer = await api.post(DEFINITIONS, body)
    assert answer.status == 201, answer.message
    await until(api, f"{DEFINITIONS}/{body['metadata']['name']}", lambda answer: "Established" in conditions(answer))


async def until(api: Api, path: str, holds: Callable[[Answer], bool]) -> Answer:
    """The first answer of a path that is as wished."""
    async with asyncio.timeout(5):
        answer = await api.get(path)
        while not holds(answer):
            answer = await api.get(path)
    return answer


def conditions(answer: Answer) -> set[str]:
    """The conditions of a definition that are true."""
    return {one["type"] for one in answer.doc["status"].get("conditions", ()) if one["status"] == "True"}


def test_created_objects_are_completed_and_counted() -> None:
    async def story(api: Api) -> None:
        answer = await api.post(CRONTABS, {**crontab(), "status": {"replicas": 5}})
        assert answer.status == 201
        assert answer.doc["spec"] == {"schedule": "* * * * *", "replicas": 1}
        assert answer.doc["metadata"]["generation"] == 1
        assert (await api.get(f"{CRONTABS}/a")).body == answer.body
        assert (await api.get(CRONTABS)).doc["kind"] == "CronTabList"

    served(story)


def test_status_is_written_at_its_own_path_and_only_there() -> None:
    async def story(api: Api) -> None:
        await api.post(CRONTABS, {**crontab(), "status": {"replicas": 5}})
        merged = await api.patch(f"{CRONTABS}/a", {"spec": {"replicas": 2}, "status": {"replicas": 5}})
        assert "status" not in merged.doc
        assert merged.doc["metadata"]["generation"] == 2
        status = await api.patch(
            f"{CRONTABS}/a/status",
            {"spec": {"replicas": 9}, "metadata": {"labels": {"a": "b"}}, "status": {"replicas": 5}},
        )
        assert (status.doc["status"], status.doc["spec"]["replicas"]) == ({"replicas": 5}, 2)
        assert status.doc["metadata"]["generation"] == 2
        assert "labels" not in status.doc["metadata"]
        bad = await api.patch(f"{CRONTABS}/a/status", {"status": {"replicas": "x"}})
        assert bad.status == 422
        assert bad.doc["details"]["causes"][0]["field"] == "status.replicas"

    served(story, version(subresources={"status": {}}))


def test_without_a_status_subresource_status_is_a_field_like_others() -> None:
    async def story(api: Api) -> None:
        await api.post(CRONTABS, crontab())
        merged = await api.patch(f"{CRONTABS}/a", {"status": {"replicas": 5}})
        assert (merged.doc["status"], merged.doc["metadata"]["generation"]) == ({"replicas": 5}, 2)
        assert (await api.get(f"{CRONTABS}/a/status")).status == 404

    served(story)


def test_scale() -> None:
    scale = {
        "specReplicasPath": ".spec.replicas",
        "statusReplicasPath": ".status.replicas",
        "labelSelectorPath": ".status.selector",
    }

    async def story(api: Api) -> None:
        await api.post(CRONTABS, {**crontab(), "status": {"replicas": 3, "selector": "a=b"}})
        scaled = await api.patch(f"{CRONTABS}/a/scale", {"spec": {"replicas": 4}})
        assert scaled.doc["kind"] == "Scale"
        assert (scaled.doc["spec"], scaled.doc["status"]) == ({"replicas": 4}, {"replicas": 3, "selector": "a=b"})
        assert (await api.get(f"{CRONTABS}/a")).doc["spec"]["replicas"] == 4
        assert (await api.patch(f"{CRONTABS}/a/scale", {"spec": {"replicas": 0}})).status == 422

    served(story, version(subresources={"scale": scale}))


def test_unknown_fields() -> None:
    async def story(api: Api) -> None:
        body = (
            b'{"apiVersion":"%b/v1","kind":"CronTab","metadata":{"name":"a","x":1},"spec":{"schedule":"","y":1,"y":2}}'
        )
        body %= GROUP.encode()
        strict = await api.post(f"{CRONTABS}?fieldValidation=Strict", body)
        assert strict.status == 400
        for found in ('duplicate field "spec.y"', 'unknown field "metadata.x"', 'unknown field "spec.y"'):
            assert found in strict.message
        warned = await api.post(CRONTABS, body)
        assert len(warned.headers.getall("Warning")) == 3
        assert warned.doc["spec"] == {"schedule": "", "replicas": 1}
        kept = await api.patch(f"{CRONTABS}/a", {"spec": {"free": {"z": {"deep": 1}}}})
        assert kept.doc["spec"]["free"] == {"z": {"deep": 1}}

    served(story)


def test_patches() -> None:
    async def story(api: Api) -> None:
        await api.post(CRONTABS, crontab())
        by_json = await api.patch(
            f"{CRONTABS}/a", [{"op": "add", "path": "/spec/port", "value": "http"}], kind="json-patch"
        )
        assert by_json.doc["spec"]["port"] == "http"
        strategic = await api.patch(f"{CRONTABS}/a", {"spec": {"port": 1}}, kind="strategic-merge-patch")
        assert strategic.status == 415

    served(story)


def test_updates_name_the_version_they_are_based_on() -> None:
    async def story(api: Api) -> None:
        created = (await api.post(CRONTABS, crontab())).doc
        assert (await api.put(f"{CRONTABS}/a", crontab())).status == 422
        same = await api.put(f"{CRONTABS}/a", created)
        assert same.doc["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]
        changed = {**created, "spec": {**created["spec"], "replicas": 3}}
        assert (await api.put(f"{CRONTABS}/a", changed)).doc["metadata"]["generation"] == 2
        assert (await api.put(f"{CRONTABS}/a", changed)).status == 409

    served(story)


def test_versions_show_the_same_objects() -> None:
    async def story(api: Api) -> None:
        await api.post(CRONTABS.replace("/v1/", "/v2/"), crontab(api="v2"))
        assert (await api.get(f"{CRONTABS}/a")).doc["apiVersion"] == f"{GROUP}/v1"
        page = await api.store.list(f"/registry/{GROUP}/crontabs/")
        assert page.entries[0].value.startswith(b'{"apiVersion":"%b/v1"' % GROUP.encode())
        other = await api.get(f"{CRONTABS}/a".replace("/v1/", "/v2/"))
        assert other.doc["spec"]["others"] == 7, "defaults are those of the version that is read"

    spec = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
        "properties": {"others": {"type": "integer", "default": 7}},
    }
    schema = {"type": "object", "properties": {"spec": spec}}
    served(story, version(), version("v2", storage=False, schema={"openAPIV3Schema": schema}))


def test_deprecated_versions_are_warned_about() -> None:
    async def story(api: Api) -> None:
        answer = await api.get(CRONTABS.replace("/v1/", "/v1beta1/"))
        assert f"{GROUP}/v1beta1 CronTab is deprecated; use {GROUP}/v1 CronTab" in answer.headers["Warning"]

    served(story, version(), version("v1beta1", storage=False, deprecated=True))


def test_tables_and_selectable_fields() -> None:
    async def story(api: Api) -> None:
        await api.post(CRONTABS, crontab(port="http"))
        await api.post(CRONTABS, crontab("b", port=80, replicas=2))
        table = await api.get(CRONTABS, Accept="application/json;as=Table;g=meta.k8s.io;v=v1")
        assert [row["cells"] for row in table.doc["rows"]] == [["a", "http"], ["b", "80"]]
        chosen = await api.get(f"{CRONTABS}?fieldSelector=spec.replicas%3D2")
        assert [item["metadata"]["name"] for item in chosen.doc["items"]] == ["b"]
        assert (await api.get(f"{CRONTABS}?fieldSelector=spec.other%3D80")).status == 400

    column = {"name": "Port", "type": "string", "jsonPath": ".spec.port"}
    served(story, version(additionalPrinterColumns=[column], selectableFields=[{"jsonPath": ".spec.replicas"}]))


def test_discovery_and_openapi_tell_of_it() -> None:
    async def story(api: Api) -> None:
        (listed,) = (await api.get(f"/apis/{GROUP}/v1")).doc["resources"]
        assert (listed["name"], listed["shortNames"], listed["categories"]) == ("crontabs", ["ct"], ["all"])
        groups = await api.get("/apis", Accept="application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        assert GROUP in [item["metadata"]["name"] for item in groups.doc["items"]]
        two = (await api.get("/openapi/v2")).doc["definitions"]["com.example.stable.v1.CronTab"]
        assert set(two["properties"]) == {"apiVersion", "kind", "metadata", "spec", "status"}
        three = (await api.get(f"/openapi/v3/apis/{GROUP}/v1")).doc["components"]["schemas"]
        assert three["com.example.stable.v1.CronTab"]["properties"]["spec"]["properties"]["replicas"]["default"] == 1
        await api.delete(NAME)
        await until(api, f"/apis/{GROUP}/v1", lambda answer: answer.status == 404)
        assert "com.example.stable.v1.CronTab" not in (await api.get("/openapi/v2")).doc["definitions"]

    served(story, shortNames=["ct"], categories=["all"])


def test_a_definition_goes_after_its_objects() -> None:
    async def story(api: Api) -> None:
        held = crontab()
        held["metadata"]["finalizers"] = ["example.com/hold"]
        await api.post(CRONTABS, held)
        await api.post(CRONTABS, crontab("b"))
        await api.delete(NAME)
        await until(api, CRONTABS, lambda answer: len(answer.doc["items"]) == 1)
        assert "Terminating" in conditions(await api.get(NAME))
        refused = await api.post(CRONTABS, crontab("c"))
        assert (refused.status, refused.message) == (
            405,
            "create not allowed while custom resource definition is terminating",
        )
        await api.patch(f"{CRONTABS}/a", {"metadata": {"finalizers": None}})
        await until(api, NAME, lambda answer: answer.status == 404)
        assert (await api.get(CRONTABS)).status == 404

    served(story)


def test_changes_of_a_definition_are_seen_at_once() -> None:
    async def story(api: Api) -> None:
        await api.post(CRONTABS, crontab())
        stricter = version(schema={"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}})
        async with api.watch(CRONTABS) as watch:
            assert (await watch.next())["type"] == "ADDED"
            await api.patch(NAME, {"spec": {"versions": [stricter]}})
            assert await watch.next() is None, "clients have to look again"
        await until(api, f"{CRONTABS}/a", lambda answer: answer.doc["spec"] == {})

    served(story)


def test_a_version_that_is_not_served_is_not_there() -> None:
    async def story(api: Api) -> None:
        assert (await api.get(CRONTABS.replace("/v1/", "/v2/"))).status == 404
        await api.patch(NAME, {"spec": {"versions": [version(), version("v2", storage=False)]}})
        await until(api, CRONTABS.replace("/v1/", "/v2/"), lambda answer: answer.status == 200)

    served(story, version(), version("v2", storage=False, served=False))


def test_a_changed_storage_version_is_noted() -> None:
    async def story(api: Api) -> None:
        versions = [version(storage=False), version("v2")]
        answer = await api.patch(NAME, {"spec": {"versions": versions}})
        assert answer.doc["status"]["storedVersions"] == ["v1", "v2"]
        gone = await api.patch(NAME, {"spec": {"versions": [version("v2")]}})
        assert gone.status == 422

    served(story, version(), version("v2", storage=False))


def test_conflicting_names_wait_until_they_are_free() -> None:
    async def story(api: Api) -> None:
        await api.post(DEFINITIONS, definition(plural="others", kind="CronTab"))
        other = f"{DEFINITIONS}/others.{GROUP}"
        answer = await until(
            api,
            other,
            lambda answer: "acceptedNames" in answer.doc["status"] and bool(answer.doc["status"].get("conditions")),
        )
        assert conditions(answer) == set()
        assert (await api.get(f"/apis/{GROUP}/v1/others")).status == 404
        await api.delete(NAME)
        await until(api, other, lambda answer: "Established" in conditions(answer))
        assert (await api.get(f"/apis/{GROUP}/v1/others")).status == 200

    served(story)


def test_what_is_stored_already_is_served_from_the_start() -> None:
    async def story(api: Api) -> None:
        await api.post(CRONTABS, crontab())
        registry = Registry(api.store, api.registry.clock, Pools())
        await registry.start()
        definitions = Definitions(registry, registry.clock, WebhookClient(registry))
        try:
            await definitions.start()
            resource = registry.resource(GROUP, "v1", "crontabs")
            assert resource is not None
            assert [cached.name for cached in registry.cache(resource)] == ["a"]
        finally:
            await definitions.close()
            await registry.close()

    served(story)


def test_generated_names_and_deletion_of_collections() -> None:
    async def story(api: Api) -> None:
        for _ in range(3):
            body = crontab()
            body["metadata"] = {"generateName": "gen-"}
            assert (await api.post(CRONTABS, body)).doc["metadata"]["name"].startswith("gen-")
        assert len((await api.delete(CRONTABS)).doc["items"]) == 3
        assert (await api.get(CRONTABS)).doc["items"] == []

    served(story)


def test_cluster_wide_kinds() -> None:
    async def story(api: Api) -> None:
        path = f"/apis/{GROUP}/v1/crontabs"
        assert (await api.post(path, crontab())).status == 201
        assert (await api.get(f"{path}/a")).status == 200
        assert (await api.get(CRONTABS)).status == 404

    served(story, scope="Cluster")


def test_definitions_agree_with_themselves() -> None:
    async def story(api: Api) -> None:
        spec = {"type": "object", "properties": {"n": {"type": "integer", "default": "x"}, "o": {"type": "object"}}}
        spec["properties"]["o"]["default"] = {"a": 1}  # type: ignore[index]
        schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
        fields = [{"jsonPath": ".spec.o"}, {"jsonPath": ".spec.absent"}]
        answer = await api.patch(NAME, {"spec": {"versions": [version(schema=schema, selectableFields=fields)]}})
        place = "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties"
        assert [cause["field"] for cause in answer.doc["details"]["causes"]] == [
            f"{place}[n].default",
            f"{place}[o].default",
            "spec.versions[0].selectableFields[0].jsonPath",
            "spec.versions[0].selectableFields[1].jsonPath",
        ]

    served(story)


def test_finalizers_should_say_whose_they_are() -> None:
    async def story(api: Api) -> None:
        body = crontab()
        body["metadata"]["finalizers"] = ["example.com", "example.com/good"]
        (warning,) = (await api.post(CRONTABS, body)).headers.getall("Warning")
        assert "prefer a domain-qualified finalizer name including a path (/)" in warning

    served(story)


def test_a_scale_that_cannot_be_read_is_told() -> None:
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    free = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}

    async def story(api: Api) -> None:
        await api.post(CRONTABS.replace("/v1/", "/v2/"), crontab(api="v2", replicas="many"))
        assert (await api.get(f"{CRONTABS}/a/scale")).status == 400
        assert (await api.patch(f"{CRONTABS}/a/scale", {"spec": {"replicas": 1}})).status == 400

    served(story, version(subresources={"scale": scale}), version("v2", storage=False, schema=free))
