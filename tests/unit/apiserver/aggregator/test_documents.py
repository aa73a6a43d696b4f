"""Discovery and OpenAPI of other servers within ours."""

import asyncio
import json

import pytest

from pykube.apiserver.aggregator import documents
from pykube.apiserver.discovery import AGGREGATED_TYPE
from tests.fakes.aggregated_cluster import cluster
from tests.fakes.clock import FakeClock
from tests.fakes.extension_server import BASE, GROUP, NAME, VERSION, ExtensionServer

V3 = f"/openapi/v3{BASE}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("aggregation")


def story(folder, run, extension=None, **spec):
    clock = FakeClock()

    async def inside():
        async with cluster(folder, extension, clock) as it:
            await it.register(**spec)
            await run(it, clock)

    asyncio.run(inside())


async def group_of(it):
    """The extension server's version in aggregated discovery."""
    found = (await it.call("GET", "/apis", Accept=AGGREGATED_TYPE)).doc["items"]
    return next(one for one in found if one["metadata"]["name"] == GROUP)["versions"][0]


@pytest.mark.parametrize("modern", [True, False])
def test_kinds_of_both_servers_are_shown(folder, modern):
    async def run(it, clock):
        await it.ready()
        shown = await group_of(it)
        assert (shown["version"], shown["freshness"]) == (VERSION, "Current")
        (resource,) = shown["resources"]
        assert (resource["resource"], resource["scope"], resource["shortNames"]) == ("flunders", "Namespaced", ["fl"])
        assert resource["responseKind"]["kind"] == "Flunder"
        assert resource["subresources"][0]["subresource"] == "connect"
        assert isinstance(resource["subresources"][0]["responseKind"], dict)
        groups = [one["name"] for one in (await it.call("GET", "/apis")).doc["groups"]]
        assert groups.index("flowcontrol.apiserver.k8s.io") < groups.index(GROUP)
        group = (await it.call("GET", f"/apis/{GROUP}")).doc
        assert group["preferredVersion"] == {"groupVersion": f"{GROUP}/{VERSION}", "version": VERSION}
        assert (await it.call("GET", BASE)).doc["resources"][0]["name"] == "flunders"

    story(folder, run, ExtensionServer(modern=modern))


def test_the_order_follows_priorities(folder):
    async def run(it, clock):
        await it.ready()
        groups = [one["name"] for one in (await it.call("GET", "/apis")).doc["groups"]]
        assert groups[:2] == ["apiregistration.k8s.io", GROUP]
        shown = [
            one["metadata"]["name"] for one in (await it.call("GET", "/apis", Accept=AGGREGATED_TYPE)).doc["items"]
        ]
        assert shown[:2] == ["apiregistration.k8s.io", GROUP]

    story(folder, run, groupPriorityMinimum=20000)


def test_a_server_that_is_down_is_stale(folder):
    async def run(it, clock):
        await it.until(it.says("FailedDiscoveryCheck"))
        assert await group_of(it) == {"version": VERSION, "freshness": "Stale"}
        await it.extension.turn("well")
        await clock.advance(30)
        await it.ready()
        assert (await group_of(it))["freshness"] == "Current"
        await it.extension.turn("refuse")
        await clock.advance(30)
        await it.until(it.says("FailedDiscoveryCheck"))
        assert (await group_of(it))["freshness"] == "Stale"

    story(folder, run, ExtensionServer(mode="refuse"))


def test_openapi_is_not_made_anew_when_a_server_comes_and_goes(folder):
    async def run(it, clock):
        await it.ready()
        anew = []
        it.server.aggregation.documents.on_openapi.append(lambda: anew.append(1))
        await it.extension.turn("refuse")
        await clock.advance(30)
        await it.until(it.says("FailedDiscoveryCheck"))
        await it.extension.turn("well")
        await clock.advance(30)
        await it.until(it.says("Passed"))
        assert not anew

    story(folder, run)


