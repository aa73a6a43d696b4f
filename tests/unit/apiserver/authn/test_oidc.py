"""Tokens of OpenID Connect issuers, which are real servers on loopback."""

import asyncio
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pykube.apiserver.authn.configuration_file import ConfigurationError
from pykube.apiserver.authn.configuration_rules import parse
from pykube.apiserver.authn.configured import ConfiguredAuthentication
from pykube.apiserver.authn.oidc import OidcTokens
from pykube.errors import Unauthorized
from tests.fakes.clock import FakeClock
from tests.fakes.oidc_issuer import encode, key_for, oidc_issuer, rsa_key, sign

CLAIM_MAPPINGS = {"username": {"claim": "sub", "prefix": "oidc:"}, "groups": {"claim": "groups", "prefix": "oidc:"}}


def document(*jwt, **more):
    return json.dumps(
        {
            "apiVersion": "apiserver.config.k8s.io/v1",
            "kind": "AuthenticationConfiguration",
            "jwt": list(jwt),
            **more,
        }
    )


def authenticator(issuer, audiences=("kube",), discovery="", **more):
    own = {"url": issuer.url, "certificateAuthority": issuer.ca, "audiences": list(audiences)}
    if len(audiences) > 1:
        own["audienceMatchPolicy"] = "MatchAny"
    if discovery:
        own["discoveryURL"] = discovery
    return {"issuer": own, "claimMappings": CLAIM_MAPPINGS, **more}


def claims(clock, **more):
    now = int(clock.now().timestamp())
    return {"sub": "jane", "aud": "kube", "iat": now, "exp": now + 600, "groups": ["dev"], **more}


def story(tmp_path, tell, **configured):
    """Tell a story about one issuer and a server that trusts it."""
    clock = FakeClock()

    async def run():
        async with oidc_issuer(tmp_path) as issuer:
            if prepare := configured.pop("prepare", None):
                prepare(issuer)
            [one] = parse(document(authenticator(issuer, **configured))).jwt
            tokens = OidcTokens(one, clock)
            try:
                await tell(issuer, tokens, clock)
            finally:
                await tokens.close()

    asyncio.run(run())


async def refused(tokens, token, match):
    with pytest.raises(Unauthorized, match=match):
        await tokens.authenticate_token(token)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"])
def test_every_algorithm(tmp_path, algorithm):
    async def tell(issuer, tokens, clock):
        issuer.keys = {"k": key_for(algorithm)}
        answer = await tokens.authenticate_token(issuer.token(claims(clock, jti="7"), kid="k", algorithm=algorithm))
        assert (answer.user.name, answer.user.groups) == ("oidc:jane", ("oidc:dev",))
        assert answer.user.extra == {"authentication.kubernetes.io/credential-id": ("JTI=7",)}

    story(tmp_path, tell)


def test_forgeries(tmp_path):
    async def tell(issuer, tokens, clock):
        good = claims(clock)
        now = good["iat"]
        issuer.keys["rsa"] = rsa_key(1)
        await refused(tokens, issuer.token({**good, "exp": now - 1}), "token is expired")
        await refused(tokens, issuer.token({key: good[key] for key in ("sub", "aud")}), "token is expired")
        await refused(tokens, issuer.token({**good, "nbf": now + 61}), "before the nbf")
        await refused(tokens, issuer.token({**good, "aud": "vault"}), "expected audience")
        await refused(tokens, issuer.token({**good, "aud": 7}), "expected audience")
        await refused(tokens, issuer.token({**good, "exp": "never"}), "is no number")
        await refused(tokens, issuer.token({**good, "exp": True}), "is no number")
        await refused(tokens, issuer.token({**good, "exp": 10**400}), "is no time")
        other = sign(key_for("ES256"), "ES256", "one", {"iss": issuer.url, **good})
        await refused(tokens, other, "failed to verify signature")
        unnamed = sign(key_for("ES256"), "ES256", "", {"iss": issuer.url, **good})
        await refused(tokens, unnamed, "failed to verify signature")
        text = f"{encode({'alg': 'none'})}.{encode({'iss': issuer.url, **good})}"
        await refused(tokens, f"{text}.", "signing algorithm 'none' is not accepted")
        head, _, signature = issuer.token(good).split(".")
        await refused(tokens, f"{head}.{encode({'iss': issuer.url, **good, 'sub': 'root'})}.{signature}", "signature")
        critical = encode({"alg": "ES256", "kid": "one", "crit": ["b64"], "b64": False})
        assert await tokens.authenticate_token(f"{critical}.{encode({'iss': issuer.url, **good})}.AA") is None
        assert await tokens.authenticate_token(issuer.token({**good, "iss": "https://other"})) is None
        assert await tokens.authenticate_token("a.b.c") is None

    story(tmp_path, tell)


