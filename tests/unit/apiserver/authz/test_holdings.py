"""What the index remembers: who is forgotten by which change, and which of several reasons is given."""

import pytest

from pykube.api import meta_v1, rbac_v1
from pykube.apiserver.authn.user import User
from pykube.apiserver.authz import Attributes
from pykube.apiserver.authz.rbac import Rbac

GROUP = "rbac.authorization.k8s.io"
ALICE = User("alice", groups=("dev",))
BOB = User("bob", groups=("ops",))


def role(name, verbs, resources, namespace="", names=(), labels=None):
    cls = rbac_v1.Role if namespace else rbac_v1.ClusterRole
    rule = rbac_v1.PolicyRule(
        verbs=verbs.split(), resources=resources.split(), api_groups=[""], resource_names=list(names)
    )
    return cls(metadata=meta_v1.ObjectMeta(name=name, namespace=namespace, labels=labels or {}), rules=[rule])


def binding(name, role_name, kind, subject, namespace="", role_kind="ClusterRole"):
    cls = rbac_v1.RoleBinding if namespace else rbac_v1.ClusterRoleBinding
    return cls(
        metadata=meta_v1.ObjectMeta(name=name, namespace=namespace),
        role_ref=rbac_v1.RoleRef(api_group=GROUP, kind=role_kind, name=role_name),
        subjects=[rbac_v1.Subject(kind=kind, name=subject)],
    )


@pytest.fixture
def rbac():
    found = Rbac()
    found.index.put_role(role("reads", "get", "pods"))
    found.index.put_binding(binding("alice", "reads", "User", "alice", "x"))
    found.index.put_binding(binding("ops", "reads", "Group", "ops"))
    return found


def asks(rbac, user=ALICE, verb="get", resource="pods", name="p", namespace="x"):
    return rbac.decide(Attributes(user=user, verb=verb, resource=resource, namespace=namespace, name=name))


def test_each_change_counts_at_once(rbac):
    assert asks(rbac).allowed
    assert asks(rbac, BOB, namespace="y").allowed
    rbac.index.put_role(role("reads", "list", "pods"))
    assert not asks(rbac).allowed
    assert asks(rbac, verb="list").allowed
    rbac.index.drop_binding("x", "alice")
    assert not asks(rbac, verb="list").allowed
    assert asks(rbac, BOB, "list").allowed
    rbac.index.drop_role("", "reads")
    assert not asks(rbac, BOB, "list").allowed
    rbac.index.put_role(role("reads", "list", "pods"))
    assert asks(rbac, BOB, "list").allowed


def test_a_changed_binding_forgets_its_old_subjects_too(rbac):
    assert asks(rbac).allowed
    rbac.index.put_binding(binding("alice", "reads", "User", "carol", "x"))
    assert not asks(rbac).allowed
    assert asks(rbac, User("carol")).allowed


def test_a_change_elsewhere_forgets_nobody(rbac):
    kept = rbac.index.holdings(ALICE, "x")
    rbac.index.put_binding(binding("bob", "reads", "User", "bob", "x"))
    rbac.index.put_binding(binding("alice", "reads", "User", "alice", "y"))
    rbac.index.put_role(role("own", "get", "secrets", namespace="y"))
    rbac.index.put_role(role("reads", "get", "pods"))
    assert rbac.index.holdings(ALICE, "x") is kept
    rbac.index.put_binding(binding("all", "reads", "Group", "dev"))
    assert rbac.index.holdings(ALICE, "x") is not kept


def test_a_role_of_a_namespace_is_its_own(rbac):
    rbac.index.put_binding(binding("own", "own", "User", "alice", "x", role_kind="Role"))
    assert asks(rbac, resource="secrets").reason == 'RBAC: role.rbac.authorization.k8s.io "own" not found'
    rbac.index.put_role(role("own", "get", "secrets", namespace="x"))
    assert asks(rbac, resource="secrets").allowed
    rbac.index.drop_role("x", "own")
    assert not asks(rbac, resource="secrets").allowed


def test_the_first_role_in_upstreams_order_gives_the_reason(rbac):
    rbac.index.put_role(role("named", "get", "pods", names=["p"]))
    rbac.index.put_binding(binding("a", "named", "User", "alice"))
    rbac.index.put_binding(binding("z", "reads", "User", "alice"))
    assert 'ClusterRoleBinding "a" of ClusterRole "named"' in asks(rbac).reason
    assert 'ClusterRoleBinding "z" of ClusterRole "reads"' in asks(rbac, name="q").reason


def test_a_role_is_held_once(rbac):
    for n in range(50):
        rbac.index.put_binding(binding(f"b{n:02}", "reads", "Group", "dev"))
    [held] = rbac.index.holdings(ALICE, "x").held
    assert held.reason == 'RBAC: allowed by ClusterRoleBinding "b00" of ClusterRole "reads" to Group "dev"'


def test_labels_of_a_role_change_what_is_gathered(rbac):
    whole = rbac_v1.ClusterRole(
        metadata=meta_v1.ObjectMeta(name="whole"),
        aggregation_rule=rbac_v1.AggregationRule(
            cluster_role_selectors=[meta_v1.LabelSelector(match_labels={"to": "whole"})]
        ),
    )
    rbac.index.put_role(whole)
    rbac.index.put_binding(binding("w", "whole", "User", "alice"))
    assert not asks(rbac, resource="secrets").allowed
    rbac.index.put_role(role("part", "get", "secrets", labels={"to": "whole"}))
    assert asks(rbac, resource="secrets").allowed
    rbac.index.put_role(role("part", "get", "secrets"))
    assert not asks(rbac, resource="secrets").allowed