def test_a_server_that_lies_is_stale(folder):
    async def run(it, clock):
        await it.until(it.says("Passed"))
        assert (await group_of(it))["freshness"] == "Stale"
        assert (await it.call("GET", "/openapi/v2")).status == 200
        await it.extension.turn("well")
        await clock.advance(documents.RETRY_SECONDS * 4)
        await it.ready()
        assert (await group_of(it))["freshness"] == "Current"

    story(folder, run, ExtensionServer(mode="lie"))


def test_a_document_that_has_not_changed_is_not_sent_again(folder):
    async def run(it, clock):
        await it.ready()
        before = (await it.call("GET", "/apis", Accept=AGGREGATED_TYPE)).headers["ETag"]
        it.extension.asked.clear()
        await clock.advance(documents.REFRESH_SECONDS)
        await it.extension.hears("/openapi/v2")
        (asked,) = [one for one in it.extension.asked if one.path == "/apis"]
        assert asked["If-None-Match"] == ['"d1"']
        answer = await it.call("GET", "/apis", Accept=AGGREGATED_TYPE, If_None_Match=before)
        assert answer.status == 304

    story(folder, run)


def test_openapi_v2_holds_both(folder):
    async def run(it, clock):
        await it.ready()
        document = (await it.call("GET", "/openapi/v2")).doc
        assert f"{BASE}/namespaces/{{namespace}}/flunders/{{name}}" in document["paths"]
        assert document["definitions"][NAME]["description"] == "Flunder is a kind of fish."
        assert document["definitions"]["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]["description"] != "Theirs."
        assert "com.example.Unused" not in document["definitions"]
        before = (await it.call("GET", "/openapi/v2")).headers["ETag"]
        await it.call("DELETE", f"/apis/apiregistration.k8s.io/v1/apiservices/{VERSION}.{GROUP}")
        await it.until(lambda: not it.server.aggregation.delegates.remote)
        answer = await it.call("GET", "/openapi/v2")
        assert NAME not in answer.doc["definitions"]
        assert answer.headers["ETag"] != before

    story(folder, run)


def test_openapi_v3_is_passed_through(folder):
    async def run(it, clock):
        await it.ready()
        paths = (await it.call("GET", "/openapi/v3")).doc["paths"]
        assert paths[BASE[1:]] == {"serverRelativeURL": f"{V3}?hash=ABC"}
        assert paths["apis/apps/v1"]["serverRelativeURL"].startswith("/openapi/v3/apis/apps/v1?hash=")
        assert paths.get("version", {}).get("serverRelativeURL") != "/x"
        answer = await it.call("GET", f"{V3}?hash=ABC")
        assert answer.headers["ETag"] == '"ABC"'
        assert answer.doc["components"]["schemas"][NAME]

    story(folder, run)


def test_openapi_v3_is_made_for_servers_that_have_none(folder):
    async def run(it, clock):
        await it.ready()
        url = (await it.call("GET", "/openapi/v3")).doc["paths"][BASE[1:]]["serverRelativeURL"]
        answer = await it.call("GET", url)
        assert "immutable" in answer.headers["Cache-Control"]
        document = answer.doc
        assert document["openapi"] == "3.0.0"
        item = document["paths"][f"{BASE}/namespaces/{{namespace}}/flunders"]["post"]
        schema = {"$ref": f"#/components/schemas/{NAME}"}
        assert item["requestBody"] == {"content": {"application/json": {"schema": schema}}, "required": True}
        assert item["responses"]["200"]["content"]["application/json"] == {"schema": schema}
        read = document["paths"][f"{BASE}/namespaces/{{namespace}}/flunders/{{name}}"]["get"]
        assert read["parameters"] == [{"name": "pretty", "in": "query", "schema": {"type": "string"}}]
        assert json.dumps(document).count("#/definitions/") == 0

    story(folder, run, ExtensionServer(modern=False))