def test_key_confusion(tmp_path):
    """The public key is no secret: it must not do for one, nor may a key be used by another algorithm than its own."""

    async def tell(issuer, tokens, clock):
        key = issuer.keys["rsa"] = rsa_key(1)
        body = {"iss": issuer.url, **claims(clock)}
        for secret in (
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        ):
            text = f"{encode({'alg': 'HS256', 'kid': 'rsa'})}.{encode(body)}"
            token = f"{text}.{encode(hmac.digest(secret, text.encode(), hashlib.sha256))}"
            await refused(tokens, token, "signing algorithm 'HS256' is not accepted")
        await refused(tokens, sign(rsa_key(1), "RS256", "one", body), "failed to verify signature")
        embedded = {"alg": "RS256", "kid": "x", "jwk": {"kty": "RSA"}, "jku": "https://evil.example/keys"}
        text = f"{encode(embedded)}.{encode(body)}"
        await refused(tokens, f"{text}.{encode(b'0' * 256)}", "failed to verify signature")

    story(tmp_path, tell)


def test_short_keys_and_keys_for_encryption_are_not_used(tmp_path):
    async def tell(issuer, tokens, clock):
        issuer.keys = {"short": rsa_key(2, 1024)}
        await refused(tokens, issuer.token(claims(clock), kid="short", algorithm="RS256"), "failed to verify")

    story(tmp_path, tell)


def test_keys_roll_over(tmp_path):
    async def tell(issuer, tokens, clock):
        token = issuer.token(claims(clock))
        assert await tokens.authenticate_token(token)
        assert len(issuer.asked) == 2
        issuer.keys["two"] = key_for("ES256")
        fresh = issuer.token(claims(clock), kid="two")
        await refused(tokens, fresh, "failed to verify")  # the issuer is not asked twice in a moment
        await clock.advance(3)
        assert await tokens.authenticate_token(fresh)
        assert len(issuer.asked) == 3
        old = sign(key_for("ES256"), "ES256", "one", {"iss": issuer.url, **claims(clock)})
        await refused(tokens, old, "failed to verify")

    story(tmp_path, tell)


def test_old_keys_are_fetched_again_and_nobody_waits(tmp_path):
    async def tell(issuer, tokens, clock):
        assert await tokens.authenticate_token(issuer.token(claims(clock)))
        withdrawn = issuer.keys.pop("one")
        issuer.keys["two"] = key_for("ES256")
        await clock.advance(601)

        def stale(jti):
            return sign(withdrawn, "ES256", "one", {"iss": issuer.url, **claims(clock, jti=jti)})

        assert await tokens.authenticate_token(stale("1"))  # the fetching begins
        await asyncio.wait_for(tokens._keys._refreshing, 5)
        await refused(tokens, stale("2"), "failed to verify")
        issuer.broken = True
        await clock.advance(601)
        assert await tokens.authenticate_token(issuer.token(claims(clock, jti="3"), kid="two"))

    story(tmp_path, tell)


def test_a_withdrawn_key_is_not_believed_from_memory(tmp_path):
    async def tell(issuer, tokens, clock):
        token = issuer.token({**claims(clock), "exp": 4_000_000_000})
        assert await tokens.authenticate_token(token)
        issuer.keys = {"two": key_for("ES256")}
        await clock.advance(3)
        assert await tokens.authenticate_token(issuer.token(claims(clock), kid="two"))
        await refused(tokens, token, "failed to verify")

    story(tmp_path, tell)


