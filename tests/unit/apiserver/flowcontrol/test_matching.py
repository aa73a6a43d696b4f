"""Which requests a FlowSchema means."""

import pytest

from pykube.api import flowcontrol_v1 as v1
from pykube.apiserver.authn.user import User
from pykube.apiserver.flowcontrol.matching import compiled
from pykube.apiserver.request import parse

ALICE = User("alice", groups=("devs", "system:authenticated"))
BUILDER = User("system:serviceaccount:ci:builder", groups=("system:serviceaccounts", "system:serviceaccounts:ci"))


def user(name):
    return v1.Subject(kind="User", user=v1.UserSubject(name=name))


def group(name):
    return v1.Subject(kind="Group", group=v1.GroupSubject(name=name))


def account(namespace, name):
    return v1.Subject(kind="ServiceAccount", service_account=v1.ServiceAccountSubject(namespace=namespace, name=name))


def objects(verbs="*", groups="*", resources="*", namespaces="*", *, cluster=True):
    return v1.ResourcePolicyRule(
        verbs=verbs.split(),
        api_groups=["" if name == "core" else name for name in groups.split()],
        resources=resources.split(),
        namespaces=namespaces.split(),
        cluster_scope=cluster,
    )


def paths(verbs="*", urls="*"):
    return v1.NonResourcePolicyRule(verbs=verbs.split(), non_resource_urls=urls.split())


def matches(rule, who, method, path):
    return compiled([rule])(who, parse(method, path))


def rules(*subjects, resources=(), others=()):
    return v1.PolicyRulesWithSubjects(
        subjects=list(subjects), resource_rules=list(resources), non_resource_rules=list(others)
    )


@pytest.mark.parametrize(
    ("subject", "who", "expected"),
    [
        (user("alice"), ALICE, True),
        (user("bob"), ALICE, False),
        (user("*"), ALICE, True),
        (group("devs"), ALICE, True),
        (group("ops"), ALICE, False),
        (group("*"), ALICE, True),
        (account("ci", "builder"), BUILDER, True),
        (account("ci", "other"), BUILDER, False),
        (account("ci", "*"), BUILDER, True),
        (account("c", "*"), BUILDER, False),
        (account("ci", "*"), ALICE, False),
    ],
)
def test_subjects(subject, who, expected):
    assert matches(rules(subject, resources=[objects()]), who, "GET", "/api/v1/pods") is expected


@pytest.mark.parametrize(
    ("rule", "method", "path", "expected"),
    [
        (objects("get"), "GET", "/api/v1/namespaces/a/pods/x", True),
        (objects("get"), "GET", "/api/v1/namespaces/a/pods", False),
        (objects("list watch"), "GET", "/api/v1/namespaces/a/pods?watch=1", True),
        (objects(groups="core"), "GET", "/api/v1/nodes/x", True),
        (objects(groups="core"), "GET", "/apis/apps/v1/deployments", False),
        (objects(groups="apps batch"), "GET", "/apis/apps/v1/deployments", True),
        (objects(resources="pods"), "GET", "/api/v1/namespaces/a/pods/x/status", False),
        (objects(resources="pods/status"), "GET", "/api/v1/namespaces/a/pods/x/status", True),
        (objects(resources="pods"), "GET", "/api/v1/namespaces/a/pods/x", True),
        (objects(namespaces="a"), "GET", "/api/v1/namespaces/a/pods", True),
        (objects(namespaces="a"), "GET", "/api/v1/namespaces/b/pods", False),
        (objects(cluster=False), "GET", "/api/v1/pods", False),
        (objects(cluster=True, namespaces="a"), "GET", "/api/v1/pods", True),
        (objects(), "GET", "/version", False),
    ],
)
def test_objects(rule, method, path, expected):
    assert matches(rules(user("*"), resources=[rule]), ALICE, method, path) is expected


@pytest.mark.parametrize(
    ("rule", "method", "path", "expected"),
    [
        (paths("get", "/healthz"), "GET", "/healthz", True),
        (paths("get", "/healthz"), "GET", "/healthz/etcd", True),
        (paths("get", "/healthz"), "GET", "/healthzz", False),
        (paths("get", "/healthz"), "POST", "/healthz", False),
        (paths("*", "/a/*"), "GET", "/a/b/c", True),
        (paths("*", "/a/*"), "GET", "/b", False),
        (paths(), "GET", "/whatever", True),
        (paths(), "GET", "/api/v1/pods", False),
    ],
)
def test_paths(rule, method, path, expected):
    assert matches(rules(user("*"), others=[rule]), ALICE, method, path) is expected


def test_one_of_several_rules_is_enough():
    found = compiled([rules(user("bob"), resources=[objects()]), rules(group("devs"), others=[paths()])])
    assert found(ALICE, parse("GET", "/version"))
    assert not found(ALICE, parse("GET", "/api/v1/pods"))


def test_no_rules_match_nothing():
    assert not compiled([])(ALICE, parse("GET", "/version"))
