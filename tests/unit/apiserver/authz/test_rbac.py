"""RBAC: who holds what, and how a refusal is worded."""

import asyncio

from pykube.api import meta_v1, rbac_v1
from pykube.apiserver.authn.user import MASTERS, User
from pykube.apiserver.authz import Attributes, Decision, Union, forbidden
from pykube.apiserver.authz.default_roles import objects
from pykube.apiserver.authz.default_roles.aggregation import Aggregation, gathered_roles
from pykube.apiserver.authz.default_roles.reconcile import merged_binding, merged_role
from pykube.apiserver.authz.rbac import Rbac
from pykube.apiserver.authz.union import Masters
from tests.fakes.clock import FakeClock

ALICE = User("alice", groups=("dev", "system:authenticated"))


def role(name, *rules, namespace=""):
    metadata = meta_v1.ObjectMeta(name=name, namespace=namespace)
    return (
        rbac_v1.Role(metadata=metadata, rules=list(rules))
        if namespace
        else rbac_v1.ClusterRole(metadata=metadata, rules=list(rules))
    )


def rule(verbs, resources="", groups="", names="", urls=""):
    return rbac_v1.PolicyRule(
        verbs=verbs.split(),
        resources=resources.split(),
        api_groups=groups.split() or [""],
        resource_names=names.split(),
        non_resource_urls=urls.split(),
    )


def binding(name, role_name, kind, subject, namespace="", role_kind="ClusterRole", subject_namespace=""):
    cls = rbac_v1.RoleBinding if namespace else rbac_v1.ClusterRoleBinding
    return cls(
        metadata=meta_v1.ObjectMeta(name=name, namespace=namespace),
        role_ref=rbac_v1.RoleRef(api_group=objects.GROUP, kind=role_kind, name=role_name),
        subjects=[rbac_v1.Subject(kind=kind, name=subject, namespace=subject_namespace)],
    )


def rbac_of(*items):
    rbac = Rbac()
    for item in items:
        if item.kind.endswith("Binding"):
            rbac.index.put_binding(item)
        else:
            rbac.index.put_role(item)
    return rbac


def asks(rbac, user=ALICE, verb="get", **attributes):
    attributes.setdefault("resource", "pods")
    return rbac.decide(Attributes(user=user, verb=verb, **attributes))


def test_a_cluster_binding_holds_everywhere():
    rbac = rbac_of(role("r", rule("get list", "pods")), binding("b", "r", "User", "alice"))
    assert asks(rbac, namespace="x") == Decision(
        True, 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to User "alice"'
    )
    assert asks(rbac, verb="list").allowed
    assert not asks(rbac, verb="delete").allowed
    assert not asks(rbac, subresource="log").allowed
    assert not asks(rbac, user=User("bob")).allowed


def test_a_role_binding_holds_in_its_namespace_only():
    rbac = rbac_of(role("r", rule("get", "pods")), binding("b", "r", "Group", "dev", namespace="x"))
    found = asks(rbac, namespace="x")
    assert found.reason == 'RBAC: allowed by RoleBinding "b/x" of ClusterRole "r" to Group "dev"'
    assert not asks(rbac, namespace="y").allowed
    assert not asks(rbac).allowed


def test_a_service_account_is_found_under_its_user_name():
    rbac = rbac_of(
        role("r", rule("get", "pods"), namespace="x"),
        binding("b", "r", "ServiceAccount", "bot", namespace="x", role_kind="Role", subject_namespace="y"),
    )
    assert asks(rbac, user=User("system:serviceaccount:y:bot"), namespace="x").allowed


def test_names_wildcards_and_subresources():
    rbac = rbac_of(
        role(
            "r",
            rule("get", "secrets", names="one"),
            rule("*", "*/scale", groups="apps"),
            rule("get", "*", groups="*.x *"),
        ),
        binding("b", "r", "User", "alice"),
    )
    assert asks(rbac, verb="patch", resource="deployments", group="apps", subresource="scale").allowed
    assert not asks(rbac, verb="patch", resource="deployments", group="apps").allowed
    assert asks(rbac, resource="anything", group="any.group").allowed
    narrow = rbac_of(role("r", rule("get", "secrets", names="one")), binding("b", "r", "User", "alice"))
    assert asks(narrow, resource="secrets", name="one").allowed
    assert not asks(narrow, resource="secrets", name="two").allowed
    assert not asks(narrow, resource="secrets").allowed


def test_paths():
    rbac = rbac_of(role("r", rule("get", urls="/healthz /apis/*")), binding("b", "r", "User", "alice"))
    assert asks(rbac, resource="", path="/healthz", is_resource=False).allowed
    assert asks(rbac, resource="", path="/apis/apps", is_resource=False).allowed
    assert not asks(rbac, resource="", path="/metrics", is_resource=False).allowed


def test_a_binding_to_an_absent_role_says_so_until_the_role_comes():
    rbac = rbac_of(binding("b", "r", "User", "alice"))
    assert asks(rbac) == Decision(None, 'RBAC: clusterrole.rbac.authorization.k8s.io "r" not found')
    rbac.index.put_role(role("r", rule("get", "pods")))
    assert asks(rbac).allowed
    rbac.index.drop_binding("", "b")
    assert asks(rbac) == Decision(None)


