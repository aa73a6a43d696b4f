"""Several versions of a custom kind, and the webhook that converts between them, asked over real TLS."""

import asyncio
import json

import pytest
from aiohttp import web

from pykube.apiserver.crd.definitions import Definitions
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.apiserver.webhooks.client import WebhookClient
from pykube.errors import InternalError
from tests.fakes.api_server import running
from tests.fakes.clock import FakeClock
from tests.fakes.custom_kinds import DEFINITIONS, GROUP, definition, version
from tests.fakes.webhook_server import webhooks

NAME = f"{DEFINITIONS}/crontabs.{GROUP}"
ONE = f"/apis/{GROUP}/v1/namespaces/default/crontabs"
TWO = f"/apis/{GROUP}/v2/namespaces/default/crontabs"
V1 = {"type": "object", "properties": {"hostPort": {"type": "string"}}}
V2 = {"type": "object", "properties": {"host": {"type": "string"}, "port": {"type": "string"}}}


def converted(doc, wanted):
    """``hostPort`` in v1 is ``host`` and ``port`` in v2."""
    doc = {**doc, "apiVersion": wanted}
    if wanted.endswith("v2") and "hostPort" in doc:
        doc["host"], doc["port"] = doc.pop("hostPort").split(":")
    elif wanted.endswith("v1") and "host" in doc:
        doc["hostPort"] = f"{doc.pop('host')}:{doc.pop('port')}"
    return doc


def answer(review, *, change=lambda doc: doc, **fields):
    """A well-formed answer; `change` makes it a lie."""
    request = review["request"]
    found = [change(converted(doc, request["desiredAPIVersion"])) for doc in request["objects"]]
    body = {"uid": request["uid"], "convertedObjects": found, "result": {"status": "Success"}, **fields}
    return {"kind": "ConversionReview", "apiVersion": review["apiVersion"], "response": body}


def two_versions(stored="v1"):
    """A definition of the kind in both."""
    schemas = {"v1": V1, "v2": V2}
    return definition(
        *(version(name, storage=name == stored, schema={"openAPIV3Schema": schema}) for name, schema in schemas.items())
    )


def conversion(hooks, *, path="/convert"):
    return {
        "strategy": "Webhook",
        "webhook": {"clientConfig": hooks.client_config(path), "conversionReviewVersions": ["v1"]},
    }


def crontab(name="a", **fields):
    return {"metadata": {"name": name}, **fields}


async def until(api, path, holds):
    """Wait until the status of a path is as wished."""
    async with asyncio.timeout(5):
        answer = await api.get(path)
        while not holds(answer.status):
            answer = await api.get(path)


async def served(api, path):
    """Wait until a path is served."""
    await until(api, path, lambda status: status != 404)


def story(tmp_path, run, *, stored="v1"):
    """Run a story on a server that has the kind in two versions."""

    async def inside():
        async with webhooks(tmp_path) as hooks, running() as api:
            hooks.answers["/convert"] = answer
            body = two_versions(stored)
            body["spec"]["conversion"] = conversion(hooks)
            found = await api.post(DEFINITIONS, body)
            assert found.status == 201, found.body
            await served(api, ONE)
            await run(api, hooks)

    asyncio.run(inside())


async def store_as(api, stored):
    """Change the version in which objects are stored from now on."""
    doc = (await api.get(NAME)).doc
    for one in doc["spec"]["versions"]:
        one["storage"] = one["name"] == stored
    assert (await api.put(NAME, doc)).status == 200
    # Served anew when the definition has been gone through: a write then lies in the other version.
    name = "probe"
    async with asyncio.timeout(5):
        while True:
            await api.post(ONE, crontab(name, hostPort="h:1"))
            entry, _ = await api.store.get(f"/registry/{GROUP}/crontabs/default/{name}")
            await api.delete(f"{ONE}/{name}")
            if json.loads(entry.value)["apiVersion"].endswith(stored):
                return


def test_one_object_in_two_versions(tmp_path):
    async def run(api, hooks):
        created = await api.post(ONE, crontab(hostPort="localhost:8080"))
        assert (created.status, created.doc["hostPort"]) == (201, "localhost:8080")
        assert hooks.reviews == [] or all(path == "/convert" for path in hooks.paths)
        two = (await api.get(f"{TWO}/a")).doc
        assert (two["apiVersion"], two["host"], two["port"]) == (f"{GROUP}/v2", "localhost", "8080")
        assert "hostPort" not in two
        meta = created.doc["metadata"]
        assert (two["metadata"]["uid"], two["metadata"]["resourceVersion"]) == (meta["uid"], meta["resourceVersion"])
        [review] = hooks.requests
        assert review["desiredAPIVersion"] == f"{GROUP}/v2"
        assert review["objects"][0]["hostPort"] == "localhost:8080"
        assert "hostPort" in (await api.get(f"{ONE}/a")).doc

    story(tmp_path, run)


