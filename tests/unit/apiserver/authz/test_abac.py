"""ABAC: policies from a file."""

import asyncio

import pytest

from pykube.apiserver.authn.user import User
from pykube.apiserver.authz import Attributes
from pykube.apiserver.authz.abac import Abac, PolicyFileError, parse

VERSION = "abac.authorization.kubernetes.io/v1beta1"
POLICIES = f"""
# people
{{"apiVersion": "{VERSION}", "kind": "Policy", "spec": {{"user": "bob", "namespace": "x", "resource": "pods", "apiGroup": "", "readonly": true}}}}
{{"apiVersion": "{VERSION}", "kind": "Policy", "spec": {{"group": "ops", "namespace": "*", "resource": "*", "apiGroup": "*"}}}}
{{"apiVersion": "{VERSION}", "kind": "Policy", "spec": {{"user": "*", "nonResourcePath": "/version*", "readonly": true}}}}
{{"apiVersion": "{VERSION}", "kind": "Policy", "spec": {{"user": "eve", "group": "night", "namespace": "*", "resource": "jobs", "apiGroup": "batch"}}}}
{{"user": "old", "resource": "pods", "namespace": "y"}}
"""  # noqa: E501
BOB = User("bob", groups=("system:authenticated",))
OPS = User("olga", groups=("ops", "system:authenticated"))


@pytest.fixture
def abac():
    return Abac(parse(POLICIES, "policies"))


def allowed(abac, user, verb="get", **attributes):
    return asyncio.run(abac.authorize(Attributes(user=user, verb=verb, **attributes))).allowed


def test_a_user_in_a_namespace(abac):
    assert allowed(abac, BOB, resource="pods", namespace="x")
    assert allowed(abac, BOB, resource="pods", subresource="log", namespace="x")
    assert not allowed(abac, BOB, "create", resource="pods", namespace="x")
    assert not allowed(abac, BOB, resource="pods", namespace="y")
    assert not allowed(abac, BOB, resource="pods", group="metrics", namespace="x")
    assert not allowed(abac, User("mallory"), resource="pods", namespace="x")


def test_a_group_with_stars(abac):
    assert allowed(abac, OPS, "deletecollection", resource="deployments", group="apps", namespace="z")
    assert allowed(abac, OPS, resource="nodes")
    assert not allowed(abac, OPS, "post", path="/reload", is_resource=False)


def test_a_star_means_everybody_who_is_known(abac):
    assert allowed(abac, BOB, path="/version/", is_resource=False)
    assert not allowed(abac, User("system:anonymous"), path="/version/", is_resource=False)


def test_user_and_group_must_both_match(abac):
    question = {"resource": "jobs", "group": "batch"}
    assert allowed(abac, User("eve", groups=("night",)), **question)
    assert not allowed(abac, User("eve"), **question)
    assert not allowed(abac, User("dan", groups=("night",)), **question)


def test_the_oldest_form_means_all_groups(abac):
    assert allowed(abac, User("old"), "delete", resource="pods", namespace="y", group="any")
    assert not allowed(abac, User("old"), path="/", is_resource=False)
    everybody = Abac(parse("{}"))
    assert allowed(everybody, BOB, path="/", is_resource=False)
    assert not allowed(everybody, User("nobody"), path="/", is_resource=False)


def test_no_policy_is_no_opinion(abac):
    decision = asyncio.run(abac.authorize(Attributes(user=BOB, verb="get", resource="secrets")))
    assert (decision.allowed, decision.reason) == (None, "No policy matched.")


def test_what_may_be_listed(abac):
    rules = abac.permissions(BOB, "x").rules
    assert [(rule.verbs, rule.resources, rule.non_resource_urls) for rule in rules] == [
        (["get", "list", "watch"], ["pods"], [])
    ]
    assert abac.permissions(OPS, "anywhere").rules[0].verbs == ["*"]


@pytest.mark.parametrize(
    "line",
    ["{", '{"user": 1}', "[]", f'{{"apiVersion": "{VERSION}", "kind": "Policy", "spec": {{"readonly": "yes"}}}}'],
)
def test_a_bad_line_is_named(line):
    with pytest.raises(PolicyFileError, match=r"error reading policy file p, line 3: "):
        parse(f"# one\n\n{line}\n", "p")


def test_no_file(tmp_path):
    with pytest.raises(PolicyFileError, match="error reading policy file"):
        Abac.read(tmp_path / "none")
