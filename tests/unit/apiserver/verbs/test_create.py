"""POST to a collection."""

import asyncio

import pytest

from tests.fakes.api_server import running

MAPS = "/api/v1/namespaces/default/configmaps"


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def config_map(name="c", **metadata):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": {"a": "b"}}


def test_the_server_fills_metadata_in():
    async def run(api):
        answer = await api.post(MAPS, config_map(uid="mine", generation=5))
        assert answer.status == 201
        meta = answer.doc["metadata"]
        assert meta["namespace"] == "default"
        assert meta["uid"] != "mine"
        assert "generation" not in meta
        assert meta["creationTimestamp"].endswith("Z")
        read = await api.get(f"{MAPS}/c")
        assert read.body == answer.body

    story(run)


def test_a_name_is_taken_once():
    async def run(api):
        await api.post(MAPS, config_map())
        answer = await api.post(MAPS, config_map())
        assert (answer.status, answer.message) == (409, 'configmaps "c" already exists')
        assert answer.doc["reason"] == "AlreadyExists"
        assert answer.doc["details"] == {"name": "c", "kind": "configmaps"}

    story(run)


def test_names_are_generated():
    async def run(api):
        body = config_map(generateName="x-")
        del body["metadata"]["name"]
        names = {(await api.post(MAPS, body)).doc["metadata"]["name"] for _ in range(3)}
        assert len(names) == 3
        assert all(name.startswith("x-") and len(name) == 7 for name in names)

    story(run)


def test_a_dry_run_leaves_nothing():
    async def run(api):
        assert (await api.post(f"{MAPS}?dryRun=All", config_map())).status == 201
        assert (await api.get(f"{MAPS}/c")).status == 404
        assert (await api.post(f"{MAPS}?dryRun=Some", config_map())).status == 422

    story(run)


def test_yaml_is_understood():
    async def run(api):
        text = b"kind: ConfigMap\nmetadata: {name: y}\ndata: {when: 2020-01-01, t: 'yes'}\n"
        answer = await api.post(MAPS, text, Content_Type="application/yaml")
        assert answer.doc["data"] == {"when": "2020-01-01", "t": "yes"}

    story(run)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{", 400, "couldn't decode JSON"),
        (b"", 400, "the request body is empty"),
        ({**config_map(), "kind": "Secret"}, 400, "cannot be handled as a ConfigMap"),
        (
            {**config_map(), "apiVersion": "apps/v1"},
            400,
            "the API version in the data (apps/v1) does not match the expected API version (v1)",
        ),
        (config_map(namespace="kube-system"), 400, "the namespace of the provided object does not match"),
        (config_map(resourceVersion="5"), 400, "resourceVersion should not be set on objects to be created"),
        (config_map("Bad_Name"), 422, 'ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name"'),
        ({**config_map(), "data": {"a": 1}}, 400, "cannot be handled as a ConfigMap"),
    ],
)
def test_bad_bodies(body, status, message):
    async def run(api):
        answer = await api.post(MAPS, body)
        assert answer.status == status
        assert message in answer.message

    story(run)


def test_unknown_fields_are_treated_as_asked():
    async def run(api):
        body = {**config_map(), "dat": {}}
        warned = await api.post(MAPS, body)
        assert warned.headers["Warning"] == '299 - "unknown field \\"dat\\""'
        strict = await api.post(f"{MAPS}?fieldValidation=Strict", body)
        assert strict.status == 400
        assert 'strict decoding error: unknown field "dat"' in strict.message
        ignored = await api.post(f"{MAPS}?fieldValidation=Ignore", {**body, "metadata": {"name": "d"}})
        assert "Warning" not in ignored.headers

    story(run)


def test_what_is_too_large_or_of_no_known_kind():
    async def run(api):
        huge = {**config_map(), "data": {"a": "x" * (3 << 20)}}
        answer = await api.post(MAPS, huge)
        assert (answer.status, answer.doc["reason"]) == (413, "RequestEntityTooLarge")
        answer = await api.post(MAPS, b"x", Content_Type="text/plain")
        assert (answer.status, answer.doc["reason"]) == (415, "UnsupportedMediaType")

    story(run)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/configmaps", 405),
        ("POST", f"{MAPS}/c", 405),
        ("PUT", MAPS, 405),
        ("GET", "/api/v1/nothings", 404),
        ("GET", "/apis/apps/v2/deployments", 404),
        ("GET", f"{MAPS}/c/status", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/namespaces/default/nodes", 404),
    ],
)
def test_paths_that_lead_nowhere(method, path, status):
    async def run(api):
        answer = await api.call(method, path, config_map() if method != "GET" else None)
        assert answer.status == status
        assert answer.doc["kind"] == "Status"

    story(run)