def test_what_is_written_in_another_version_is_converted_for_the_store(tmp_path):
    async def run(api, hooks):
        assert (await api.post(TWO, crontab(host="h", port="1"))).doc["host"] == "h"
        entry, _ = await api.store.get(f"/registry/{GROUP}/crontabs/default/a")
        stored = json.loads(entry.value)
        assert (stored["apiVersion"], stored["hostPort"]) == (f"{GROUP}/v1", "h:1")
        assert (await api.get(f"{ONE}/a")).doc["hostPort"] == "h:1"
        changed = await api.patch(f"{TWO}/a", {"port": "2"})
        assert (changed.status, changed.doc["port"]) == (200, "2")
        assert (await api.get(f"{ONE}/a")).doc["hostPort"] == "h:2"
        assert (await api.delete(f"{TWO}/a")).status == 200
        assert (await api.get(f"{ONE}/a")).status == 404

    story(tmp_path, run)


def test_a_mixed_list_is_converted_in_both_directions(tmp_path):
    async def run(api, hooks):
        await api.post(ONE, crontab("old", hostPort="h:1"))
        await store_as(api, "v2")
        await api.post(TWO, crontab("new", host="h", port="2"))
        for path, fields in ((ONE, {"h:1", "h:2"}), (TWO, {"h"})):
            found = await api.get(path)
            assert found.status == 200, found.body
            items = found.doc["items"]
            assert [item["metadata"]["name"] for item in items] == ["new", "old"]
            assert {item.get("hostPort") or item.get("host") for item in items} == fields

    story(tmp_path, run)


def test_a_list_is_converted_in_one_call(tmp_path):
    async def run(api, hooks):
        hooks.answers["/convert"] = lambda review: web.Response(status=503)
        for name in "abc":
            await api.post(ONE, crontab(name, hostPort="h:1"))
        assert (await api.get(TWO)).status == 500
        hooks.answers["/convert"] = answer
        hooks.reviews.clear()
        assert len((await api.get(TWO)).doc["items"]) == 3
        assert [len(request["objects"]) for request in hooks.requests] == [3]
        # What is converted once is kept.
        assert len((await api.get(TWO)).doc["items"]) == 3
        assert len(hooks.reviews) == 1

    story(tmp_path, run)


def test_a_watch_sees_converted_objects(tmp_path):
    async def run(api, hooks):
        async with api.watch(TWO) as watch:
            await api.post(ONE, crontab(hostPort="h:1"))
            await api.patch(f"{ONE}/a", {"hostPort": "h:2"})
            await api.delete(f"{ONE}/a")
            events = [await watch.next() for _ in range(3)]
        assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
        assert [event["object"]["port"] for event in events] == ["1", "2", "2"]

    story(tmp_path, run)


def test_the_stored_version_needs_no_webhook(tmp_path):
    async def run(api, hooks):
        hooks.answers["/convert"] = lambda review: web.Response(status=500, text="down")
        assert (await api.post(ONE, crontab(hostPort="h:1"))).status == 201
        assert (await api.get(f"{ONE}/a")).status == 200
        assert (await api.get(ONE)).status == 200
        assert (await api.patch(f"{ONE}/a", {"hostPort": "h:2"})).status == 200
        found = await api.get(f"{TWO}/a")
        assert (found.status, found.doc["reason"]) == (500, "InternalError")
        assert found.message == (
            f"conversion webhook for {GROUP}/v1, Kind=CronTab failed: "
            'an error on the server ("down") has prevented the request from succeeding'
        )
        assert (await api.post(TWO, crontab("b", host="h", port="1"))).status == 500
        assert (await api.delete(f"{ONE}/a")).status == 200

    story(tmp_path, run)


def _other_metadata(**fields):
    def change(doc):
        return {**doc, "metadata": {**doc["metadata"], **fields}}

    return change


