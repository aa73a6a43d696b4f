from __future__ import annotations

import json
from typing import Any

import pytest

from pykube.apiserver.audit.default_policy import DEFAULT, exposed
from pykube.apiserver.audit.policy import Judge, Level, PolicyError, parse
from pykube.apiserver.authn.user import User
from pykube.apiserver.authz.authorizer import Attributes

TIM = User("tim@k8s.io", groups=("developers", "humans"))


def asked(**fields: Any) -> Attributes:
    return Attributes(**{"user": TIM, "verb": "get", "version": "v1", **fields})


POD = asked(resource="pods", namespace="default", name="busybox")
LOG = asked(resource="pods", subresource="log", namespace="default", name="busybox")
SCALE = asked(resource="deployments", subresource="scale", group="apps", namespace="kube-system", name="web")
NODE = asked(resource="nodes", name="n1")
METRICS = asked(is_resource=False, path="/metrics", version="")
LOGS = asked(is_resource=False, path="/logs/a/b", version="")


def policy(*rules: dict[str, Any], **more: Any) -> str:
    return json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules, **more})


def matches(rule: dict[str, Any], attributes: Attributes, *, known: bool = True) -> bool:
    judge = Judge(parse(policy({"level": "Metadata", **rule})))
    return judge.judge(attributes, known=known).level is Level.METADATA


@pytest.mark.parametrize(
    ("rule", "matching", "others"),
    [
        ({}, [POD, LOG, NODE, METRICS], []),
        ({"users": ["tim@k8s.io"]}, [POD, METRICS], []),
        ({"users": ["ann@k8s.io"]}, [], [POD, METRICS]),
        ({"userGroups": ["humans"]}, [POD], []),
        ({"userGroups": ["robots"]}, [], [POD]),
        ({"verbs": ["get"]}, [POD, METRICS], []),
        ({"verbs": ["create"]}, [], [POD, METRICS]),
        ({"namespaces": ["default"]}, [POD, LOG], [SCALE, NODE, METRICS]),
        ({"namespaces": [""]}, [NODE], [POD, METRICS]),
        ({"resources": [{"group": ""}]}, [POD, LOG, NODE], [SCALE, METRICS]),
        ({"resources": [{"group": "*"}]}, [POD, SCALE], [METRICS]),
        ({"resources": [{"resources": ["pods"]}]}, [POD], [LOG, NODE]),
        ({"resources": [{"resources": ["pods/log"]}]}, [LOG], [POD]),
        ({"resources": [{"resources": ["pods/*"]}]}, [POD, LOG], [NODE]),
        ({"resources": [{"resources": ["*"]}]}, [POD, LOG, NODE], [SCALE]),
        ({"resources": [{"group": "apps", "resources": ["*/scale"]}]}, [SCALE], [POD]),
        ({"resources": [{"resources": ["pods"], "resourceNames": ["busybox"]}]}, [POD], [NODE]),
        ({"resources": [{"resources": ["pods"], "resourceNames": ["other"]}]}, [], [POD]),
        ({"nonResourceURLs": ["/metrics"]}, [METRICS], [LOGS, POD]),
        ({"nonResourceURLs": ["/logs*"]}, [LOGS], [METRICS]),
        ({"nonResourceURLs": ["*"]}, [LOGS, METRICS], [POD]),
    ],
)
def test_what_a_rule_is_about(rule: dict[str, Any], matching: list[Attributes], others: list[Attributes]) -> None:
    assert all(matches(rule, one) for one in matching)
    assert not any(matches(rule, one) for one in others)


def test_nobody_known_meets_no_rule_about_users() -> None:
    assert not matches({"users": ["tim@k8s.io"]}, POD, known=False)
    assert not matches({"userGroups": ["humans"]}, POD, known=False)
    assert matches({"verbs": ["get"]}, POD, known=False)


def test_the_first_rule_that_matches_decides() -> None:
    judge = Judge(
        parse(
            policy(
                {"level": "None", "resources": [{"resources": ["pods"]}]},
                {"level": "RequestResponse", "omitManagedFields": False, "omitStages": ["Panic"]},
                {"level": "Metadata"},
                omitStages=["RequestReceived"],
                omitManagedFields=True,
            )
        )
    )
    assert judge.judge(POD).level is Level.NONE
    found = judge.judge(NODE)
    assert (found.level, found.omitted, found.omit_managed_fields) == (
        Level.REQUEST_RESPONSE,
        {"RequestReceived", "Panic"},
        False,
    )


def test_what_no_rule_is_about_is_not_recorded() -> None:
    judge = Judge(parse(policy({"level": "Metadata", "verbs": ["create"]}, omitManagedFields=True)))
    assert judge.judge(POD).level is Level.NONE
    assert judge.judge(POD).omit_managed_fields


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "no YAML"),
        ("3", "got no object"),
        (policy({"level": "Metadata"}).replace("Policy", "Politics"), "got Politics of audit.k8s.io/v1"),
        (policy(), "0 rules"),
        (policy({}), "rules[0].level: Required value"),
        (policy({"level": "All"}), "Unsupported value"),
        (policy({"level": "None", "nonResourceURLs": ["logs"]}), "must begin with a '/'"),
        (policy({"level": "None", "nonResourceURLs": ["/l*gs"]}), "must be the final character"),
        (policy({"level": "None", "nonResourceURLs": ["/a"], "namespaces": ["b"]}), "cannot apply to both"),
        (policy({"level": "None", "resources": [{"group": "rbac/v1"}]}), "group"),
        (policy({"level": "None", "resources": [{"resourceNames": ["a"]}]}), "requires at least one resource"),
        (policy({"level": "None", "omitStages": ["Later"]}), "allowed stages are RequestReceived,"),
        (policy({"level": "None", "nonsense": 1}), "unknown field `nonsense`"),
    ],
)
def test_policies_that_cannot_be(text: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(text)
    assert told in str(caught.value)


@pytest.mark.parametrize("verb", ["get", "list", "watch", "create", "update", "patch", "delete"])
def test_the_default_shows_no_secrets(verb: str) -> None:
    judge = Judge(DEFAULT)
    for fields in (
        {"resource": "secrets"},
        {"resource": "configmaps"},
        {"resource": "serviceaccounts", "subresource": "token"},
        {"resource": "tokenreviews", "group": "authentication.k8s.io"},
    ):
        assert judge.judge(asked(verb=verb, namespace="default", **fields)).level is Level.METADATA


def test_the_default_shows_what_was_written_and_leaves_heartbeats_out() -> None:
    judge = Judge(DEFAULT)
    assert judge.judge(asked(verb="create", resource="pods")).level is Level.REQUEST
    assert judge.judge(POD).level is Level.METADATA
    assert judge.judge(asked(verb="update", group="coordination.k8s.io", resource="leases")).level is Level.NONE
    assert judge.judge(asked(is_resource=False, path="/livez/ping")).level is Level.NONE


def test_policies_that_would_write_secrets_down_are_found() -> None:
    everything = policy({"level": "RequestResponse"})
    assert exposed(Judge(parse(everything))) == ["secrets", "serviceaccounts/token", "tokenreviews"]
    assert exposed(Judge(DEFAULT)) == []
