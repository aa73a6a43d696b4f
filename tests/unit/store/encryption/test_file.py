"""The file of keys: read at the start, followed live."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import pytest

from pykube.store.encryption.configuration import ConfigurationError
from pykube.store.encryption.file import LOOK_SECONDS, Encryption
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.encrypted_store import configuration, key, keys, resource_of
from tests.fakes.kms_server import kms_server

PATH = "/registry/secrets/default/a"


def write(path: Path, text: str) -> None:
    """As an operator would: a new file in the place of the old one."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.chmod(0o600)
    os.replace(new, path)


async def value_of(encryption: Encryption) -> bytes:
    entry, _ = await encryption.store.get(PATH)
    assert entry is not None
    return entry.value


async def raw(encryption: Encryption) -> bytes:
    entry, _ = await encryption.store.inner.get(PATH)
    assert entry is not None
    return entry.value


def test_a_changed_file_is_taken_over_live(tmp_path: Path) -> None:
    async def story() -> None:
        file, clock = tmp_path / "encryption.yaml", FakeClock()
        write(file, configuration(keys("aesgcm", "old")))
        encryption = await Encryption.begin(MemoryStore(), file, resource_of, clock)
        following = asyncio.create_task(encryption.run())
        await encryption.store.create(PATH, b"1")
        write(file, configuration(keys("aesgcm", "new", "old")))
        await clock.advance(LOOK_SECONDS)
        await encryption.store.update(PATH, b"2", expected=1)
        assert (await raw(encryption)).startswith(b"k8s:enc:aesgcm:v1:new:")
        following.cancel()
        await encryption.close()

    asyncio.run(story())


def test_a_file_that_cannot_be_used_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        file = tmp_path / "encryption.yaml"
        write(file, configuration(keys("aesgcm", "a")))
        encryption = await Encryption.begin(MemoryStore(), file, resource_of, FakeClock())
        await encryption.store.create(PATH, b"1")
        for text in ("{", configuration({"aesgcm": {"keys": [key("a", size=7)]}})):
            write(file, text)
            assert not await encryption.look()
        file.unlink()
        assert not await encryption.look()
        assert await value_of(encryption) == b"1"

    asyncio.run(story())
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3
    assert key("a", size=7)["secret"] not in caplog.text


def test_what_was_unreadable_is_seen_again_when_its_key_comes_back(tmp_path: Path) -> None:
    async def story() -> None:
        file, inner = tmp_path / "encryption.yaml", MemoryStore()
        write(file, configuration(keys("aesgcm", "a")))
        await (await Encryption.begin(inner, file, resource_of, FakeClock())).store.create(PATH, b"1")
        write(file, configuration(keys("aesgcm", "b")))
        encryption = await Encryption.begin(inner, file, resource_of, FakeClock())
        await encryption.store.list("/")
        assert list(encryption.store.unreadable) == [PATH]
        watch = encryption.store.watch("/", revision=1)
        write(file, configuration(keys("aesgcm", "b", "a")))
        assert await encryption.look()
        [event] = await anext(watch)
        assert event.entry.value == b"1"
        assert encryption.store.unreadable == {}

    asyncio.run(story())


def test_a_missing_file_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        asyncio.run(Encryption.begin(MemoryStore(), tmp_path / "none", resource_of, FakeClock()))


def test_a_service_that_cannot_be_reached_is_refused_at_the_start_and_changes_nothing_later(tmp_path: Path) -> None:
    async def story() -> None:
        file = tmp_path / "encryption.yaml"
        silent = configuration({"kms": {"apiVersion": "v2", "name": "vault", "endpoint": f"unix://{tmp_path}/no.sock"}})
        write(file, silent)
        with pytest.raises(ConfigurationError, match="KMS provider vault"):
            await Encryption.begin(MemoryStore(), file, resource_of, FakeClock())
        write(file, configuration(keys("aesgcm", "a")))
        encryption = await Encryption.begin(MemoryStore(), file, resource_of, FakeClock())
        write(file, silent)
        assert not await encryption.look()
        await encryption.store.create(PATH, b"1")
        assert (await raw(encryption)).startswith(b"k8s:enc:aesgcm:v1:a:")

    asyncio.run(story())


def test_a_file_that_others_may_read_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "encryption.yaml"
    write(file, configuration(keys("aesgcm", "a")))
    file.chmod(0o644)
    asyncio.run(Encryption.begin(MemoryStore(), file, resource_of, FakeClock()))
    assert "may be read by others" in caplog.text


def test_a_key_management_service_by_configuration(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="pykube")

    async def story() -> None:
        async with kms_server(tmp_path) as server:
            file = tmp_path / "encryption.yaml"
            write(file, configuration({"kms": {"apiVersion": "v2", "name": "vault", "endpoint": server.endpoint}}))
            encryption = await Encryption.begin(MemoryStore(), file, resource_of, FakeClock())
            await encryption.store.create(PATH, b"1")
            assert (await raw(encryption)).startswith(b"k8s:enc:kms:v2:vault:")
            assert await value_of(encryption) == b"1"
            await encryption.close()

    asyncio.run(story())