_LIES = {
    "name": ({"change": _other_metadata(name="x")}, "returned invalid object: must have the same name: a != x"),
    "uid": ({"change": _other_metadata(uid="x")}, "returned invalid object: must have the same UID: "),
    "version": (
        {"change": lambda doc: {**doc, "apiVersion": "a/b"}},
        f"returned invalid object at index 0: invalid groupVersion (expected {GROUP}/v2, received a/b)",
    ),
    "kind": ({"change": lambda doc: {**doc, "kind": "X"}}, "returned invalid object at index 0: invalid kind "),
    "label": (
        {"change": _other_metadata(labels={"a b": "c"})},
        "returned invalid metadata: metadata.labels: Invalid value: ",
    ),
    "no metadata": (
        {"change": lambda doc: {key: doc[key] for key in ("apiVersion", "kind")}},
        "returned invalid metadata: missing metadata in converted object",
    ),
    "number": ({"convertedObjects": []}, "returned 0 objects, expected 1"),
    "uid of the review": ({"uid": "x"}, 'failed: expected response.uid="'),
    "refusal": ({"result": {"status": "Failure", "message": "cannot"}}, "failed: cannot"),
    "no word": ({"result": {}}, "failed: response.result.status was '', not 'Success'"),
    "no response": (None, "failed: no response provided"),
}


@pytest.mark.parametrize("lie", _LIES)
def test_lies(tmp_path, lie):
    fields, said = _LIES[lie]

    async def run(api, hooks):
        await api.post(ONE, crontab(hostPort="h:1"))
        hooks.answers["/convert"] = lambda review: (
            answer(review, **fields)
            if fields is not None
            else {"kind": "ConversionReview", "apiVersion": "apiextensions.k8s.io/v1"}
        )
        await api.patch(f"{ONE}/a", {"hostPort": "h:2"})
        found = await api.get(f"{TWO}/a")
        assert found.status == 500
        assert found.message.startswith(f"conversion webhook for {GROUP}/v1, Kind=CronTab {said}"), found.message

    story(tmp_path, run)


def test_labels_and_annotations_may_change_and_nothing_else_of_metadata(tmp_path):
    async def run(api, hooks):
        change = _other_metadata(labels={"l": "1"}, annotations={"n": "2"}, finalizers=["x/y"], generation=99)
        hooks.answers["/convert"] = lambda review: answer(review, change=change)
        await api.post(ONE, crontab(hostPort="h:1"))
        meta = (await api.get(f"{TWO}/a")).doc["metadata"]
        assert (meta["labels"], meta["annotations"], meta["generation"]) == ({"l": "1"}, {"n": "2"}, 1)
        assert "finalizers" not in meta
        assert len((await api.get(f"{TWO}?labelSelector=l%3D1")).doc["items"]) == 1

    story(tmp_path, run)


def test_without_a_webhook_only_the_version_changes(tmp_path):
    async def inside():
        async with running() as api:
            same = {"openAPIV3Schema": V1}
            versions = (version("v1", schema=same), version("v2", schema=same, storage=False))
            await api.post(DEFINITIONS, definition(*versions))
            await served(api, TWO)
            await api.post(TWO, crontab(hostPort="h:1"))
            found = (await api.get(f"{ONE}/a")).doc
            assert (found["apiVersion"], found["hostPort"]) == (f"{GROUP}/v1", "h:1")

    asyncio.run(inside())


def test_a_definition_can_go_while_its_webhook_is_down(tmp_path):
    async def run(api, hooks):
        await api.post(ONE, crontab(hostPort="h:1"))
        hooks.answers["/convert"] = lambda review: web.Response(status=500)
        assert (await api.delete(NAME)).status == 200
        await until(api, NAME, lambda status: status == 404)

    story(tmp_path, run)


def test_writing_without_a_change_moves_an_object_to_the_stored_version(tmp_path):
    async def run(api, hooks):
        await api.post(ONE, crontab(hostPort="h:1"))
        await store_as(api, "v2")
        before = (await api.get(f"{TWO}/a")).doc
        assert (await api.put(f"{TWO}/a", before)).status == 200
        entry, _ = await api.store.get(f"/registry/{GROUP}/crontabs/default/a")
        stored = json.loads(entry.value)
        assert (stored["apiVersion"], stored["port"]) == (f"{GROUP}/v2", "1")
        after = (await api.get(f"{TWO}/a")).doc["metadata"]
        assert after["resourceVersion"] != before["metadata"]["resourceVersion"]
        # Once it is there, a write without a change is none.
        again = await api.put(f"{TWO}/a", (await api.get(f"{TWO}/a")).doc)
        assert again.doc["metadata"]["resourceVersion"] == after["resourceVersion"]

    story(tmp_path, run)


