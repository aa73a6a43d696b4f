"""Values whose keys a key management service keeps, with a real service on a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pykube import errors
from pykube.store.encryption.ciphers import AesGcm, CannotOpen
from pykube.store.kms import api_pb2 as pb
from pykube.store.kms.provider import POLL_SECONDS, TRUSTED_SECONDS, KmsProvider
from tests.fakes.clock import FakeClock
from tests.fakes.kms_server import KmsServer, _mixed, kms_server

CONTEXT = b"/registry/secrets/default/a"
PREFIX = b"k8s:enc:kms:v2:vault:"


@asynccontextmanager
async def started(server: KmsServer, clock: FakeClock | None = None) -> AsyncIterator[KmsProvider]:
    provider = KmsProvider("vault", server.endpoint, clock or FakeClock(), seconds=3.0)
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()


def play(story: Callable[[KmsServer], Awaitable[None]], folder: Path) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), kms_server(folder) as server:
            await story(server)

    asyncio.run(run())


def test_one_call_closes_many_values_and_one_opens_them_elsewhere(tmp_path: Path) -> None:
    async def story(server: KmsServer) -> None:
        async with started(server) as provider:
            values = [await provider.close(str(number).encode(), CONTEXT) for number in range(50)]
            assert [await provider.open(value, CONTEXT) for value in values] == [str(n).encode() for n in range(50)]
        assert server.calls == ["Status", "Encrypt"]
        async with started(server) as restarted:
            assert await restarted.open(values[7], CONTEXT) == b"7"
            assert await restarted.open(values[8], CONTEXT) == b"8"
        assert server.calls.count("Decrypt") == 1

    play(story, tmp_path)


def test_values_have_upstreams_form(tmp_path: Path) -> None:
    async def story(server: KmsServer) -> None:
        async with started(server) as provider:
            value = await provider.close(b"plain", CONTEXT)
        assert value.startswith(PREFIX)
        found = pb.EncryptedObject.FromString(value[len(PREFIX) :])
        assert found.keyID == "key-1"
        assert found.encryptedDEKSourceType == pb.EncryptedDEKSourceType.HKDF_SHA256_XNONCE_AES_GCM_SEED
        assert dict(found.annotations) == {"kms.example.com/wrapped": b"1"}
        assert b"plain" not in value

    play(story, tmp_path)


def test_values_of_the_older_form_are_read(tmp_path: Path) -> None:
    async def story(server: KmsServer) -> None:
        key = bytes(range(32))
        old = pb.EncryptedObject(
            encryptedData=AesGcm(key).seal(b"old", CONTEXT),
            keyID="key-1",
            encryptedDEKSource=_mixed(key, "key-1"),
            annotations={"kms.example.com/wrapped": b"1"},
        )
        async with started(server) as provider:
            assert await provider.open(PREFIX + old.SerializeToString(), CONTEXT) == b"old"

    play(story, tmp_path)


def test_a_new_key_of_the_service_is_taken_up_live(tmp_path: Path) -> None:
    async def story(server: KmsServer) -> None:
        clock = FakeClock()
        async with started(server, clock) as provider:
            old = await provider.close(b"1", CONTEXT)
            assert provider.seal_of(old) == provider.seal
            server.key_id = "key-2"
            await clock.advance(POLL_SECONDS)
            while provider.seal != "KMS provider 'vault' key 'key-2'":
                await clock.settle()
            assert provider.seal_of(old) != provider.seal
            assert await provider.open(old, CONTEXT) == b"1"
            assert provider.seal_of(await provider.close(b"1", CONTEXT)) == provider.seal

    play(story, tmp_path)


def test_a_service_that_is_silent_for_long_is_not_written_with(tmp_path: Path) -> None:
    async def story(server: KmsServer) -> None:
        clock = FakeClock()
        async with started(server, clock) as provider:
            value = await provider.close(b"1", CONTEXT)
            server.health = "out of order"
            await clock.advance(TRUSTED_SECONDS + 1)
            with pytest.raises(errors.ServiceUnavailable, match="vault has not answered"):
                await provider.close(b"2", CONTEXT)
            assert await provider.open(value, CONTEXT) == b"1"

    play(story, tmp_path)


def test_a_key_that_the_service_has_lost_is_told_by_its_id(tmp_path: Path) -> None:
    async def story(server: KmsServer) -> None:
        async with started(server) as provider:
            value = await provider.close(b"1", CONTEXT)
        server.key_id, server.known = "key-2", {"key-2"}
        async with started(server) as provider:
            with pytest.raises(CannotOpen, match="INVALID_ARGUMENT: no key key-1"):
                await provider.open(value, CONTEXT)
            with pytest.raises(CannotOpen, match=r"damaged|missing"):
                await provider.open(PREFIX + b"\xff\xff", CONTEXT)

    play(story, tmp_path)


def test_a_service_that_cannot_be_reached_or_is_unwell_is_no_lost_key(tmp_path: Path) -> None:
    async def story(server: KmsServer) -> None:
        with pytest.raises(errors.ServiceUnavailable, match="UNAVAILABLE"):
            await KmsProvider("vault", f"unix://{tmp_path}/nobody.sock", FakeClock(), seconds=3.0).start()
        server.health = "sealed"
        with pytest.raises(errors.ServiceUnavailable, match="not well: sealed"):
            await KmsProvider("vault", server.endpoint, FakeClock(), seconds=3.0).start()
        server.health, server.version = "ok", "v1beta1"
        with pytest.raises(errors.ServiceUnavailable, match="not v2"):
            await KmsProvider("vault", server.endpoint, FakeClock(), seconds=3.0).start()

    play(story, tmp_path)
