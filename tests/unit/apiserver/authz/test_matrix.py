"""Every kind of subject x every verb x every resource, against a plain and slow model of what the roles say.

The model knows nothing of the authorizers: it walks over all bindings, roles and rules of upstream's defaults, as
written, and over what the pods of a node refer to.
"""

import asyncio
from functools import lru_cache

import pytest

from pykube.api import core_v1, meta_v1, rbac_v1, scheme
from pykube.apiserver.authn.user import User
from pykube.apiserver.authz import Attributes
from pykube.apiserver.authz.chain import AuthorizerChain
from pykube.apiserver.authz.configuration import of_modes
from pykube.apiserver.authz.default_roles import objects
from pykube.apiserver.authz.node import NodeAuthorizer
from pykube.apiserver.authz.rbac import Rbac
from tests.fakes.clock import FakeClock

GROUP = "rbac.authorization.k8s.io"
AUTHENTICATED = "system:authenticated"
VERBS = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "bind",
    "escalate",
    "impersonate",
    "approve",
    "sign",
    "use",
    "proxy",
    "attest",
]
PATHS = [
    "/",
    "/api",
    "/api/v1",
    "/apis",
    "/apis/apps",
    "/healthz",
    "/livez",
    "/livez/ping",
    "/readyz",
    "/version",
    "/version/",
    "/metrics",
    "/logs",
    "/openapi/v2",
    "/openid/v1/jwks",
    "/.well-known/openid-configuration",
    "/debug/pprof",
    "/x",
]
METHODS = ("get", "post", "put", "delete")


def account(namespace, name):
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", AUTHENTICATED)
    return User(f"system:serviceaccount:{namespace}:{name}", groups=groups)


SUBJECTS = {
    "anonymous": User("system:anonymous", groups=("system:unauthenticated",)),
    "a user": User("someone", groups=(AUTHENTICATED,)),
    "a master": User("root", groups=("system:masters", AUTHENTICATED)),
    "cluster-admin by binding": User("chief", groups=(AUTHENTICATED,)),
    "admin of a namespace": User("admin", groups=(AUTHENTICATED,)),
    "editor of a namespace by group": User("ed", groups=("editors", AUTHENTICATED)),
    "viewer of a namespace": account("x", "viewer"),
    "viewer of everything": User("auditor", groups=(AUTHENTICATED,)),
    "holder of names": User("named", groups=(AUTHENTICATED,)),
    "a service account": account("x", "default"),
    "a node": User("system:node:n1", groups=("system:nodes", AUTHENTICATED)),
    "a node of another name in no group": User("system:node:n1", groups=(AUTHENTICATED,)),
    "a bootstrap token": User("system:bootstrap:abcdef", groups=("system:bootstrappers", AUTHENTICATED)),
    "the scheduler": User("system:kube-scheduler", groups=(AUTHENTICATED,)),
    "the controller manager": User("system:kube-controller-manager", groups=(AUTHENTICATED,)),
    "the proxy": User("system:kube-proxy", groups=(AUTHENTICATED,)),
    "monitoring": User("prometheus", groups=("system:monitoring", AUTHENTICATED)),
    "a controller": account("kube-system", "deployment-controller"),
    "the namespace controller": account("kube-system", "namespace-controller"),
}


def bound(name, role, kind, subject, namespace="", subject_namespace=""):
    cls = rbac_v1.RoleBinding if namespace else rbac_v1.ClusterRoleBinding
    return cls(
        metadata=meta_v1.ObjectMeta(name=name, namespace=namespace),
        role_ref=rbac_v1.RoleRef(api_group=GROUP, kind="ClusterRole", name=role),
        subjects=[rbac_v1.Subject(kind=kind, name=subject, namespace=subject_namespace)],
    )


NAMED = rbac_v1.ClusterRole(
    metadata=meta_v1.ObjectMeta(name="named"),
    rules=[
        rbac_v1.PolicyRule(verbs=["get", "patch"], api_groups=[""], resources=["secrets"], resource_names=["mine"]),
        rbac_v1.PolicyRule(verbs=["*"], api_groups=["apps"], resources=["*/scale"], resource_names=["mine", "other"]),
    ],
)
ROLES = [*objects.cluster_roles(), *objects.roles(), NAMED]
BINDINGS = [
    *objects.cluster_role_bindings(),
    *objects.role_bindings(),
    bound("chief", "cluster-admin", "User", "chief"),
    bound("admin", "admin", "User", "admin", "x"),
    bound("editors", "edit", "Group", "editors", "x"),
    bound("viewer", "view", "ServiceAccount", "viewer", "x", "x"),
    bound("auditor", "view", "User", "auditor"),
    bound("named", "named", "User", "named", "x"),
]
POD = core_v1.Pod(
    metadata=meta_v1.ObjectMeta(name="mine", namespace="x"),
    spec=core_v1.PodSpec(
        node_name="n1",
        service_account_name="mine",
        containers=[core_v1.Container(name="c", image="i")],
        volumes=[
            core_v1.Volume(name="a", secret=core_v1.SecretVolumeSource(secret_name="mine")),
            core_v1.Volume(name="b", config_map=core_v1.ConfigMapVolumeSource(name="mine")),
            core_v1.Volume(
                name="c", persistent_volume_claim=core_v1.PersistentVolumeClaimVolumeSource(claim_name="mine")
            ),
        ],
    ),
)


