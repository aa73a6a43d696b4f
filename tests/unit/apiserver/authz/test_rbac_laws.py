"""The index of roles and bindings says the same as a walk over all of them, whatever has changed before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pykube.api import meta_v1, rbac_v1
from pykube.apiserver.authn.user import User
from pykube.apiserver.authz import Attributes
from pykube.apiserver.authz.rbac import Rbac

GROUP = "rbac.authorization.k8s.io"
NAMES = ("a", "b", "c")
NAMESPACES = ("", "x", "y")
VERBS = ("get", "list", "*")
RESOURCES = ("pods", "pods/log", "*/log", "*", "nodes")
USERS = (
    User("a", groups=("g",)),
    User("b"),
    User("system:serviceaccount:x:a", groups=("g", "b")),
)

rules = st.builds(
    rbac_v1.PolicyRule,
    verbs=st.lists(st.sampled_from(VERBS), min_size=1, max_size=2),
    api_groups=st.just([""]) | st.just(["*"]) | st.just(["apps"]),
    resources=st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
    resource_names=st.lists(st.sampled_from(NAMES), max_size=1),
)
subjects = st.builds(
    rbac_v1.Subject,
    kind=st.sampled_from(["User", "Group", "ServiceAccount"]),
    name=st.sampled_from([*NAMES, "g"]),
    namespace=st.sampled_from(NAMESPACES),
)


@st.composite
def roles(draw):
    namespace = draw(st.sampled_from(NAMESPACES))
    labels = draw(st.sampled_from([{}, {"to": "all"}]))
    metadata = meta_v1.ObjectMeta(name=draw(st.sampled_from(NAMES)), namespace=namespace, labels=labels)
    held = draw(st.lists(rules, max_size=2))
    if namespace:
        return rbac_v1.Role(metadata=metadata, rules=held)
    aggregation = None
    if draw(st.integers(0, 3)) == 0:
        selector = meta_v1.LabelSelector(match_labels={"to": "all"})
        aggregation = rbac_v1.AggregationRule(cluster_role_selectors=[selector])
    return rbac_v1.ClusterRole(metadata=metadata, rules=held, aggregation_rule=aggregation)


@st.composite
def bindings(draw):
    namespace = draw(st.sampled_from(NAMESPACES))
    kind = draw(st.sampled_from(["Role", "ClusterRole"])) if namespace else "ClusterRole"
    cls = rbac_v1.RoleBinding if namespace else rbac_v1.ClusterRoleBinding
    return cls(
        metadata=meta_v1.ObjectMeta(name=draw(st.sampled_from(NAMES)), namespace=namespace),
        role_ref=rbac_v1.RoleRef(api_group=GROUP, kind=kind, name=draw(st.sampled_from(NAMES))),
        subjects=draw(st.lists(subjects, max_size=2)),
    )


drops = st.tuples(st.sampled_from(["role", "binding"]), st.sampled_from(NAMESPACES), st.sampled_from(NAMES))
questions = st.builds(
    Attributes,
    user=st.sampled_from(USERS),
    verb=st.sampled_from(["get", "list", "delete"]),
    group=st.sampled_from(["", "apps"]),
    resource=st.sampled_from(["pods", "nodes"]),
    subresource=st.sampled_from(["", "log"]),
    namespace=st.sampled_from(NAMESPACES),
    name=st.sampled_from(["", *NAMES]),
)


class Plain:
    """All objects, and a walk over them for each question."""

    def __init__(self):
        self.roles, self.bindings = {}, {}

    def rules_of(self, namespace, name, seen=()):
        role = self.roles.get((namespace, name))
        if role is None or name in seen:
            return []
        if getattr(role, "aggregation_rule", None) is None:
            return role.rules
        return [
            rule
            for (where, other), part in self.roles.items()
            if not where and part.metadata.labels.get("to") == "all"
            for rule in self.rules_of("", other, (*seen, name))
        ]

    def allows(self, a):
        for binding in self.bindings.values():
            where = binding.metadata.namespace
            if where not in ("", a.namespace) or not any(
                self.is_subject(one, a.user, where) for one in binding.subjects
            ):
                continue
            role = binding.role_ref
            for rule in self.rules_of(where if role.kind == "Role" else "", role.name):
                if self.rule_allows(rule, a):
                    return True
        return False

    @staticmethod
    def is_subject(subject, user, namespace):
        if subject.kind == "User":
            return subject.name == user.name
        if subject.kind == "Group":
            return subject.name in user.groups
        return user.name == f"system:serviceaccount:{subject.namespace or namespace}:{subject.name}"

    @staticmethod
    def rule_allows(rule, a):
        whole = f"{a.resource}/{a.subresource}" if a.subresource else a.resource
        wanted = {whole, "*"} | ({f"*/{a.subresource}"} if a.subresource else set())
        return (
            bool({a.verb, "*"} & set(rule.verbs))
            and bool({a.group, "*"} & set(rule.api_groups))
            and bool(wanted & set(rule.resources))
            and (not rule.resource_names or a.name in rule.resource_names)
        )


@settings(max_examples=150, deadline=None)
@given(st.lists(roles() | bindings() | drops | questions, max_size=40), st.lists(questions, min_size=1, max_size=5))
def test_the_index_is_the_walk(steps, last):
    rbac, plain = Rbac(), Plain()
    for step in [*steps, *last]:
        if isinstance(step, Attributes):
            assert (rbac.decide(step).allowed is True) == plain.allows(step)
        elif isinstance(step, tuple):
            kind, namespace, name = step
            if kind == "role":
                rbac.index.drop_role(namespace, name)
                plain.roles.pop((namespace, name), None)
            else:
                rbac.index.drop_binding(namespace, name)
                plain.bindings.pop((namespace, name), None)
        elif isinstance(step, rbac_v1.Role | rbac_v1.ClusterRole):
            rbac.index.put_role(step)
            plain.roles[step.metadata.namespace, step.metadata.name] = step
        else:
            rbac.index.put_binding(step)
            plain.bindings[step.metadata.namespace, step.metadata.name] = step
