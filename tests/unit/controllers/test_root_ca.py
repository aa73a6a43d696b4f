"""Every namespace knows whom to trust."""

import asyncio

import msgspec

from pykube.api import core_v1
from pykube.config import ServerConfig, pki_folder
from pykube.controllers.root_ca import FILE, NAME, RootCaPublisher
from tests.fakes.api import meta
from tests.fakes.controllers import Scene

PEM = "-----BEGIN CERTIFICATE-----\nx\n"


def bundles(scene):
    return {found.metadata.namespace: found.data.get(FILE) for found in scene.api.all(core_v1.ConfigMap)}


def test_the_certificate_is_published_in_each_namespace_and_mended(tmp_path):
    config = ServerConfig(state_dir=tmp_path)
    pki_folder(config).mkdir(parents=True)
    (pki_folder(config) / "ca.crt").write_text(PEM)

    async def story():
        async with Scene(config).running(RootCaPublisher) as scene:
            for name in ("a", "b"):
                await scene.api.create(core_v1.Namespace(metadata=meta(name)))
            await scene.settle()
            assert bundles(scene) == {"a": PEM, "b": PEM}
            spoilt = next(found for found in scene.api.all(core_v1.ConfigMap) if found.metadata.namespace == "a")
            await scene.api.update(msgspec.structs.replace(spoilt, data={FILE: ""}))
            await scene.settle()
            assert bundles(scene)["a"] == PEM
            await scene.api.delete(core_v1.ConfigMap, NAME, "b")
            await scene.settle()
            assert bundles(scene) == {"a": PEM, "b": PEM}

    asyncio.run(story())
