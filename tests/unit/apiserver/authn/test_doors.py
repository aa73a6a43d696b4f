"""Credentials that must not open the door, through real sockets, and those that must go on opening it."""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pykube.api import core_v1, meta_v1
from pykube.config import ServerConfig
from pykube.pki.ca import Profile
from pykube.pki.server import ensure_server
from pykube.pki.tokens import Reference, Tokens
from tests.fakes.clock import FakeClock
from tests.fakes.guarded_server import guarded

UNAUTHORIZED = {"kind": "Status", "status": "Failure", "reason": "Unauthorized", "code": 401}


def run(tmp_path, story, **settings):
    async def main():
        async with guarded(tmp_path, **settings) as server:
            await story(server)

    asyncio.run(main())


def refused(answer):
    assert answer.status == 401, answer.doc
    assert {key: answer.doc[key] for key in UNAUTHORIZED} == UNAUTHORIZED
    assert answer.message == "Unauthorized"


def encode(data):
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def claims_of(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


FORGERIES = {
    "no signature": lambda server, claims: f"{encode({'alg': 'none'})}.{encode(claims)}.",
    "no algorithm, with a signature": lambda server, claims: f"{encode({'alg': 'none'})}.{encode(claims)}.AAAA",
    "no header": lambda server, claims: f"{encode({})}.{encode(claims)}.AAAA",
    "another key": lambda server, claims: Tokens(
        server.pki.tokens.issuer, ec.generate_private_key(ec.SECP256R1())
    ).sign(claims),
    "expired": lambda server, claims: server.pki.tokens.sign({**claims, "exp": claims["iat"] - 10}),
    "not yet valid": lambda server, claims: server.pki.tokens.sign({**claims, "nbf": claims["iat"] + 600}),
    "another audience": lambda server, claims: server.pki.tokens.sign({**claims, "aud": ["vault"]}),
    "another issuer": lambda server, claims: server.pki.tokens.sign({**claims, "iss": "https://evil.example"}),
    "another subject": lambda server, claims: server.pki.tokens.sign(
        {**claims, "sub": "system:serviceaccount:kube-system:admin"}
    ),
    "times that are no numbers": lambda server, claims: server.pki.tokens.sign({**claims, "exp": "tomorrow"}),
    "no account": lambda server, claims: server.pki.tokens.sign({**claims, "kubernetes.io": {}}),
    "key confusion": lambda server, claims: hmac_signed(server, claims),
    "changed claims": lambda server, claims: swapped(server, claims),
    "junk": lambda server, claims: "a.b.c",
    "no token": lambda server, claims: "whatever",
    "not ASCII": lambda server, claims: "t\u00f6ken",
    "deep JSON": lambda server, claims: f"{encode(b'[' * 5000)}.{encode(claims)}.AAAA",
    "claims that are a list": lambda server, claims: server.pki.tokens.sign([1]),
}


def hmac_signed(server, claims):
    """As if the public key, which everybody may have, were the secret of an HMAC."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    file = server.pki.folder / "sa.pub"
    secret = file.read_bytes() if file.exists() else key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kid = server.pki.tokens.jwks()["keys"][0]["kid"]
    text = f"{encode({'alg': 'HS256', 'kid': kid})}.{encode(claims)}"
    return f"{text}.{encode(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def swapped(server, claims):
    head, _, signature = server.pki.tokens.sign(claims).split(".")
    return f"{head}.{encode({**claims, 'sub': 'system:serviceaccount:kube-system:x'})}.{signature}"


def test_forged_tokens(tmp_path):
    async def story(server):
        account = await server.account("x", "bot")
        good = server.token(account)
        assert (await server.whoami(token=good)).status == 201
        for name, forge in FORGERIES.items():
            answer = await server.whoami(token=forge(server, claims_of(good)))
            assert answer.status == 401, name
            refused(answer)
        assert (await server.whoami(token=good)).status == 201

    run(tmp_path, story)


def test_a_token_dies_with_its_account_and_the_next_of_that_name_is_another(tmp_path):
    async def story(server):
        account = await server.account("x", "bot")
        token = server.token(account)
        assert (await server.whoami(token=token)).status == 201
        await server.admin("DELETE", "/api/v1/namespaces/x/serviceaccounts/bot")
        refused(await server.whoami(token=token))
        again = await server.account("x", "bot")
        refused(await server.whoami(token=token))
        assert (await server.whoami(token=server.token(again))).status == 201

    run(tmp_path, story)


def test_a_token_dies_with_its_pod_node_or_secret(tmp_path):
    async def story(server):
        account = await server.account("x", "bot")
        node = await server.registry.create(core_v1.Node(metadata=meta_v1.ObjectMeta(name="n")))
        secret = await server.registry.create(core_v1.Secret(metadata=meta_v1.ObjectMeta(name="s", namespace="x")))
        for kind, one, path in (
            ("node", node, "/api/v1/nodes/n"),
            ("secret", secret, "/api/v1/namespaces/x/secrets/s"),
        ):
            token = server.token(account, **{kind: Reference(one.metadata.name, one.metadata.uid)})
            assert (await server.whoami(token=token)).status == 201
            await server.admin("DELETE", path)
            refused(await server.whoami(token=token))
        gone = server.token(account, pod=Reference("p", "u"))
        refused(await server.whoami(token=gone))

    run(tmp_path, story)


def test_time_passes(tmp_path):
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))

    async def story(server):
        account = await server.account("x", "bot")
        token = server.token(account)
        assert (await server.whoami(token=token)).status == 201
        await clock.advance(3601)
        refused(await server.whoami(token=token))

    run(tmp_path, story, clock=clock)


def test_a_key_that_is_withdrawn_opens_nothing(tmp_path):
    async def story(server):
        token = server.token(await server.account("x", "bot"))
        assert (await server.whoami(token=token)).status == 201
        server.pki.tokens.adopt(Tokens(server.pki.tokens.issuer, ec.generate_private_key(ec.SECP256R1())))
        server.server.renew(server.pki)
        refused(await server.whoami(token=token))

    run(tmp_path, story)


def test_a_token_is_no_better_for_a_bad_certificate_nor_worse(tmp_path):
    async def story(server):
        stranger = foreign(server)
        refused(await server.whoami(tls=stranger))
        token = server.token(await server.account("x", "bot"))
        assert (await server.whoami(tls=stranger, token=token)).status == 201

    run(tmp_path, story)


def foreign(server, name="admin", *groups):
    """TLS with a certificate of another cluster, where everything has the same name."""
    folder = server.folder / "other"
    pki, _ = ensure_server(ServerConfig(config_dir=folder, state_dir=folder, run_dir=folder), datetime.now(UTC))
    return server.context(pki, name, *groups)


def test_certificates_that_are_no_good(tmp_path):
    async def story(server):
        authority, now = server.pki.authority, datetime.now(UTC)
        profile = Profile(common_name="admin", organizations=("system:masters",), client=True)
        refused(await server.whoami(tls=foreign(server, "admin", "system:masters")))
        expired = authority.issue(profile, now - timedelta(days=4000))
        refused(await server.whoami(tls=server.showing(*expired)))
        later = authority.issue(profile, now + timedelta(days=30))
        refused(await server.whoami(tls=server.showing(*later)))
        serving = authority.issue(
            Profile(common_name="admin", server=True, client=False, addresses=("127.0.0.1",)), now
        )
        refused(await server.whoami(tls=server.showing(*serving)))
        good = server.showing(*authority.issue(profile, now))
        assert (await server.whoami(tls=good)).doc["status"]["userInfo"]["username"] == "admin"

    run(tmp_path, story)


def test_headers_of_the_front_proxy_are_believed_from_it_alone(tmp_path):
    async def story(server):
        headers = {"X-Remote-User": "admin", "X-Remote-Group": "system:masters"}
        answer = await server.whoami(headers=headers)
        assert answer.status in (401, 403)
        bob = server.context(server.pki, "bob")
        answer = await server.whoami(tls=bob, headers=headers)
        assert answer.doc["status"]["userInfo"]["username"] == "bob"
        refused(await server.whoami(tls=foreign(server, "front-proxy-client"), headers=headers))
        proxy = server.pki.front_proxy_authority.issue(
            Profile(common_name="front-proxy-client", client=True), datetime.now(UTC)
        )
        answer = await server.whoami(tls=server.showing(*proxy), headers=headers)
        assert answer.doc["status"]["userInfo"]["groups"] == ["system:masters", "system:authenticated"]
        refused(await server.whoami(tls=server.showing(*proxy)))
        stranger = server.pki.front_proxy_authority.issue(Profile(common_name="x", client=True), datetime.now(UTC))
        refused(await server.whoami(tls=server.showing(*stranger), headers=headers))

    run(tmp_path, story)


async def raw(server, target):
    """The status line of the answer to a target that no client tidies up."""
    tls = ssl.create_default_context(cafile=str(server.pki.ca_file))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.server.port, ssl=tls)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


def refused_raw(line):
    assert line.split()[1] in (b"400", b"401"), line


def test_nobody_may_be_anonymous_where_it_is_not_allowed(tmp_path):
    (tmp_path / "authentication.yaml").write_text(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n"
        "anonymous: {enabled: true, conditions: [{path: /livez}]}\n"
    )

    async def story(server):
        assert (await server.call("GET", "/livez")).status == 200
        assert (await server.call("GET", "/livez?verbose")).status == 200
        for target in ("//x/livez", "/api/../livez", "http://127.0.0.1/livez", "/livez/", "/livez%2Fping"):
            refused_raw(await raw(server, target))
        refused(await server.call("GET", "/version"))
        refused(await server.call("GET", "/livez/ping"))

    run(tmp_path, story)


def test_nobody_may_be_anonymous(tmp_path):
    async def story(server):
        refused(await server.call("GET", "/livez"))

    run(tmp_path, story, anonymous_auth=False)


def test_who_guesses_is_put_off_and_others_are_not(tmp_path):
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))

    async def story(server):
        honest = server.token(await server.account("x", "bot"))
        assert (await server.whoami(token=honest)).status == 201
        answers = [await server.whoami(token=f"guess-{n}") for n in range(103)]
        assert {answer.status for answer in answers[:100]} == {401}
        assert {answer.status for answer in answers[100:]} == {429}
        assert answers[-1].headers["Retry-After"] == "1"
        assert (await server.whoami(token=honest)).status == 201
        assert (await server.admin("GET", "/api/v1/nodes")).status == 200
        fresh = server.token(await server.account("x", "new"))
        assert (await server.whoami(token=fresh)).status == 429
        await clock.advance(1)
        assert (await server.whoami(token=fresh)).status == 201

    run(tmp_path, story, clock=clock)


def test_a_token_file_and_audiences(tmp_path):
    (tmp_path / "tokens.csv").write_text('secret,alice,u1,"dev,ops"\n')

    async def story(server):
        answer = await server.whoami(token="secret")
        assert answer.doc["status"]["userInfo"]["groups"] == ["dev", "ops", "system:authenticated"]
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": "secret"}}
        path = "/apis/authentication.k8s.io/v1/tokenreviews"
        status = (await server.admin("POST", path, review)).doc["status"]
        assert status["audiences"] == [server.pki.tokens.issuer]
        review["spec"]["audiences"] = ["vault"]
        status = (await server.admin("POST", path, review)).doc["status"]
        assert not status.get("authenticated")

    run(tmp_path, story, token_auth_file=str(tmp_path / "tokens.csv"))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_an_unknown_authority_is_answered_in_every_version_of_tls(tmp_path, version):
    async def story(server):
        tls = foreign(server)
        tls.minimum_version = tls.maximum_version = version
        refused(await server.whoami(tls=tls))

    run(tmp_path, story)
