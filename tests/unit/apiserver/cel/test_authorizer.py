"""Expressions that ask about permissions."""

import pytest

from pykube.apiserver.authn.user import User
from pykube.apiserver.authz.authorizer import Attributes, Decision
from pykube.apiserver.cel import types
from pykube.apiserver.cel.authorizer import Authorizer
from pykube.apiserver.cel.environment import Environment
from pykube.apiserver.cel.errors import CostExceeded, EvaluationError

ENVIRONMENT = Environment({"authorizer": types.AUTHORIZER, "authorizer.requestResource": types.RESOURCE_CHECK})


class Permissions:
    """Allows getting pods in ``a``, remembers what it was asked, and breaks when asked about secrets."""

    def __init__(self) -> None:
        self.asked: list[Attributes] = []

    def ask(self, attributes: Attributes) -> Decision:
        self.asked.append(attributes)
        if attributes.resource == "secrets":
            raise RuntimeError("the authorizer is away")
        allowed = (attributes.resource, attributes.verb, attributes.namespace) == ("pods", "get", "a")
        return Decision(True, "by rule") if allowed else Decision(None, "no rule")


def evaluate(text: str, permissions: Permissions | None = None) -> object:
    authorizer = Authorizer(User("alice"), (permissions or Permissions()).ask)
    resource = authorizer.request_resource(group="", resource="pods", namespace="a", name="x")
    return ENVIRONMENT.compile(text).evaluate({"authorizer": authorizer, "authorizer.requestResource": resource})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("authorizer.group('').resource('pods').namespace('a').check('get').allowed()", True),
        ("authorizer.group('').resource('pods').namespace('b').check('get').allowed()", False),
        ("authorizer.group('').resource('pods').namespace('a').check('get').reason()", "by rule"),
        ("authorizer.requestResource.check('get').allowed()", True),
        ("authorizer.path('/healthz').check('get').allowed()", False),
        ("authorizer.group('').resource('secrets').check('get').errored()", True),
        ("authorizer.group('').resource('secrets').check('get').error()", "the authorizer is away"),
        ("authorizer.group('').resource('pods').check('get').error()", ""),
    ],
)
def test_questions(text: str, expected: object) -> None:
    assert evaluate(text) == expected


def test_all_that_is_said_reaches_the_authorizer() -> None:
    permissions = Permissions()
    text = "authorizer.serviceAccount('ns', 'bot').group('apps').resource('deployments').subresource('scale')"
    evaluate(f"{text}.namespace('n').name('d').fieldSelector('a=b').check('update').allowed()", permissions)
    [asked] = permissions.asked
    assert asked.user.name == "system:serviceaccount:ns:bot"
    assert asked.user.groups[:2] == ("system:serviceaccounts", "system:serviceaccounts:ns")
    assert (asked.group, asked.full_resource, asked.namespace, asked.name) == ("apps", "deployments/scale", "n", "d")
    assert (asked.verb, asked.version, asked.field_selector) == ("update", "*", "a=b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("authorizer.path(' ').check('get').allowed()", "path must not be empty"),
        ("authorizer.group('').resource('').check('get').allowed()", "resource must not be empty"),
        ("authorizer.serviceAccount('ns', 'A!').path('/').check('get').allowed()", "Invalid service account name"),
        ("authorizer.serviceAccount('N', 'a').path('/').check('get').allowed()", "Invalid service account namespace"),
    ],
)
def test_questions_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as error:
        evaluate(text)
    assert str(error.value) == message


def test_only_two_questions_fit_into_one_evaluation() -> None:
    question = "authorizer.path('/x').check('get').allowed()"
    assert evaluate(f"{question} || {question}") is False
    with pytest.raises(CostExceeded):
        evaluate(f"{question} || {question} || {question}")
