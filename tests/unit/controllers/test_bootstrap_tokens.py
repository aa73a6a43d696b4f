"""Bootstrap tokens: the ConfigMap that is signed with them, and their end."""

import asyncio
import base64
import hmac
import json
from datetime import timedelta

import pytest
import yaml

from pykube.api import core_v1
from pykube.config import ServerConfig
from pykube.controllers.bootstrapsigner import BootstrapSigner
from pykube.controllers.tokencleaner import TokenCleaner
from pykube.pki.ca import CertificateAuthority
from pykube.pki.join_token import JoinToken
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def token(token_id="abcdef", *, usages=("signing", "authentication"), expiration="", **more):
    data = {"token-id": token_id, "token-secret": "0123456789abcdef", "expiration": expiration, **more}
    data |= {f"usage-bootstrap-{usage}": "true" for usage in usages}
    return core_v1.Secret(
        metadata=meta(f"bootstrap-token-{token_id}", "kube-system"),
        type="bootstrap.kubernetes.io/token",
        data={key: value.encode() for key, value in data.items()},
    )


def play(tmp_path, tell, *kinds):
    async def run():
        config = ServerConfig(state_dir=tmp_path, advertise_address="192.0.2.7")
        scene = Scene(config)
        CertificateAuthority.load_or_create(tmp_path / "server" / "pki", scene.clock.now())
        async with scene.running(*kinds):
            await tell(scene)

    asyncio.run(run())


def info(scene):
    return scene.api.all(core_v1.ConfigMap)[0].data


def test_anybody_learns_where_the_server_is_and_what_authorities_it_has(tmp_path):
    async def tell(scene):
        cluster = yaml.safe_load(info(scene)["kubeconfig"])["clusters"][0]["cluster"]
        assert cluster["server"] == "https://192.0.2.7:6443"
        file = tmp_path / "server" / "pki" / "ca.crt"
        assert base64.b64decode(cluster["certificate-authority-data"]) == file.read_bytes()
        following = CertificateAuthority.create("next", scene.clock.now())
        file.write_bytes(file.read_bytes() + following.pem)
        await scene.settle(6)
        cluster = yaml.safe_load(info(scene)["kubeconfig"])["clusters"][0]["cluster"]
        assert following.pem in base64.b64decode(cluster["certificate-authority-data"])

    play(tmp_path, tell, BootstrapSigner)


def test_it_is_signed_with_each_token_that_is_for_signing_while_it_lasts(tmp_path):
    async def tell(scene):
        end = (scene.clock.now() + timedelta(hours=1)).isoformat()
        await scene.api.create(token(expiration=end))
        await scene.api.create(token("ghijkl", usages=("authentication",)))
        await scene.settle()
        signed = info(scene)
        assert [key for key in signed if key.startswith("jws-")] == ["jws-kubeconfig-abcdef"]
        header, empty, signature = signed["jws-kubeconfig-abcdef"].split(".")
        assert empty == ""
        assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "HS256", "kid": "abcdef"}
        content = base64.urlsafe_b64encode(signed["kubeconfig"].encode()).rstrip(b"=").decode()
        right = hmac.digest(b"0123456789abcdef", f"{header}.{content}".encode(), "sha256")
        assert base64.urlsafe_b64decode(signature + "=") == right
        await scene.settle(3601)
        assert "jws-kubeconfig-abcdef" not in info(scene)

    play(tmp_path, tell, BootstrapSigner)


def test_tokens_go_when_they_expire(tmp_path):
    async def tell(scene):
        await scene.api.create(token(expiration=(scene.clock.now() + timedelta(hours=1)).isoformat()))
        await scene.api.create(token("forevr"))
        await scene.api.create(token("broken", expiration="tomorrow"))
        await scene.settle(3000)
        assert {each.metadata.name[-6:] for each in scene.api.all(core_v1.Secret)} == {"abcdef", "forevr"}
        await scene.settle(601)
        assert {each.metadata.name[-6:] for each in scene.api.all(core_v1.Secret)} == {"forevr"}

    play(tmp_path, tell, TokenCleaner)


def test_a_token_is_written_and_read():
    new = JoinToken.new()
    assert JoinToken.parse(str(new)) == new
    text = f"abcdef.0123456789abcdef@sha256:{'a' * 64}"
    found = JoinToken.parse(f" {text}\n")
    assert (str(found), found.hashes, found.bearer) == (text, (f"sha256:{'a' * 64}",), "abcdef.0123456789abcdef")
    assert "0123456789abcdef" not in repr(found)
    for wrong in ("", "abcdef", "abcdef.0123", text + "b", text.upper(), text.replace("@", "#")):
        with pytest.raises(ValueError, match="has not the form") as error:
            JoinToken.parse(wrong)
        assert "0123456789abcdef" not in str(error.value)
