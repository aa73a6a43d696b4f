"""What is configured is what a server does."""

import asyncio
import json

import pytest

from pykube.config import ServerConfig
from tests.fakes.guarded_server import guarded

PODS = "/api/v1/namespaces/default/pods"
POLICY = {
    "apiVersion": "abac.authorization.kubernetes.io/v1beta1",
    "kind": "Policy",
    "spec": {"user": "alice", "namespace": "default", "resource": "pods", "readonly": True},
}


def run(tmp_path, tell, **settings):
    async def main():
        async with guarded(tmp_path, **settings) as server:
            await tell(server)

    asyncio.run(main())


def test_a_policy_file(tmp_path):
    path = tmp_path / "policies"
    path.write_text(json.dumps(POLICY))

    async def tell(server):
        alice = server.context(server.pki, "alice")
        assert (await server.call("GET", PODS, tls=alice)).status == 200
        assert (await server.call("DELETE", PODS, tls=alice)).status == 403
        bob = server.context(server.pki, "bob")
        answer = await server.call("GET", PODS, tls=bob)
        assert answer.message.endswith('in the namespace "default": No policy matched.')
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": "default"},
        }
        path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
        await server.admin("GET", PODS)
        answer = await server.call("POST", path, review, tls=alice)
        assert answer.status == 403  # RBAC, which lets everybody ask, is not configured

    run(tmp_path, tell, authorization_mode=("Node", "ABAC"), authorization_policy_file=str(path))


def test_rules_of_several_authorizers(tmp_path):
    path = tmp_path / "policies"
    path.write_text(json.dumps(POLICY))

    async def tell(server):
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": "default"},
        }
        path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
        answer = await server.call("POST", path, review, tls=server.context(server.pki, "alice"))
        rules = answer.doc["status"]["resourceRules"]
        assert {"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["pods"]} in rules
        assert any("selfsubjectrulesreviews" in rule["resources"] for rule in rules)
        assert not answer.doc["status"]["incomplete"]

    run(tmp_path, tell, authorization_mode=("RBAC", "ABAC"), authorization_policy_file=str(path))


def test_everything_is_allowed_where_that_is_configured(tmp_path):
    async def tell(server):
        assert (await server.call("GET", "/api/v1/nodes")).status == 200

    run(tmp_path, tell, authorization_mode=("AlwaysAllow",))


def test_a_webhook_that_is_down_and_denies_is_a_failure_of_the_server(tmp_path):
    kubeconfig = tmp_path / "hook.kubeconfig"
    kubeconfig.write_text(
        "current-context: c\ncontexts: [{name: c, context: {cluster: c}}]\n"
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:9'}}]\n"
    )
    webhook = {
        "timeout": "1s",
        "subjectAccessReviewVersion": "v1",
        "failurePolicy": "Deny",
        "connectionInfo": {"type": "KubeConfigFile", "kubeConfigFile": str(kubeconfig)},
    }
    configuration = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AuthorizationConfiguration",
        "authorizers": [{"type": "Webhook", "name": "hook", "webhook": webhook}],
    }
    (tmp_path / "authorization.yaml").write_text(json.dumps(configuration))

    async def tell(server):
        answer = await server.call("GET", PODS, tls=server.context(server.pki, "alice"))
        assert (answer.status, answer.doc["reason"]) == (500, "InternalError")
        assert (await server.admin("GET", PODS)).status == 200

    run(tmp_path, tell)


@pytest.mark.parametrize(
    ("settings", "files", "message"),
    [
        ({"authorization_mode": ("ABAC",)}, {}, "ABAC needs a file"),
        ({"authorization_mode": ("Magic",)}, {}, "Unsupported value"),
        ({"authorization_mode": ()}, {}, "at least one authorization mode"),
        ({"authorization_mode": ("Webhook",)}, {}, "configured by authorization.yaml"),
        ({}, {"authorization.yaml": "kind: X"}, "authorization.yaml: expected AuthorizationConfiguration"),
        ({}, {"authentication.yaml": "kind: X"}, "authentication.yaml: expected AuthenticationConfiguration"),
        ({"token_auth_file": "tokens"}, {"tokens": "just-a-token\n"}, "token file"),
        ({"authentication_token_webhook_config_file": "hook"}, {"hook": "{}"}, "names no cluster"),
        ({"authorization_policy_file": "policies"}, {"policies": "\n{"}, "line 2"),
    ],
)
def test_a_server_does_not_start_with_what_makes_no_sense(tmp_path, settings, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    absolute = {name: str(tmp_path / value) if isinstance(value, str) else value for name, value in settings.items()}

    async def tell(server):
        raise AssertionError("it started")

    with pytest.raises(ValueError, match=message):
        run(tmp_path, tell, **absolute)


def test_outcomes_are_counted(tmp_path):
    async def tell(server):
        await server.call("GET", PODS, tls=server.context(server.pki, "alice"))
        await server.call("GET", PODS, token="junk")
        text = (await server.admin("GET", "/metrics")).doc["text"].decode()
        assert 'authentication_attempts{result="success"} 2.0' in text
        assert 'authentication_attempts{result="failure"} 1.0' in text
        assert 'authorization_attempts_total{result="allowed"} 1.0' in text
        assert 'authorization_attempts_total{result="no-opinion"} 1.0' in text

    run(tmp_path, tell)


def test_settings_have_the_defaults_of_upstream():
    config = ServerConfig()
    assert config.authorization_mode == ("Node", "RBAC")
    assert config.anonymous_auth