@lru_cache(maxsize=1)
def resources():
    """(group, resource, subresource, namespaced) of all that there is, and of some that are no objects."""
    found = set()
    for one in scheme.resources:
        found.add((one.group, one.plural, "", one.namespaced))
        found |= {(one.group, one.plural, sub.name, one.namespaced) for sub in one.subresources}
    for name in ("users", "groups", "uids", "userextras"):
        found |= {("", name, "", False), ("authentication.k8s.io", name, "", False)}
    found.add(("example.org", "widgets", "", True))
    found.add(("certificates.k8s.io", "signers", "", False))
    return sorted(found)


# ---- the model ----


def matches_subject(subject, user, binding):
    if subject.kind == "User":
        return subject.name == user.name
    if subject.kind == "Group":
        return subject.name in user.groups
    namespace = subject.namespace or binding.metadata.namespace
    return user.name == f"system:serviceaccount:{namespace}:{subject.name}"


def rules_of_role(namespace, name):
    [role] = [one for one in ROLES if (one.metadata.namespace, one.metadata.name) == (namespace, name)]
    gathers = getattr(role, "aggregation_rule", None)
    if gathers is None:
        return role.rules
    found = []
    for selector in gathers.cluster_role_selectors:
        for part in ROLES:
            labels = part.metadata.labels
            if not part.metadata.namespace and selector.match_labels.items() <= labels.items() and part is not role:
                found += rules_of_role("", part.metadata.name)
    return found


@lru_cache(maxsize=256)
def held(subject, namespace):
    """All rules that count for a subject in a namespace, or in none."""
    user, found = SUBJECTS[subject], []
    for binding in BINDINGS:
        if binding.metadata.namespace not in ("", namespace):
            continue
        if any(matches_subject(one, user, binding) for one in binding.subjects):
            where = binding.metadata.namespace if binding.role_ref.kind == "Role" else ""
            found += rules_of_role(where, binding.role_ref.name)
    return found


def rule_says_yes(rule, verb, group, resource, subresource, name):
    if verb not in rule.verbs and "*" not in rule.verbs:
        return False
    if group not in rule.api_groups and "*" not in rule.api_groups:
        return False
    if rule.resource_names and name not in rule.resource_names:
        return False
    whole = f"{resource}/{subresource}" if subresource else resource
    every = [whole, "*", f"*/{subresource}"] if subresource else [whole, "*"]
    return any(one in rule.resources for one in every)


READ = ("get", "list", "watch")
OWN = ("get", "create", "update", "patch", "delete")


def node_says_yes(verb, group, resource, subresource, namespace, name):
    """What n1 may do besides RBAC; its only pod is x/mine, which names a secret, a claim... of the same name."""
    mine = (namespace, name) == ("x", "mine")
    whole = (group, resource)
    if whole in (("", "secrets"), ("", "configmaps")):
        return verb in READ and not subresource and mine
    if whole == ("", "persistentvolumeclaims"):
        return mine and (verb == "get" if not subresource else subresource == "status" and verb in ("update", "patch"))
    if whole == ("", "serviceaccounts"):
        return mine and (verb == "get" if not subresource else subresource == "token" and verb == "create")
    if whole == ("", "pods"):
        if subresource:
            return (subresource == "status" and verb in ("update", "patch")) or (
                subresource == "eviction" and verb == "create"
            )
        return verb in ("create", "delete") or (verb in READ and mine)
    if whole == ("", "nodes"):
        if subresource:
            return subresource == "status" and verb in ("update", "patch")
        return verb in ("create", "update", "patch") or (verb in READ and name == "n1")
    if whole == ("coordination.k8s.io", "leases"):
        return namespace == "kube-node-lease" and verb in OWN and (verb == "create" or name == "n1")
    if whole == ("storage.k8s.io", "csinodes"):
        return not subresource and verb in OWN and (verb == "create" or name == "n1")
    if whole == ("resource.k8s.io", "resourceslices"):
        return not subresource and verb == "create"
    if whole in (
        ("", "persistentvolumes"),
        ("resource.k8s.io", "resourceclaims"),
        ("storage.k8s.io", "volumeattachments"),
    ):
        return False
    return any(
        rule_says_yes(rule, verb, group, resource, subresource, name) for rule in rules_of_role("", "system:node")
    )


