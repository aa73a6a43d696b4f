"""Asking about permissions: ``authorizer.group('').resource('pods').namespace('a').check('create').allowed()``

Source: k8s.io/apiserver, pkg/cel/library/authz.go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from pykube.api import names

from ...authn.user import User
from ...authz.authorizer import Attributes
from ..authorizer import Authorizer, ResourceCheck
from ..declarations import method
from ..errors import EvaluationError


@dataclass(frozen=True, slots=True)
class PathCheck:
    """A path that is asked about."""

    authorizer: Authorizer
    path: str
    type_name: ClassVar[str] = "kubernetes.authorization.PathCheck"


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """A group of resources that is asked about."""

    authorizer: Authorizer
    group: str
    type_name: ClassVar[str] = "kubernetes.authorization.GroupCheck"


@dataclass(frozen=True, slots=True)
class DecisionValue:
    """An answer; `error` is the text of what went wrong when asking."""

    allowed: bool
    reason: str
    error: str | None
    type_name: ClassVar[str] = "kubernetes.authorization.Decision"


def _path(authorizer: Authorizer, path: str) -> PathCheck:
    if not path.strip():
        raise EvaluationError("path must not be empty")
    return PathCheck(authorizer, path)


def _service_account(authorizer: Authorizer, namespace: str, name: str) -> Authorizer:
    if names.dns_subdomain(name):
        raise EvaluationError("Invalid service account name")
    if names.dns_label(namespace):
        raise EvaluationError("Invalid service account namespace")
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
    return replace(authorizer, user=User(f"system:serviceaccount:{namespace}:{name}", groups=groups))


def _resource(check: GroupCheck, resource: str) -> ResourceCheck:
    if not resource.strip():
        raise EvaluationError("resource must not be empty")
    return ResourceCheck(authorizer=check.authorizer, group=check.group, resource=resource)


def _ask(authorizer: Authorizer, attributes: Attributes) -> DecisionValue:
    try:
        decision = authorizer.ask(attributes)
    except Exception as error:
        return DecisionValue(False, "", str(error))
    return DecisionValue(decision.allowed is True, decision.reason, None)


def _check_path(check: PathCheck, verb: str) -> DecisionValue:
    user = check.authorizer.user
    return _ask(check.authorizer, Attributes(user=user, verb=verb, path=check.path, is_resource=False))


def _check_resource(check: ResourceCheck, verb: str) -> DecisionValue:
    attributes = Attributes(
        user=check.authorizer.user,
        verb=verb,
        group=check.group,
        version="*",
        resource=check.resource,
        subresource=check.subresource,
        namespace=check.namespace,
        name=check.name,
        field_selector=check.field_selector,
        label_selector=check.label_selector,
    )
    return _ask(check.authorizer, attributes)


_CHECK: Final = "ResourceCheck, string -> ResourceCheck"
OVERLOADS: Final = (
    method("authorizer_path", "path", "Authorizer, string -> PathCheck", _path),
    method("authorizer_group", "group", "Authorizer, string -> GroupCheck", GroupCheck),
    method("authorizer_serviceaccount", "serviceAccount", "Authorizer, string, string -> Authorizer", _service_account),
    method("groupcheck_resource", "resource", "GroupCheck, string -> ResourceCheck", _resource),
    method("resourcecheck_subresource", "subresource", _CHECK, lambda one, text: replace(one, subresource=text)),
    method("resourcecheck_namespace", "namespace", _CHECK, lambda one, text: replace(one, namespace=text)),
    method("resourcecheck_name", "name", _CHECK, lambda one, text: replace(one, name=text)),
    method("authorizer_fieldselector", "fieldSelector", _CHECK, lambda one, text: replace(one, field_selector=text)),
    method("authorizer_labelselector", "labelSelector", _CHECK, lambda one, text: replace(one, label_selector=text)),
    method("pathcheck_check", "check", "PathCheck, string -> Decision", _check_path),
    method("resourcecheck_check", "check", "ResourceCheck, string -> Decision", _check_resource),
    method("decision_errored", "errored", "Decision -> bool", lambda one: one.error is not None),
    method("decision_error", "error", "Decision -> string", lambda one: one.error or ""),
    method("decision_allowed", "allowed", "Decision -> bool", lambda one: one.allowed),
    method("decision_reason", "reason", "Decision -> string", lambda one: one.reason),
)