def test_pages_of_an_older_state_are_converted(tmp_path):
    async def run(api, hooks):
        for name in "abc":
            await api.post(ONE, crontab(name, hostPort="h:1"))
        first = (await api.get(f"{TWO}?limit=2")).doc
        await api.post(ONE, crontab("d", hostPort="h:2"))
        rest = (await api.get(f"{TWO}?limit=2&continue={first['metadata']['continue']}")).doc
        assert [item["port"] for item in (*first["items"], *rest["items"])] == ["1", "1", "1"]

    story(tmp_path, run)


def test_a_watch_may_begin_in_the_past(tmp_path):
    async def run(api, hooks):
        begin = (await api.get(TWO)).doc["metadata"]["resourceVersion"]
        await api.post(ONE, crontab(hostPort="h:1"))
        async with api.watch(f"{TWO}?resourceVersion={begin}") as watch:
            event = await watch.next()
        assert (event["type"], event["object"]["host"]) == ("ADDED", "h")

    story(tmp_path, run)


def test_a_server_starts_while_the_webhook_is_down(tmp_path):
    async def run(api, hooks):
        await api.post(ONE, crontab(hostPort="h:1"))
        hooks.reviews.clear()
        hooks.answers["/convert"] = lambda review: web.Response(status=503)
        registry = Registry(api.store, api.registry.clock, Pools())
        await registry.start()
        client = WebhookClient(registry)
        definitions = Definitions(registry, registry.clock, client)
        try:
            await definitions.start()
            assert hooks.reviews == []
            one, two = (registry.resource(GROUP, version, "crontabs") for version in ("v1", "v2"))
            await registry.cache(one).settled()
            assert [cached.name for cached in registry.cache(one)] == ["a"]
            with pytest.raises(InternalError, match="the server is currently unable to handle the request"):
                await registry.cache(two).settled()
            hooks.answers["/convert"] = answer
            await registry.cache(two).settled()
            assert [cached.name for cached in registry.cache(two)] == ["a"]
        finally:
            await definitions.close()
            await registry.close()
            await client.close()

    story(tmp_path, run)


def test_a_watch_goes_on_when_the_webhook_is_back(tmp_path):
    clock = FakeClock()

    async def inside():
        async with webhooks(tmp_path) as hooks, running(clock) as api:
            hooks.answers["/convert"] = answer
            body = two_versions()
            body["spec"]["conversion"] = conversion(hooks)
            await api.post(DEFINITIONS, body)
            await served(api, TWO)
            async with api.watch(TWO) as watch:
                hooks.answers["/convert"] = lambda review: web.Response(status=503)
                await api.post(ONE, crontab(hostPort="h:1"))
                assert (await api.get(TWO)).status == 500
                hooks.answers["/convert"] = answer
                await clock.advance(30)
                assert (await watch.next())["object"]["host"] == "h"

    asyncio.run(inside())


def test_owners_of_fields_are_known_across_versions(tmp_path):
    async def run(api, hooks):
        async def apply(path, manager, **fields):
            kind = {"apiVersion": f"{GROUP}/{path.split('/')[3]}", "kind": "CronTab", **crontab(**fields)}
            return await api.call(
                "PATCH", f"{path}/a?fieldManager={manager}", kind, Content_Type="application/apply-patch+yaml"
            )

        assert (await apply(ONE, "a", hostPort="h:1")).status == 201
        assert (await apply(ONE, "a", hostPort="h:2")).status == 200
        # Another one changes in v2 what is part of the same field in v1.
        changed = await api.patch(f"{TWO}/a?fieldManager=b", {"port": "3"})
        entries = {one["manager"]: one for one in changed.doc["metadata"]["managedFields"]}
        assert "f:hostPort" not in entries.get("a", {}).get("fieldsV1", {})
        assert entries["b"]["fieldsV1"] == {"f:port": {}}
        conflict = await apply(ONE, "a", hostPort="h:4")
        assert (conflict.status, conflict.doc["reason"]) == (409, "Conflict")
        assert 'conflict with "b" using stable.example.com/v2: .port' in conflict.message
        assert (await api.get(f"{ONE}/a")).doc["hostPort"] == "h:3"

    story(tmp_path, run)
