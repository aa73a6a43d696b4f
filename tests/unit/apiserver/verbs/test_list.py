"""GET of a collection."""

import asyncio

import pytest

from tests.fakes.api_server import running

MAPS = "/api/v1/namespaces/default/configmaps"


def story(run):
    async def inside():
        async with running() as api:
            for number in range(5):
                labels = {"n": str(number), "odd": str(number % 2)}
                await api.post(MAPS, {"metadata": {"name": f"c{number}", "labels": labels}})
            await run(api)

    asyncio.run(inside())


def names(answer):
    assert answer.status == 200, answer.body
    return [item["metadata"]["name"] for item in answer.doc["items"]]


def test_all_of_a_namespace_or_of_the_cluster():
    async def run(api):
        answer = await api.get(MAPS)
        assert (answer.doc["kind"], answer.doc["apiVersion"]) == ("ConfigMapList", "v1")
        assert names(answer) == ["c0", "c1", "c2", "c3", "c4"]
        assert names(await api.get("/api/v1/configmaps")) == names(answer)
        assert names(await api.get("/api/v1/namespaces/kube-system/configmaps")) == []

    story(run)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("labelSelector=odd%3D1", ["c1", "c3"]),
        ("labelSelector=odd%3D1,n!%3D3", ["c1"]),
        ("labelSelector=n+in+(0,4)", ["c0", "c4"]),
        ("labelSelector=none", []),
        ("fieldSelector=metadata.name%3Dc2", ["c2"]),
        ("fieldSelector=metadata.name!%3Dc2&labelSelector=odd%3D0", ["c0", "c4"]),
        ("fieldSelector=metadata.namespace%3Ddefault", ["c0", "c1", "c2", "c3", "c4"]),
    ],
)
def test_selectors(query, expected):
    async def run(api):
        assert names(await api.get(f"{MAPS}?{query}")) == expected

    story(run)


def test_selectors_that_cannot_be():
    async def run(api):
        answer = await api.get(f"{MAPS}?fieldSelector=spec.x%3D1")
        assert (answer.status, answer.message) == (400, "field label not supported: spec.x")
        assert (await api.get(f"{MAPS}?labelSelector=a%3D%3D%3D")).status == 400

    story(run)


def test_pages_show_one_state():
    async def run(api):
        first = await api.get(f"{MAPS}?limit=2")
        assert names(first) == ["c0", "c1"]
        meta = first.doc["metadata"]
        assert meta["remainingItemCount"] == 3
        await api.post(MAPS, {"metadata": {"name": "c2a"}})
        await api.delete(f"{MAPS}/c4")
        second = await api.get(f"{MAPS}?limit=2&continue={meta['continue']}")
        assert names(second) == ["c2", "c3"]
        assert second.doc["metadata"]["resourceVersion"] == meta["resourceVersion"]
        third = await api.get(f"{MAPS}?limit=2&continue={second.doc['metadata']['continue']}")
        assert names(third) == ["c4"]
        assert "continue" not in third.doc["metadata"]

    story(run)


def test_pages_of_a_selection_show_one_state():
    async def run(api):
        query = f"{MAPS}?limit=1&labelSelector=odd%3D1"
        first = await api.get(query)
        assert "remainingItemCount" not in first.doc["metadata"]
        await api.delete(f"{MAPS}/c3")
        assert names(await api.get(f"{query}&continue={first.doc['metadata']['continue']}")) == ["c3"]

    story(run)


def test_a_page_that_is_gone_can_go_on_inconsistently():
    async def run(api):
        first = await api.get(f"{MAPS}?limit=2")
        await api.delete(f"{MAPS}/c3")
        await api.store.compact(await api.store.revision())
        gone = await api.get(f"{MAPS}?limit=2&continue={first.doc['metadata']['continue']}")
        assert (gone.status, gone.doc["reason"]) == (410, "Expired")
        assert names(await api.get(f"{MAPS}?limit=2&continue={gone.doc['metadata']['continue']}")) == ["c2", "c4"]

    story(run)


def test_a_page_expires_even_when_nothing_of_its_kind_has_changed():
    async def run(api):
        first = await api.get(f"{MAPS}?limit=2")
        rest = f"{MAPS}?limit=2&continue={first.doc['metadata']['continue']}"
        assert (await api.get(rest)).status == 200
        await api.store.create("/registry/other", b"{}")
        await api.store.compact(await api.store.revision())
        api.registry.progress.oldest = await api.store.compacted()
        gone = await api.get(rest)
        assert gone.status == 410
        assert names(await api.get(f"{MAPS}?limit=2&continue={gone.doc['metadata']['continue']}")) == ["c2", "c3"]

    story(run)


def test_exact_states_of_the_past():
    async def run(api):
        version = (await api.get(MAPS)).doc["metadata"]["resourceVersion"]
        await api.delete(f"{MAPS}/c0")
        exact = await api.get(f"{MAPS}?resourceVersion={version}&resourceVersionMatch=Exact")
        assert len(names(exact)) == 5
        newer = await api.get(f"{MAPS}?resourceVersion={version}&resourceVersionMatch=NotOlderThan")
        assert len(names(newer)) == 4
        assert (await api.get(f"{MAPS}?resourceVersionMatch=Exact")).status == 422
        assert (await api.get(f"{MAPS}?resourceVersion=x")).status == 400

    story(run)


def test_tables_and_metadata_alone():
    async def run(api):
        accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
        table = await api.get(MAPS, Accept=accept)
        assert table.doc["kind"] == "Table"
        assert len(table.doc["rows"]) == 5
        partial = await api.get(MAPS, Accept="application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
        assert partial.doc["kind"] == "PartialObjectMetadataList"
        assert partial.doc["items"][0]["kind"] == "PartialObjectMetadata"
        one = await api.get(f"{MAPS}/c1", Accept="application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
        assert one.doc["metadata"]["name"] == "c1"
        assert (await api.get(MAPS, Accept="application/vnd.kubernetes.protobuf")).status == 406
        assert (await api.get(f"{MAPS}/c1", Accept="application/yaml")).body.startswith(b"apiVersion: v1\n")

    story(run)


def test_large_lists_are_compressed_when_asked():
    async def run(api):
        await api.post(MAPS, {"metadata": {"name": "big"}, "data": {"a": "x" * 200_000}})
        plain = await api.get(MAPS, Accept_Encoding="identity")
        packed = await api.get(MAPS, Accept_Encoding="gzip")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.body == plain.body

    story(run)
