"""Images: policies, names, logins, and which go when the disk is full."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import cast

import pytest

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.errors import CriError
from agent.images import LEAST_AGE, ImageError, Images, Wanted, credentials, registry_of, with_tag
from pykube.api import core_v1
from tests.fakes.clock import FakeClock


class Registry:
    """A runtime with images; those under ``far/`` can be pulled."""

    def __init__(self, *present: str) -> None:
        self.images = {name: pb.Image(id=name, size=100) for name in present}
        self.pulls: list[str] = []

    async def image_status(self, name: str) -> pb.Image | None:
        return self.images.get(name)

    async def pull_image(self, name: str, auth: pb.AuthConfig | None, sandbox: object) -> str:
        self.pulls.append(name)
        await asyncio.sleep(0)
        if not name.startswith("far/"):
            raise CriError("no such host")
        self.images[name] = pb.Image(id=name, size=7)
        return name

    async def list_images(self) -> list[pb.Image]:
        return list(self.images.values())

    async def remove_image(self, name: str) -> None:
        del self.images[name]


class Harness:
    """Images over a registry, and the events that were told."""

    def __init__(self, *present: str) -> None:
        self.registry = Registry(*present)
        self.clock = FakeClock()
        self.images = Images(cast(CriClient, self.registry), self.clock)
        self.events: list[tuple[str, str, str]] = []

    async def ensure(self, image: str, policy: str) -> pb.Image:
        return await self.images.ensure(Wanted(image, policy), lambda *event: self.events.append(event))


def test_present_image_is_not_pulled() -> None:
    harness = Harness("app:1")
    asyncio.run(harness.ensure("app:1", "IfNotPresent"))
    assert harness.registry.pulls == []
    assert harness.events == [("Normal", "Pulled", 'Container image "app:1" already present on machine')]


def test_always_means_always() -> None:
    harness = Harness("far/app:1")
    asyncio.run(harness.ensure("far/app:1", "Always"))
    assert harness.registry.pulls == ["far/app:1"]
    assert [event[1] for event in harness.events] == ["Pulling", "Pulled"]


def test_never_means_never() -> None:
    with pytest.raises(ImageError, match='"app:1" is not present with pull policy of Never') as caught:
        asyncio.run(Harness().ensure("app:1", "Never"))
    assert caught.value.reason == "ErrImageNeverPull"


def test_failed_pull() -> None:
    harness = Harness()
    with pytest.raises(ImageError, match="no such host") as caught:
        asyncio.run(harness.ensure("near/app:1", "IfNotPresent"))
    assert caught.value.reason == "ErrImagePull"
    assert [event[2] for event in harness.events][1:] == [
        'Failed to pull image "near/app:1": no such host',
        "Error: ErrImagePull",
    ]


def test_many_who_want_the_same_image_share_one_pull() -> None:
    harness = Harness()

    async def run() -> None:
        await asyncio.gather(*(harness.ensure("far/app:1", "IfNotPresent") for _ in range(5)))

    asyncio.run(run())
    assert harness.registry.pulls == ["far/app:1"]


@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("app", "app:latest"),
        ("host:5000/a/b", "host:5000/a/b:latest"),
        ("app:1", "app:1"),
        ("app@sha256:" + "0" * 64, "app@sha256:" + "0" * 64),
    ],
)
def test_tag_is_added_where_none_is(image: str, full: str) -> None:
    assert with_tag(image) == full


@pytest.mark.parametrize("image", ["", "UPPER", "a b", "a:", "-a", "a@sha256:12"])
def test_what_is_no_name(image: str) -> None:
    with pytest.raises(ImageError, match="invalid reference format") as caught:
        with_tag(image)
    assert caught.value.reason == "InvalidImageName"


def test_registries() -> None:
    names = ["app", "lib/app", "quay.io/a/b", "localhost/a", "h:5000/a"]
    assert [registry_of(name) for name in names] == ["docker.io", "docker.io", "quay.io", "localhost", "h:5000"]


def test_login_is_found_in_both_forms_of_pull_secret() -> None:
    auth = base64.b64encode(b"me:secret").decode()
    new = core_v1.Secret(
        data={".dockerconfigjson": json.dumps({"auths": {"https://quay.io/v1/": {"auth": auth}}}).encode()}
    )
    old = core_v1.Secret(data={".dockercfg": json.dumps({"h:5000": {"username": "u", "password": "p"}}).encode()})
    broken = core_v1.Secret(data={".dockerconfigjson": b"{"})
    found = credentials("quay.io/a/b:1", [broken, new])
    assert found is not None
    assert (found.username, found.password) == ("me", "secret")
    found = credentials("h:5000/a", [new, old])
    assert found is not None
    assert found.username == "u"
    assert credentials("other.io/a", [new, old]) is None


def test_longest_unused_image_goes_first_and_pinned_ones_stay() -> None:
    harness = Harness("used", "old", "young", "pinned")
    harness.registry.images["pinned"].pinned = True

    async def run() -> int:
        await harness.images.collect({"used", "young"}, 0.5, 1000)
        await harness.clock.advance(LEAST_AGE + 1)
        await harness.images.collect({"used", "young"}, 0.5, 1000)
        await harness.clock.advance(LEAST_AGE - 1)
        return await harness.images.collect({"used"}, 0.9, 1000)

    assert asyncio.run(run()) == 100
    assert set(harness.registry.images) == {"used", "young", "pinned"}
