"""Nobody grants what they do not hold."""

import asyncio

import pytest

from pykube.api import meta_v1, rbac_v1
from pykube.apiserver.authn.user import MASTERS, User
from pykube.apiserver.authz.escalation import EscalationCheck
from pykube.apiserver.authz.rbac import Rbac
from pykube.errors import Forbidden, NotFound

ALICE = User("alice", groups=("dev",))
GROUP = "rbac.authorization.k8s.io"


def setup(*held):
    rbac = Rbac()
    rbac.index.put_role(rbac_v1.ClusterRole(metadata=meta_v1.ObjectMeta(name="held"), rules=list(held)))
    rbac.index.put_binding(
        rbac_v1.ClusterRoleBinding(
            metadata=meta_v1.ObjectMeta(name="held"),
            role_ref=rbac_v1.RoleRef(api_group=GROUP, kind="ClusterRole", name="held"),
            subjects=[rbac_v1.Subject(kind="User", name="alice")],
        )
    )
    return EscalationCheck(rbac, rbac)


def pods(*verbs, groups=("",)):
    return rbac_v1.PolicyRule(verbs=list(verbs), api_groups=list(groups), resources=["pods"])


def wanted(*rules):
    return rbac_v1.Role(metadata=meta_v1.ObjectMeta(name="new", namespace="x"), rules=list(rules))


def check(checker, new, old=None, user=ALICE):
    asyncio.run(checker.check(user, new, old))


def test_what_is_held_may_be_granted():
    check(setup(pods("get", "list")), wanted(pods("get")))
    check(setup(), wanted(pods("*")), user=User("root", groups=(MASTERS,)))


def test_what_is_not_held_may_not():
    with pytest.raises(Forbidden) as caught:
        check(setup(pods("get")), wanted(pods("get", "delete", "list")))
    assert str(caught.value) == (
        'roles.rbac.authorization.k8s.io "new" is forbidden: user "alice" (groups=["dev"]) is attempting to grant RBAC '
        'permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete" "list"]}'
    )


def test_escalate_passes():
    escalate = rbac_v1.PolicyRule(verbs=["escalate"], api_groups=[GROUP], resources=["roles"])
    check(setup(escalate), wanted(pods("delete")))


def test_a_write_that_grants_nothing_new_passes():
    role = wanted(pods("delete"))
    check(setup(), role, wanted(pods("delete")))


def test_binding_needs_the_rules_of_the_role_or_the_verb_bind():
    binding = rbac_v1.RoleBinding(
        metadata=meta_v1.ObjectMeta(name="b", namespace="x"),
        role_ref=rbac_v1.RoleRef(api_group=GROUP, kind="ClusterRole", name="held"),
    )
    check(setup(pods("get")), binding)
    binding.role_ref.name = "absent"
    with pytest.raises(NotFound, match='"absent" not found'):
        check(setup(), binding)
    bind = rbac_v1.PolicyRule(verbs=["bind"], api_groups=[GROUP], resources=["clusterroles"], resource_names=["absent"])
    check(setup(bind), binding)


def test_aggregation_needs_everything():
    role = rbac_v1.ClusterRole(
        metadata=meta_v1.ObjectMeta(name="all"),
        aggregation_rule=rbac_v1.AggregationRule(cluster_role_selectors=[meta_v1.LabelSelector()]),
    )
    with pytest.raises(Forbidden, match="must have cluster-admin privileges to use the aggregationRule"):
        check(setup(), role)
