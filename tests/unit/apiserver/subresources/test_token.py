"""Tokens of service accounts."""

import asyncio
import base64
import json

from tests.fakes.api_server import running

ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"
PODS = "/api/v1/namespaces/default/pods"


def claims(answer):
    assert answer.status == 201, answer.body
    part = answer.doc["status"]["token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def test_a_plain_token():
    async def run(api):
        answer = await api.post(f"{ACCOUNT}/token", {"spec": {"audiences": ["them"], "expirationSeconds": 600}})
        found = claims(answer)
        assert found["aud"] == ["them"]
        assert found["exp"] - found["iat"] == 600
        assert found["sub"] == "system:serviceaccount:default:default"
        assert answer.doc["status"]["expirationTimestamp"].endswith("Z")

    story(run)


def test_a_pods_token_lives_longer_than_it_says():
    async def run(api):
        pod = (
            await api.post(PODS, {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
        ).doc
        reference = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": pod["metadata"]["uid"]}
        answer = await api.post(f"{ACCOUNT}/token", {"spec": {"boundObjectRef": reference, "expirationSeconds": 3607}})
        found = claims(answer)
        assert found["kubernetes.io"]["pod"] == {"name": "p", "uid": pod["metadata"]["uid"]}
        assert found["exp"] - found["iat"] == 365 * 24 * 3600
        assert found["kubernetes.io"]["warnafter"] - found["iat"] == 3607
        assert answer.doc["spec"]["expirationSeconds"] == 3607

    story(run)


def test_tokens_that_are_not_given():
    async def run(api):
        assert (await api.post(f"{ACCOUNT}/token", {"spec": {"expirationSeconds": 5}})).status == 422
        gone = {"apiVersion": "v1", "kind": "Pod", "name": "p"}
        assert (await api.post(f"{ACCOUNT}/token", {"spec": {"boundObjectRef": gone}})).status == 404
        odd = {"apiVersion": "v1", "kind": "ConfigMap", "name": "p"}
        assert (await api.post(f"{ACCOUNT}/token", {"spec": {"boundObjectRef": odd}})).status == 400
        assert (await api.post(f"{ACCOUNT}x/token", {"spec": {}})).status == 404

    story(run)
