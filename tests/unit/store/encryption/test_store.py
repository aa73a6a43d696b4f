"""What lies below an encrypted store, and what is told of values that it cannot open."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pykube import errors
from pykube.store.base import KeyExists, RevisionMismatch
from pykube.store.encryption.configuration import GroupResource, parse
from pykube.store.encryption.keyring import Keyring, Vault, keyring_of
from pykube.store.encryption.providers import Identity
from pykube.store.encryption.store import EncryptedStore
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.encrypted_store import (
    IDENTITY,
    configuration,
    configuration_of,
    encrypted_store,
    keys,
    resource_of,
)

PATH = "/registry/secrets/default/a"


async def raw(store: EncryptedStore, key: str = PATH) -> bytes:
    entry, _ = await store.inner.get(key)
    assert entry is not None
    return entry.value


async def read(store: EncryptedStore, key: str = PATH) -> bytes:
    entry, _ = await store.get(key)
    assert entry is not None
    return entry.value


@pytest.mark.parametrize("kind", ["aesgcm", "secretbox"])
def test_values_lie_closed_under_upstreams_prefix(kind: str) -> None:
    async def story() -> None:
        store = encrypted_store(MemoryStore(), configuration(keys(kind, "one")))
        await store.create(PATH, b'{"plain":1}')
        assert (await raw(store)).startswith(f"k8s:enc:{kind}:v1:one:".encode())
        assert b"plain" not in await raw(store)
        assert await read(store) == b'{"plain":1}'

    asyncio.run(story())


def test_a_new_first_key_is_written_with_and_the_old_one_still_read() -> None:
    async def story() -> None:
        inner = MemoryStore()
        await encrypted_store(inner, configuration(keys("aesgcm", "old"))).create(PATH, b"1")
        store = encrypted_store(inner, configuration(keys("secretbox", "new"), keys("aesgcm", "old")))
        assert await read(store) == b"1"
        await store.update(PATH, b"2", expected=1)
        assert (await raw(store)).startswith(b"k8s:enc:secretbox:v1:new:")
        assert await read(store) == b"2"

    asyncio.run(story())


def test_plain_values_are_read_where_identity_is_a_provider_and_only_there() -> None:
    async def story() -> None:
        inner = MemoryStore()
        await inner.create(PATH, b"plain")
        assert await read(encrypted_store(inner, configuration(keys("aesgcm", "a"), IDENTITY))) == b"plain"
        found = await read(encrypted_store(inner, configuration(keys("aesgcm", "a"))))
        assert found == b"k8s:enc: none of the providers of its resource reads values of the form plain"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (configuration(keys("aesgcm", "b")), "aesgcm key 'a' is not configured"),
        (
            configuration(keys("secretbox", "a")),
            "none of the providers of its resource reads values of the form k8s:enc:aesgcm:",
        ),
        (configuration(IDENTITY), "none of the providers of its resource reads values of the form k8s:enc:aesgcm:"),
        (configuration(IDENTITY, resources=["configmaps"]), "values of the form k8s:enc:aesgcm:"),
    ],
)
def test_a_missing_key_is_told_by_name_and_spoils_nothing_else(
    text: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        inner = MemoryStore()
        await encrypted_store(inner, configuration(keys("aesgcm", "a"))).create(PATH, b"secret")
        store = encrypted_store(inner, text)
        page = await store.list("/registry/")
        assert page.entries[0].value.startswith(b"k8s:enc: ")
        assert why in page.entries[0].value.decode()
        assert why in store.unreadable[PATH]
        await store.list("/registry/")

    asyncio.run(story())
    assert [record for record in caplog.records if PATH in record.message and why in record.message]
    assert len(caplog.records) == 1, "each is told once"


def test_a_key_of_the_right_name_and_the_wrong_bytes_opens_nothing() -> None:
    async def story() -> None:
        inner = MemoryStore()
        await encrypted_store(inner, configuration(keys("aesgcm", "a"))).create(PATH, b"secret")
        wrong = {"aesgcm": {"keys": [{**keys("aesgcm", "other")["aesgcm"]["keys"][0], "name": "a"}]}}
        assert b"another key" in await read(encrypted_store(inner, configuration(wrong)))

    asyncio.run(story())


def test_refusals_and_deletions_show_what_is_there_opened() -> None:
    async def story() -> None:
        store = encrypted_store(MemoryStore())
        await store.create(PATH, b"1")
        with pytest.raises(KeyExists) as exists:
            await store.create(PATH, b"2")
        assert exists.value.current.value == b"1"
        with pytest.raises(RevisionMismatch) as mismatch:
            await store.update(PATH, b"2", expected=7)
        assert mismatch.value.current is not None
        assert mismatch.value.current.value == b"1"
        assert (await store.delete(PATH)).value == b"1"

    asyncio.run(story())


def test_a_watch_shows_both_states_opened() -> None:
    async def story() -> None:
        store = encrypted_store(MemoryStore())
        watch = store.watch("/", revision=0)
        await store.create(PATH, b"1")
        await store.update(PATH, b"2", expected=1)
        await store.delete(PATH)
        events: list[Any] = []
        while len(events) < 3:
            events.extend(await anext(watch))
        assert [event.entry.value for event in events] == [b"1", b"2", b""]
        assert [event.previous and event.previous.value for event in events] == [None, b"1", b"2"]

    asyncio.run(story())


def test_each_resource_has_the_providers_of_its_narrowest_rule() -> None:
    text = configuration_of(
        {"resources": ["secrets", "pandas.awesome.bears.example"], "providers": [keys("aesgcm", "secrets")]},
        {"resources": ["*.apps"], "providers": [keys("aesgcm", "apps")]},
        {"resources": ["events"], "providers": [IDENTITY]},
        {"resources": ["*.*"], "providers": [keys("aesgcm", "rest")]},
    )
    keyring = keyring_of(parse(text), FakeClock())

    def seal(group: str, resource: str) -> str:
        providers = keyring.providers(GroupResource(group, resource))
        assert providers is not None
        return providers[0].seal

    assert seal("", "secrets") == seal("awesome.bears.example", "pandas") == "aesgcm key 'secrets'"
    assert seal("apps", "deployments") == "aesgcm key 'apps'"
    assert seal("", "events") == "no encryption"
    assert seal("", "configmaps") == seal("batch", "jobs") == "aesgcm key 'rest'"
    assert keyring_of(parse(configuration(IDENTITY)), FakeClock()).providers(GroupResource("", "pods")) is None


def test_what_is_closed_otherwise_than_it_would_be_now_is_outdated() -> None:
    async def story() -> None:
        inner = MemoryStore()
        await encrypted_store(inner, configuration(keys("aesgcm", "old"))).create(PATH, b"1")
        store = encrypted_store(inner, configuration(keys("aesgcm", "old")))
        await store.list("/")
        assert list(store.outdated) == []
        newer = keyring_of(parse(configuration(keys("aesgcm", "new", "old"))), FakeClock())
        store.vault.keyring = newer
        assert list(store.outdated) == [PATH]
        watch = store.watch("/", revision=1)
        await store.update(PATH, b"1", expected=1)
        await anext(watch)
        assert PATH not in store.outdated
        await store.delete(PATH)
        await anext(watch)
        assert store.outdated.seals == {}

    asyncio.run(story())


class _Silent(Identity):
    """A service that does not answer."""

    async def open(self, value: bytes, context: bytes) -> bytes:
        raise errors.ServiceUnavailable("no answer")


def test_a_service_that_does_not_answer_is_no_lost_key_and_ends_watches() -> None:
    async def story() -> None:
        store = EncryptedStore(MemoryStore(), Vault(Keyring({GroupResource("", "secrets"): [_Silent()]}), resource_of))
        watch = store.watch("/", revision=0)
        await store.create(PATH, b"1")
        with pytest.raises(errors.ServiceUnavailable):
            await store.get(PATH)
        with pytest.raises(errors.ServiceUnavailable):
            await anext(watch)
        with pytest.raises(StopAsyncIteration):
            await anext(watch)
        assert store.unreadable == {}

    asyncio.run(story())


def test_what_is_no_object_is_left_alone() -> None:
    async def story() -> None:
        vault = Vault(
            keyring_of(parse(configuration(keys("aesgcm", "a"), resources=["*.*"])), FakeClock()), lambda _: None
        )
        store = EncryptedStore(MemoryStore(), vault)
        await store.create("/registry/ranges/x", b"1")
        assert await raw(store, "/registry/ranges/x") == b"1"

    asyncio.run(story())