def expected(subject, verb, group, resource, subresource, namespace, name):
    user = SUBJECTS[subject]
    if "system:masters" in user.groups:
        return True
    is_node = "system:nodes" in user.groups and user.name.startswith("system:node:")
    if is_node and node_says_yes(verb, group, resource, subresource, namespace, name):
        return True
    rules = held(subject, namespace)
    return any(rule_says_yes(rule, verb, group, resource, subresource, name) for rule in rules)


def path_expected(subject, verb, path):
    if "system:masters" in SUBJECTS[subject].groups:
        return True
    for rule in held(subject, ""):
        if verb not in rule.verbs and "*" not in rule.verbs:
            continue
        for url in rule.non_resource_urls:
            if url in ("*", path) or (url.endswith("*") and path.startswith(url[:-1])):
                return True
    return False


# ---- the authorizer, as a server has it ----


@pytest.fixture(scope="module")
def chain():
    rbac, nodes = Rbac(), NodeAuthorizer()
    for role in ROLES:
        rbac.index.put_role(role)
    for binding in BINDINGS:
        rbac.index.put_binding(binding)
    nodes.graph.put_pod(POD)
    return AuthorizerChain(of_modes(("Node", "RBAC")), {"Node": nodes, "RBAC": rbac}, FakeClock())


def decide(chain, attributes):
    try:
        chain.authorize(attributes).send(None)
    except StopIteration as done:
        return done.value.allowed is True
    raise AssertionError("the chain waits")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_resources(chain, subject):
    wrong, yes, count = [], 0, 0
    user = SUBJECTS[subject]
    for group, resource, subresource, namespaced in resources():
        for namespace in ("", "x", "y", "kube-system", "kube-node-lease") if namespaced else ("",):
            for name in ("", "mine", "n1") if namespace in ("", "x", "kube-node-lease") else ("",):
                for verb in VERBS:
                    question = (verb, group, resource, subresource, namespace, name)
                    attributes = Attributes(
                        user=user,
                        verb=verb,
                        group=group,
                        version="v1",
                        resource=resource,
                        subresource=subresource,
                        namespace=namespace,
                        name=name,
                    )
                    found = decide(chain, attributes)
                    count, yes = count + 1, yes + found
                    if found is not expected(subject, *question):
                        wrong.append((*question, found))
    assert wrong == []
    assert count > 10_000
    assert (yes == count) == (subject in ("a master", "cluster-admin by binding"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_paths(chain, subject):
    for path in PATHS:
        for verb in METHODS:
            attributes = Attributes(user=SUBJECTS[subject], verb=verb, path=path, is_resource=False)
            assert decide(chain, attributes) is path_expected(subject, verb, path), (verb, path)


LANDMARKS = [
    ("anonymous", "get", "", "pods", "x", False),
    ("a user", "create", "authorization.k8s.io", "selfsubjectaccessreviews", "", True),
    ("a user", "list", "", "namespaces", "", False),
    ("admin of a namespace", "create", GROUP, "rolebindings", "x", True),
    ("admin of a namespace", "create", GROUP, "rolebindings", "y", False),
    ("admin of a namespace", "list", "", "nodes", "", False),
    ("editor of a namespace by group", "get", "", "secrets", "x", True),
    ("editor of a namespace by group", "create", GROUP, "roles", "x", False),
    ("viewer of a namespace", "get", "", "secrets", "x", False),
    ("viewer of a namespace", "list", "", "pods", "x", True),
    ("a service account", "list", "", "pods", "x", False),
    ("a node", "list", "", "secrets", "x", False),
    ("the scheduler", "create", "", "bindings", "x", True),
    ("a bootstrap token", "create", "certificates.k8s.io", "certificatesigningrequests", "", True),
    ("a bootstrap token", "list", "", "secrets", "kube-system", False),
]


@pytest.mark.parametrize(("subject", "verb", "group", "resource", "namespace", "allowed"), LANDMARKS)
def test_the_model_itself_knows_the_landmarks(subject, verb, group, resource, namespace, allowed):
    """Written by hand, so that a model and an authorizer that are wrong together do not go unseen."""
    assert expected(subject, verb, group, resource, "", namespace, "") is allowed


def test_the_chain_answers_without_waiting(chain):
    attributes = Attributes(user=SUBJECTS["a user"], verb="get", resource="pods")
    assert asyncio.run(chain.authorize(attributes)).allowed is None
