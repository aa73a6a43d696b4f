"""Encryption at rest through the whole server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pykube.apiserver.encryption import PATH, resource_of
from pykube.store.memory import MemoryStore
from tests.fakes.custom_kinds import definition
from tests.fakes.encrypted_store import IDENTITY, configuration, keys
from tests.fakes.guarded_server import GuardedServer, guarded

SECRETS = "/api/v1/namespaces/default/secrets"
KEY = "/registry/secrets/default/s"


def secret(name: str = "s") -> Any:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"a": "hunter2"}}


def play(folder: Path, store: MemoryStore, story: Callable[[GuardedServer], Awaitable[None]], text: str) -> None:
    """A story on a server with a configuration."""
    file = folder / "encryption.yaml"
    file.write_text(text)
    file.chmod(0o600)

    async def run() -> None:
        async with asyncio.timeout(30):
            async with guarded(folder, store=store, encryption_provider_config=str(file)) as server:
                await story(server)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("/registry/secrets/default/s", ("", "secrets")),
        ("/registry/minions/n", ("", "nodes")),
        ("/registry/services/specs/default/a", ("", "services")),
        ("/registry/services/endpoints/default/a", ("", "endpoints")),
        ("/registry/events/default/e", ("", "events")),
        ("/registry/deployments/default/d", ("apps", "deployments")),
        (
            "/registry/apiextensions.k8s.io/customresourcedefinitions/a",
            ("apiextensions.k8s.io", "customresourcedefinitions"),
        ),
        ("/registry/awesome.bears.example/pandas/default/p", ("awesome.bears.example", "pandas")),
        ("/registry/awesome.bears.example/pandas/p", ("awesome.bears.example", "pandas")),
        ("/registry/ranges/serviceips", None),
        ("/elsewhere", None),
    ],
)
def test_the_resource_behind_a_key(key: str, expected: tuple[str, str] | None) -> None:
    assert resource_of(key) == expected


def test_secrets_lie_closed_and_are_served_open(tmp_path: Path) -> None:
    store = MemoryStore()

    async def story(server: GuardedServer) -> None:
        assert (await server.admin("POST", SECRETS, secret())).status == 201
        assert (await server.admin("GET", f"{SECRETS}/s")).doc["data"] == {"a": "aHVudGVyMg=="}
        entry, _ = await store.get(KEY)
        assert entry is not None
        assert entry.value.startswith(b"k8s:enc:secretbox:v1:one:")
        namespace, _ = await store.get("/registry/namespaces/default")
        assert namespace is not None
        assert namespace.value.startswith(b"{")

    play(tmp_path, store, story, configuration(keys("secretbox", "one"), IDENTITY))

    async def again(server: GuardedServer) -> None:
        assert (await server.admin("GET", f"{SECRETS}/s")).doc["data"] == {"a": "aHVudGVyMg=="}

    play(tmp_path, store, again, configuration(keys("secretbox", "one"), IDENTITY))


def test_a_lost_key_is_told_by_name_and_all_else_is_served(tmp_path: Path) -> None:
    store = MemoryStore()

    async def before(server: GuardedServer) -> None:
        await server.admin("POST", SECRETS, secret())

    play(tmp_path, store, before, configuration(keys("aesgcm", "lost"), IDENTITY))

    async def after(server: GuardedServer) -> None:
        await server.admin("POST", SECRETS, secret("other"))
        listed = await server.admin("GET", SECRETS)
        assert [one["metadata"]["name"] for one in listed.doc["items"]] == ["other"]
        assert KEY in listed.headers["Warning"]
        one = await server.admin("GET", f"{SECRETS}/s")
        assert one.status == 500
        assert KEY in one.message
        assert "aesgcm key 'lost' is not configured" in one.message
        told = await server.admin("GET", PATH)
        assert told.doc["unreadable"] == {KEY: "aesgcm key 'lost' is not configured"}

    play(tmp_path, store, after, configuration(keys("aesgcm", "new"), IDENTITY))

    async def without() -> None:
        async with guarded(tmp_path, store=store) as server:
            assert "no encryption is configured" in (await server.admin("GET", f"{SECRETS}/s")).message
            assert (await server.admin("GET", PATH)).status == 404

    asyncio.run(without())


def test_a_key_that_comes_back_brings_its_objects_back_without_a_restart(tmp_path: Path) -> None:
    store = MemoryStore()

    async def before(server: GuardedServer) -> None:
        await server.admin("POST", SECRETS, secret())

    play(tmp_path, store, before, configuration(keys("aesgcm", "lost"), IDENTITY))

    async def after(server: GuardedServer) -> None:
        (tmp_path / "encryption.yaml").write_text(configuration(keys("aesgcm", "new", "lost"), IDENTITY))
        await server.admin("GET", PATH)
        await server.registry.progress.reach(await server.registry.store.revision())
        assert (await server.admin("GET", f"{SECRETS}/s")).status == 200

    play(tmp_path, store, after, configuration(keys("aesgcm", "new"), IDENTITY))


def test_an_update_that_changes_nothing_brings_an_object_under_the_new_key(tmp_path: Path) -> None:
    store = MemoryStore()

    async def before(server: GuardedServer) -> None:
        await server.admin("POST", SECRETS, secret())

    play(tmp_path, store, before, configuration(IDENTITY))

    async def after(server: GuardedServer) -> None:
        same = (await server.admin("GET", f"{SECRETS}/s")).doc
        first = await server.admin("PUT", f"{SECRETS}/s", same)
        assert first.doc["metadata"]["resourceVersion"] != same["metadata"]["resourceVersion"]
        entry, _ = await store.get(KEY)
        assert entry is not None
        assert entry.value.startswith(b"k8s:enc:aesgcm:v1:new:")
        second = await server.admin("PUT", f"{SECRETS}/s", first.doc)
        assert second.doc["metadata"]["resourceVersion"] == first.doc["metadata"]["resourceVersion"]

    play(tmp_path, store, after, configuration(keys("aesgcm", "new"), IDENTITY))


def test_the_path_writes_everything_anew_and_watches_see_it(tmp_path: Path) -> None:
    store = MemoryStore()

    async def before(server: GuardedServer) -> None:
        for number in range(5):
            await server.admin("POST", SECRETS, secret(f"s{number}"))

    play(tmp_path, store, before, configuration(keys("aesgcm", "old"), IDENTITY))

    async def after(server: GuardedServer) -> None:
        told = await server.admin("GET", PATH)
        assert (told.doc["values"], told.doc["outdated"]) == ({"aesgcm key 'old'": 5}, 5)
        tried = await server.admin("POST", f"{PATH}?limit=1000&dryRun=All")
        assert (tried.doc["rewritten"], (await server.admin("GET", PATH)).doc["outdated"]) == (5, 5)
        done = await server.admin("POST", f"{PATH}?limit=1000")
        assert (done.doc["rewritten"], done.doc["next"], done.doc["unreadable"]) == (5, "", {})
        await server.registry.progress.reach(await store.revision())
        assert (await server.admin("GET", PATH)).doc["values"] == {"secretbox key 'new'": 5}
        items = (await server.admin("GET", SECRETS)).doc["items"]
        assert {one["data"]["a"] for one in items} == {"aHVudGVyMg=="}

    play(tmp_path, store, after, configuration(keys("secretbox", "new"), keys("aesgcm", "old"), IDENTITY))


def test_only_who_may_reaches_the_path(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        tls = server.context(server.pki, "tim")
        assert (await server.call("GET", PATH, tls=tls)).status == 403
        assert (await server.call("POST", PATH, tls=tls)).status == 403
        assert (await server.admin("DELETE", PATH)).status == 405
        assert (await server.admin("POST", f"{PATH}?limit=many")).status == 400

    play(tmp_path, MemoryStore(), story, configuration(IDENTITY))


def test_a_configuration_that_cannot_be_keeps_the_server_from_starting(tmp_path: Path) -> None:
    async def story(_: GuardedServer) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match="strict decoding error"):
        play(tmp_path, MemoryStore(), story, configuration({"rot13": {}}))


def test_custom_objects_are_encrypted_where_they_are_named(tmp_path: Path) -> None:
    store = MemoryStore()
    crd = definition()
    group, plural, kind = crd["spec"]["group"], crd["spec"]["names"]["plural"], crd["spec"]["names"]["kind"]

    async def story(server: GuardedServer) -> None:
        await server.admin("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
        version = crd["spec"]["versions"][0]["name"]
        path = f"/apis/{group}/{version}/namespaces/default/{plural}"
        body = {
            "apiVersion": f"{group}/{version}",
            "kind": kind,
            "metadata": {"name": "one"},
            "spec": {"schedule": "x"},
        }
        answer = await server.admin("POST", path, body)
        while answer.status == 404:
            answer = await server.admin("POST", path, body)
        assert answer.status == 201, json.dumps(answer.doc)
        entry, _ = await store.get(f"/registry/{group}/{plural}/default/one")
        assert entry is not None
        assert entry.value.startswith(b"k8s:enc:aesgcm:v1:one:")
        assert (await server.admin("GET", f"{path}/one")).status == 200

    play(tmp_path, store, story, configuration(keys("aesgcm", "one"), resources=[f"{plural}.{group}"]))
