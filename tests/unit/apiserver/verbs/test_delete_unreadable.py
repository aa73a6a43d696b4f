"""What cannot be read can still be deleted, by those who say that they know what they do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.fakes.api_server import Api, running

PATH = "/api/v1/namespaces/default/configmaps"
KEY = "/registry/configmaps/default/broken"
OPTION = "ignoreStoreReadErrorWithClusterBreakingPotential"


async def _broken(api: Api, value: bytes) -> None:
    entry = await api.store.create(KEY, value)
    await api.registry.progress.reach(entry.revision)


@pytest.mark.parametrize(
    "value", [b"\x00junk", b"[]", b'{"metadata":{"name":"broken","namespace":"default"},"data":1}']
)
def test_broken_values_go(value: bytes) -> None:
    async def story() -> None:
        async with running() as api:
            await _broken(api, value)
            answer = await api.delete(f"{PATH}/broken", {OPTION: True})
            assert answer.status == 200, answer.body
            assert (await api.store.get(KEY))[0] is None

    asyncio.run(story())


def test_a_sound_object_is_deleted_as_usual() -> None:
    async def story() -> None:
        async with running() as api:
            await api.post(PATH, {"metadata": {"name": "a"}})
            answer = await api.delete(f"{PATH}/a?{OPTION}=true")
            assert answer.status == 422
            assert answer.message == (
                f'configmaps "a" is invalid: {OPTION}: Invalid value: true: is exclusively used to delete corrupt '
                "object(s), try again by removing this option"
            )
            assert (await api.delete(f"{PATH}/b", {OPTION: True})).status == 404

    asyncio.run(story())


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"gracePeriodSeconds": 0}, "gracePeriodSeconds"),
        ({"propagationPolicy": "Orphan"}, "propagationPolicy"),
        ({"preconditions": {"uid": "x"}}, "preconditions"),
        ({"dryRun": ["All"]}, "dryRun"),
    ],
)
def test_it_goes_with_no_other_option(other: dict[str, Any], name: str) -> None:
    async def story() -> None:
        async with running() as api:
            answer = await api.delete(f"{PATH}/a", {OPTION: True, **other})
            assert answer.message == (
                f'DeleteOptions.meta.k8s.io "" is invalid: {OPTION}: Invalid value: true: cannot be set together with '
                f".{name}"
            )
            answer = await api.delete(PATH, {OPTION: True})
            assert "is not allowed with DELETECOLLECTION" in answer.message

    asyncio.run(story())