def test_good_tokens_are_remembered_but_not_beyond_their_time(tmp_path):
    async def tell(issuer, tokens, clock):
        token = issuer.token({**claims(clock), "exp": int(clock.now().timestamp()) + 30})
        for _ in range(3):
            assert await tokens.authenticate_token(token)
        issuer.broken = True
        assert await tokens.authenticate_token(token)
        await clock.advance(31)
        await refused(tokens, token, "token is expired")

    story(tmp_path, tell)


def test_an_issuer_that_is_away_at_first(tmp_path):
    async def tell(issuer, tokens, clock):
        issuer.broken = True
        token = issuer.token(claims(clock))
        await refused(tokens, token, "authenticator not initialized")
        issuer.broken = False
        await refused(tokens, token, "authenticator not initialized")
        assert len(issuer.asked) == 1
        await clock.advance(10)
        assert await tokens.authenticate_token(token)

    story(tmp_path, tell)


def test_an_issuer_that_says_it_is_another(tmp_path):
    async def tell(issuer, tokens, clock):
        issuer.says = {"issuer": "https://other"}
        await refused(tokens, issuer.token(claims(clock)), "authenticator not initialized")
        issuer.says = {"jwks_uri": issuer.url.replace("https", "http") + "/keys"}
        await clock.advance(10)
        await refused(tokens, issuer.token(claims(clock)), "authenticator not initialized")

    story(tmp_path, tell)


def test_discovery_elsewhere_and_several_audiences(tmp_path):
    clock = FakeClock()

    async def run():
        async with oidc_issuer(tmp_path) as issuer:
            listening, issuer.url = issuer.url, "https://issuer.example"
            issuer.says = {"jwks_uri": f"{listening}/keys"}
            where = f"{listening}/elsewhere/openid-configuration"
            [one] = parse(document(authenticator(issuer, ("a", "b"), where))).jwt
            tokens = OidcTokens(one, clock)
            assert await tokens.authenticate_token(issuer.token({**claims(clock), "aud": ["z", "b"]}))
            assert issuer.asked == ["/elsewhere/openid-configuration", "/keys"]
            await refused(tokens, issuer.token({**claims(clock), "aud": ["z"]}), "expected audience")
            await tokens.close()

    asyncio.run(run())


EXPRESSIONS = {
    "claimMappings": {
        "username": {"expression": "'x:' + claims.email"},
        "groups": {"expression": "claims.roles.split(',')"},
        "uid": {"expression": "claims.deep.uid"},
        "extra": [
            {"key": "example.org/team", "valueExpression": "claims.foo__dot__bar"},
            {"key": "example.org/none", "valueExpression": "''"},
        ],
    },
    "claimValidationRules": [
        {"expression": "claims.?email_verified.orValue(true) == true", "message": "verify first"},
        {"claim": "hd", "requiredValue": "example.org"},
    ],
    "userValidationRules": [
        {"expression": "!user.username.startsWith('x:system:')", "message": "reserved"},
        {"expression": "user.groups.all(g, !g.startsWith('system:'))", "message": "reserved group"},
    ],
}


def test_expressions(tmp_path):
    given = {
        "email": "j@example.org",
        "roles": "a,b",
        "deep": {"uid": "u1"},
        "foo.bar": ["red"],
        "hd": "example.org",
    }

    async def tell(issuer, tokens, clock):
        async def ask(**changed):
            return await tokens.authenticate_token(issuer.token(claims(clock, **{**given, **changed})))

        user = (await ask()).user
        assert (user.name, user.groups, user.uid) == ("x:j@example.org", ("a", "b"), "u1")
        assert user.extra == {"example.org/team": ("red",)}
        for changed, match in (
            ({"email_verified": False}, "failed: verify first"),
            ({"hd": "example.com"}, "required claim hd value does not match"),
            ({"email": "system:admin"}, "failed: reserved"),
            ({"roles": "system:masters"}, "failed: reserved group"),
            ({"email": 7}, "username claim expression"),
            ({"deep": {}}, "no such key: uid"),
            ({"foo.bar": {"a": 1}}, "expression must return a string or a list of strings"),
        ):
            with pytest.raises(Unauthorized, match=match):
                await ask(**changed)

    story(tmp_path, tell, **EXPRESSIONS)