def test_aggregated_roles_follow_their_parts():
    part = role("part", rule("get", "pods"))
    part.metadata.labels = {"to": "whole"}
    whole = role("whole")
    whole.aggregation_rule = rbac_v1.AggregationRule(
        cluster_role_selectors=[meta_v1.LabelSelector(match_labels={"to": "whole"})]
    )
    rbac = rbac_of(whole, binding("b", "whole", "User", "alice"))
    assert not asks(rbac).allowed
    rbac.index.put_role(part)
    assert asks(rbac).allowed


def test_what_is_written_into_an_aggregating_role_does_not_count():
    whole = role("whole", rule("get", "pods"))
    whole.aggregation_rule = rbac_v1.AggregationRule(
        cluster_role_selectors=[meta_v1.LabelSelector(match_labels={"to": "whole"})]
    )
    assert not asks(rbac_of(whole, binding("b", "whole", "User", "alice"))).allowed


class Roles:
    """The part of a registry that aggregation uses."""

    def __init__(self, *roles):
        self.roles = {item.metadata.name: item for item in roles}
        self.callbacks = []

    def cache(self, cls):
        return self

    def subscribe(self, callback):
        self.callbacks.append(callback)
        callback(None)
        return lambda: self.callbacks.remove(callback)

    def list(self, cls):
        return list(self.roles.values())

    async def update(self, item):
        self.roles[item.metadata.name] = item


def test_aggregating_roles_are_kept_up_to_date():
    whole = role("whole")
    whole.aggregation_rule = rbac_v1.AggregationRule(
        cluster_role_selectors=[meta_v1.LabelSelector(match_labels={"to": "whole"})]
    )
    roles, clock = Roles(whole), FakeClock()

    async def story():
        running = asyncio.ensure_future(Aggregation(roles, clock).run())
        await clock.advance(1)
        part = role("part", rule("get", "pods"))
        part.metadata.labels = {"to": "whole"}
        roles.roles["part"] = part
        roles.callbacks[0](None)
        await clock.advance(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(story())
    assert roles.roles["whole"].rules == roles.roles["part"].rules
    assert roles.callbacks == []


def test_default_roles_have_no_twins_and_their_bindings_meet_them():
    names = [item.metadata.name for item in objects.cluster_roles()]
    assert len(names) == len(set(names)) >= 70
    assert {item.role_ref.name for item in objects.cluster_role_bindings()} <= set(names)
    roles = {(item.metadata.namespace, item.metadata.name) for item in objects.roles()}
    assert {(item.metadata.namespace, item.role_ref.name) for item in objects.role_bindings()} <= roles


def test_admin_edit_and_view_gather_their_parts():
    rbac = rbac_of(*objects.cluster_roles(), binding("b", "edit", "User", "alice", namespace="x"))
    assert asks(rbac, verb="create", resource="deployments", group="apps", namespace="x").allowed
    assert asks(rbac, verb="get", resource="pods", subresource="log", namespace="x").allowed
    assert not asks(rbac, verb="create", resource="roles", group=objects.GROUP, namespace="x").allowed
    gathered = {item.metadata.name: item for item in gathered_roles(list(objects.cluster_roles()))}
    assert set(gathered) == {"admin", "edit", "view"}
    assert len(gathered["admin"].rules) > len(gathered["edit"].rules) > len(gathered["view"].rules) > 5


def test_controllers_hold_the_role_of_their_name():
    rbac = rbac_of(*objects.cluster_roles(), *objects.cluster_role_bindings())
    user = User("system:serviceaccount:kube-system:deployment-controller")
    assert asks(rbac, user=user, verb="create", resource="replicasets", group="apps", namespace="x").allowed
    assert not asks(rbac, user=user, verb="delete", resource="nodes").allowed


def test_repair_adds_what_is_missing_and_keeps_what_was_added():
    wanted = next(objects.cluster_role_bindings())
    present = rbac_v1.ClusterRoleBinding(
        metadata=wanted.metadata, role_ref=wanted.role_ref, subjects=[rbac_v1.Subject(kind="User", name="me")]
    )
    merged = merged_binding(present, wanted)
    assert [subject.name for subject in merged.subjects] == ["me", "system:masters"]
    assert merged_binding(merged, wanted) is None
    kept = role("view", rule("get", "pods"))
    kept.metadata.annotations = {objects.AUTOUPDATE: "false"}
    assert merged_role(kept, role("view", rule("list", "pods"))) is None


def test_masters_may_do_everything():
    union = Union([Masters(), Rbac()])
    attributes = Attributes(user=User("root", groups=(MASTERS,)), verb="delete", resource="nodes")
    assert asyncio.run(union.authorize(attributes)).allowed
    assert asyncio.run(union.authorize(Attributes(user=ALICE, verb="get"))) == Decision(None)


def test_refusals_are_worded_as_upstream_words_them():
    user = User("x")
    listing = Attributes(user=user, verb="list", resource="pods", namespace="default")
    assert str(forbidden(listing)) == (
        'pods is forbidden: User "x" cannot list resource "pods" in API group "" in the namespace "default"'
    )
    one = Attributes(user=user, verb="get", group="apps", resource="deployments", subresource="scale", name="web")
    assert str(forbidden(one, "because")) == (
        'deployments.apps "web" is forbidden: User "x" cannot get resource "deployments/scale" in API group "apps" '
        "at the cluster scope: because"
    )
    path = Attributes(user=user, verb="get", path="/a<b", is_resource=False)
    assert str(forbidden(path)) == 'forbidden: User "x" cannot get path "/a&lt;b"'
