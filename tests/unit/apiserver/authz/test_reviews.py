"""Questions about rights and tokens, and their answers."""

import asyncio
from types import SimpleNamespace

import pytest

from pykube.api import authentication_v1, authorization_v1, meta_v1, rbac_v1
from pykube.apiserver.authn.chain import BearerTokens
from pykube.apiserver.authn.token_file import TokenFile
from pykube.apiserver.authn.user import ANONYMOUS, NODES, User
from pykube.apiserver.authz import Union
from pykube.apiserver.authz.node import NodeAuthorizer
from pykube.apiserver.authz.rbac import Rbac
from pykube.apiserver.authz.reviews import Reviews
from pykube.apiserver.authz.union import Rules
from pykube.errors import BadRequest, Forbidden, Invalid

ALICE = User("alice", "u1", ("dev",), {"scope": ("a", "b")})
GROUP = "rbac.authorization.k8s.io"


@pytest.fixture
def reviews():
    rbac = Rbac()
    rules = [
        rbac_v1.PolicyRule(verbs=["get"], api_groups=[""], resources=["pods"]),
        rbac_v1.PolicyRule(verbs=["get"], non_resource_urls=["/healthz"]),
    ]
    rbac.index.put_role(rbac_v1.ClusterRole(metadata=meta_v1.ObjectMeta(name="r"), rules=rules))
    rbac.index.put_binding(
        rbac_v1.ClusterRoleBinding(
            metadata=meta_v1.ObjectMeta(name="b"),
            role_ref=rbac_v1.RoleRef(api_group=GROUP, kind="ClusterRole", name="r"),
            subjects=[rbac_v1.Subject(kind="User", name="alice")],
        )
    )
    return Reviews(Union([rbac]), Rules([NodeAuthorizer(), rbac]), BearerTokens([TokenFile(["secret,bob,u2,ops"])]))


def answer(reviews, review, *, user=ALICE, namespace=""):
    ctx = SimpleNamespace(user=user, info=SimpleNamespace(namespace=namespace))
    return asyncio.run(reviews.answer(review, ctx)).status


def pods(verb="get", namespace="x"):
    return authorization_v1.ResourceAttributes(verb=verb, resource="pods", namespace=namespace)


def subject(**spec):
    return authorization_v1.SubjectAccessReview(spec=authorization_v1.SubjectAccessReviewSpec(**spec))


def test_may_they(reviews):
    found = answer(reviews, subject(user="alice", resource_attributes=pods()))
    assert (found.allowed, found.denied) == (True, False)
    assert found.reason == 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to User "alice"'
    assert not answer(reviews, subject(user="alice", resource_attributes=pods("delete"))).allowed
    path = authorization_v1.NonResourceAttributes(verb="get", path="/healthz")
    assert answer(reviews, subject(user="alice", non_resource_attributes=path)).allowed


def test_may_i(reviews):
    spec = authorization_v1.SelfSubjectAccessReviewSpec(resource_attributes=pods())
    review = authorization_v1.SelfSubjectAccessReview(spec=spec)
    assert answer(reviews, review).allowed
    assert not answer(reviews, review, user=User("eve")).allowed


def test_may_they_here(reviews):
    spec = authorization_v1.SubjectAccessReviewSpec(user="alice", resource_attributes=pods())
    metadata = meta_v1.ObjectMeta(namespace="x")
    review = authorization_v1.LocalSubjectAccessReview(metadata=metadata, spec=spec)
    assert answer(reviews, review, namespace="x").allowed
    review.spec.resource_attributes = pods(namespace="y")
    with pytest.raises(Invalid, match="must match metadata"):
        answer(reviews, review, namespace="x")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"user": "alice"}, "exactly one of nonResourceAttributes or resourceAttributes must be specified"),
        ({"resource_attributes": pods()}, "at least one of user or group must be specified"),
    ],
)
def test_questions_that_make_no_sense(reviews, spec, message):
    with pytest.raises(Invalid, match=message):
        answer(reviews, subject(**spec))


def test_what_may_i(reviews):
    spec = authorization_v1.SelfSubjectRulesReviewSpec(namespace="x")
    review = authorization_v1.SelfSubjectRulesReview(spec=spec)
    found = answer(reviews, review)
    assert found.resource_rules[0].resources == ["pods"]
    assert found.non_resource_rules[0].non_resource_urls == ["/healthz"]
    assert not found.incomplete
    assert answer(reviews, review, user=User("system:node:n", groups=(NODES,))).incomplete
    with pytest.raises(BadRequest, match="no namespace on request"):
        answer(reviews, authorization_v1.SelfSubjectRulesReview())


def test_whose_is_this_token(reviews):
    review = authentication_v1.TokenReview(spec=authentication_v1.TokenReviewSpec(token="secret"))
    found = answer(reviews, review)
    assert found.authenticated
    assert found.user.username == "bob"
    assert found.user.groups == ["ops", "system:authenticated"]
    review.spec.token = "other"
    assert not answer(reviews, review).authenticated
    with pytest.raises(BadRequest, match="token is required"):
        answer(reviews, authentication_v1.TokenReview())


def test_who_am_i(reviews):
    found = answer(reviews, authentication_v1.SelfSubjectReview()).user_info
    assert (found.username, found.uid, found.extra) == ("alice", "u1", {"scope": ["a", "b"]})
    with pytest.raises(Forbidden):
        answer(reviews, authentication_v1.SelfSubjectReview(), user=User(ANONYMOUS))


def selecting(**selectors):
    attributes = pods()
    attributes.field_selector = selectors.get("fields")
    attributes.label_selector = selectors.get("labels")
    return subject(user="alice", resource_attributes=attributes)


Fields = authorization_v1.FieldSelectorAttributes
Labels = authorization_v1.LabelSelectorAttributes


def test_selectors_that_cannot_be_read_are_left_out_and_told(reviews):
    asked = selecting(fields=Fields(raw_selector="a"), labels=Labels(raw_selector="in in in"))
    assert answer(reviews, asked).evaluation_error == (
        "spec.resourceAttributes.fieldSelector ignored due to parse error; "
        "spec.resourceAttributes.labelSelector ignored due to parse error"
    )
    later = meta_v1.LabelSelectorRequirement(key="a", operator="Gt", values=["1"])
    known = meta_v1.LabelSelectorRequirement(key="a", operator="In", values=["1"])
    asked = selecting(labels=Labels(requirements=[later, known]))
    found = answer(reviews, asked).evaluation_error
    assert found == "spec.resourceAttributes.labelSelector partially ignored due to parse error"


@pytest.mark.parametrize(
    ("selectors", "message"),
    [
        ({"fields": Fields()}, "requirements or rawSelector is required"),
        (
            {"fields": Fields(raw_selector="a=b", requirements=[meta_v1.FieldSelectorRequirement(key="a")])},
            "may not specified at the same time as requirements",
        ),
        ({"fields": Fields(requirements=[meta_v1.FieldSelectorRequirement(operator="In")])}, "must be specified"),
        (
            {"labels": Labels(requirements=[meta_v1.LabelSelectorRequirement(key="a", operator="In")])},
            "must be specified when `operator` is 'In' or 'NotIn'",
        ),
        (
            {"labels": Labels(requirements=[meta_v1.LabelSelectorRequirement(key="a b", operator="Exists")])},
            "name part must consist of",
        ),
    ],
)
def test_selectors_that_make_no_sense(reviews, selectors, message):
    with pytest.raises(Invalid, match=message):
        answer(reviews, selecting(**selectors))