def test_claims_by_name(tmp_path):
    mappings = {
        "username": {"claim": "email", "prefix": ""},
        "groups": {"claim": "role", "prefix": ""},
        "uid": {"claim": "id"},
    }

    async def tell(issuer, tokens, clock):
        async def ask(**more):
            return (await tokens.authenticate_token(issuer.token(claims(clock, **more)))).user

        user = await ask(email="j@x", role="one", id="1")
        assert (user.name, user.groups, user.uid) == ("j@x", ("one",), "1")
        for more, match in (
            ({"email": "j@x", "id": "1", "email_verified": False}, "email not verified"),
            ({"email": "j@x", "id": "1", "email_verified": "true"}, "email not verified"),
            ({"id": "1"}, "claim not present"),
            ({"email": "j@x"}, "parse uid claim"),
            ({"email": "j@x", "id": "1", "role": [1]}, "parse groups claim"),
        ):
            with pytest.raises(Unauthorized, match=match):
                await ask(**more)

    story(tmp_path, tell, claimMappings=mappings)


def test_groups_that_are_elsewhere(tmp_path):
    async def tell(issuer, tokens, clock):
        given = {key: value for key, value in claims(clock).items() if key != "groups"}
        source = {"endpoint": f"{issuer.url}/groups", "access_token": "key"}
        elsewhere = {"_claim_names": {"groups": "a"}, "_claim_sources": {"a": source}}
        issuer.documents["/groups"] = issuer.token({**claims(clock), "groups": ["far"]})
        user = (await tokens.authenticate_token(issuer.token({**given, **elsewhere}))).user
        assert user.groups == ("oidc:far",)
        assert issuer.shown == ["Bearer key"]
        good = issuer.documents["/groups"]
        for document, match in (
            ("junk", "malformed token"),
            (issuer.token(given), "did not contain claim: groups"),
            (issuer.token({**claims(clock), "aud": "x"}), "expected audience"),
            (issuer.token({**claims(clock), "exp": 1}), "token is expired"),
            (sign(key_for("ES256"), "ES256", "one", {"iss": issuer.url, **claims(clock)}), "failed to verify"),
            (sign(key_for("ES256"), "ES256", "one", {**claims(clock), "iss": "http://x"}), "not initialized"),
        ):
            issuer.documents["/groups"] = document
            await refused(tokens, issuer.token({**given, **elsewhere, "jti": match}), match)
        issuer.documents["/groups"] = good
        for changed, match in (
            ({"_claim_names": []}, "error parsing distributed claim names"),
            ({"_claim_sources": None}, "no claim sources"),
            ({"_claim_sources": {}}, "missing in _claims_sources"),
            ({"_claim_sources": {"a": {"endpoint": issuer.url.replace("https", "http")}}}, "scheme must be https"),
            ({"_claim_sources": {"a": {"endpoint": f"{issuer.url}/none", "x": 1}}}, "malformed token"),
        ):
            await refused(tokens, issuer.token({**given, **elsewhere, **changed}), match)
        aggregated = {**elsewhere, "_claim_sources": {"a": {"JWT": "x"}}}
        assert (await tokens.authenticate_token(issuer.token({**given, **aggregated}))).user.groups == ()

    story(tmp_path, tell)


def test_several_issuers_and_a_changed_file(tmp_path):
    clock = FakeClock()
    path = tmp_path / "authentication.yaml"

    async def run():
        async with oidc_issuer(tmp_path) as first, oidc_issuer(tmp_path) as second:
            path.write_text(document(authenticator(first)))
            known = ConfiguredAuthentication(path, clock, anonymous=True)
            mine, theirs = first.token(claims(clock)), second.token(claims(clock))
            assert await known.authenticate_token(mine)
            assert await known.authenticate_token(theirs) is None
            path.write_text(document(authenticator(first), authenticator(second), anonymous={"enabled": False}))
            await clock.advance(61)
            assert await known.authenticate_token(theirs)
            assert await known.authenticate_token(mine)
            assert await known.authenticate(None) is None
            path.write_text("jwt: [")
            await clock.advance(61)
            assert await known.authenticate_token(theirs)
            await known.close()

    asyncio.run(run())


def changed(**parts):
    one = {
        "issuer": {"url": "https://issuer.example", "audiences": ["a"]},
        "claimMappings": {"username": {"claim": "sub", "prefix": ""}},
    }
    for name, value in parts.items():
        one[name] = {**one.get(name, {}), **value} if isinstance(value, dict) else value
    return one


@pytest.mark.parametrize(
    ("jwt", "message"),
    [
        (changed(issuer={"url": ""}), r"jwt\[0\].issuer.url: Required value"),
        (changed(issuer={"url": "http://x"}), "URL scheme must be https"),
        (changed(issuer={"url": "https://u:p@x"}), "must not contain a username or password"),
        (changed(issuer={"url": "https://x?a=b"}), "must not contain a query"),
        (changed(issuer={"url": "https://x#a"}), "must not contain a fragment"),
        (changed(issuer={"url": "https://own"}), "must not overlap with disallowed issuers"),
        (changed(issuer={"discoveryURL": "https://issuer.example/"}), "discoveryURL must be different from URL"),
        (changed(issuer={"audiences": []}), "audiences: Required value"),
        (changed(issuer={"audiences": ["a", "b"]}), "must be MatchAny for multiple audiences"),
        (changed(issuer={"audiences": ["a", "a"], "audienceMatchPolicy": "MatchAny"}), "Duplicate value"),
        (changed(issuer={"certificateAuthority": "x"}), "does not contain any valid"),
        (changed(issuer={"egressSelectorType": "x"}), "egress selector must be"),
        (changed(claimMappings={"username": {}}), "claim or expression is required"),
        (changed(claimMappings={"username": {"claim": "sub"}}), "prefix is required when claim is set"),
        (changed(claimMappings={"username": {"claim": "a", "expression": "b"}}), "can't both be set"),
        (changed(claimMappings={"username": {"expression": "claims."}}), "compilation failed"),
        (changed(claimMappings={"username": {"expression": "claims.email"}}), "claims.email_verified must be used"),
        (changed(claimMappings={"uid": {"claim": "a", "expression": "b"}}), "can't both be set"),
        (changed(claimMappings={"extra": [{"key": "a", "valueExpression": "'b'"}]}), "domain-prefixed path"),
        (changed(claimMappings={"extra": [{"key": "x.org/A", "valueExpression": "'b'"}]}), "must be lowercase"),
        (changed(claimMappings={"extra": [{"key": "k8s.io/a", "valueExpression": "'b'"}]}), "reserved for Kubernetes"),
        (changed(claimValidationRules=[{}]), "claim or expression is required"),
        (changed(claimValidationRules=[{"expression": "claims.a"}]), "must evaluate to bool"),
        (changed(claimValidationRules=[{"claim": "a", "message": "m"}]), "may not be specified when claim is set"),
        (changed(userValidationRules=[{"expression": "user.nose == ''"}]), "undefined field 'nose'"),
        (changed(issuer={"urll": ""}), "unknown field `urll`"),
    ],
)
def test_configurations_that_make_no_sense(jwt, message):
    with pytest.raises(ConfigurationError, match=message):
        parse(document(jwt), ("https://own",))


def test_two_of_the_same_issuer_and_anonymous_rules():
    with pytest.raises(ConfigurationError, match="Duplicate value"):
        parse(document(changed(), changed()))
    with pytest.raises(ConfigurationError, match="enabled should be set to true"):
        parse(document(anonymous={"enabled": False, "conditions": [{"path": "/x"}]}))
