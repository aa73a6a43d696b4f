"""Which authorizers are asked, and in which order: modes by name, or upstream's AuthorizationConfiguration.

Source: k8s.io/apiserver, pkg/apis/apiserver (types, defaults, validation); pkg/kubeapiserver/authorizer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath

import msgspec

from pykube.api import names
from pykube.api.field_errors import (
    FieldError,
    Path,
    aggregate,
    duplicate,
    invalid_value,
    not_supported,
    required,
    too_many,
)

from ..authn.configuration_file import ConfigurationError, decode, duration
from ..cel.errors import CompileError
from ..cel.program import Program
from .match_conditions import compile_condition

MODES = frozenset({"ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"})
VERSIONS = frozenset({"v1", "v1beta1", "v1alpha1"})
MAX_CONDITIONS = 64
MAX_TIMEOUT = 30.0
"""Seconds."""


class _Strict(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    pass


class ConnectionInfo(_Strict):
    """How a webhook is reached: ``KubeConfigFile``, and the file."""

    type: str = ""
    kube_config_file: str | None = None


class Condition(_Strict):
    """A CEL expression that must hold."""

    expression: str = ""


class Webhook(_Strict):
    """How a webhook is asked; durations as Go writes them."""

    authorized_ttl: str = msgspec.field(default="5m0s", name="authorizedTTL")
    unauthorized_ttl: str = msgspec.field(default="30s", name="unauthorizedTTL")
    cache_authorized_requests: bool = True
    cache_unauthorized_requests: bool = True
    timeout: str = ""
    subject_access_review_version: str = ""
    match_condition_subject_access_review_version: str = ""
    failure_policy: str = ""
    connection_info: ConnectionInfo = msgspec.field(default_factory=ConnectionInfo)
    match_conditions: list[Condition] = []

    def programs(self) -> list[Program]:
        """The conditions, compiled; the configuration is valid."""
        return [compile_condition(one.expression) for one in self.match_conditions]


class AuthorizerEntry(_Strict):
    """One authorizer."""

    type: str = ""
    name: str = ""
    webhook: Webhook | None = None


class AuthorizationConfiguration(_Strict):
    """All authorizers, in the order in which they are asked."""

    authorizers: list[AuthorizerEntry] = []

    @property
    def fixed(self) -> frozenset[str]:
        """The types that are not webhooks; a file that is read again may not drop them."""
        return frozenset(one.type for one in self.authorizers if one.type != "Webhook")


def of_modes(modes: Sequence[str]) -> AuthorizationConfiguration:
    """The configuration behind a list of modes.

    Raises:
        ConfigurationError: a mode is unknown or given twice, there is none, or it needs a file.
    """
    if "Webhook" in modes:
        raise ConfigurationError("authorization mode Webhook is configured by authorization.yaml")
    found = AuthorizationConfiguration(
        authorizers=[AuthorizerEntry(type=mode, name=mode.lower()) for mode in modes if mode]
    )
    _check(found)
    return found


def parse(text: str) -> AuthorizationConfiguration:
    """The configuration in a file's text.

    Raises:
        ConfigurationError: it is none, or breaks a rule; all that it breaks is told at once.
    """
    found = decode(text, "AuthorizationConfiguration", VERSIONS, AuthorizationConfiguration)
    _check(found)
    wrong = [
        f"expected name {one.type.lower()} for authorizer {one.type} instead of {one.name}"
        for one in found.authorizers
        if one.type != "Webhook" and one.name != one.type.lower()
    ]
    if wrong:
        raise ConfigurationError("; ".join(wrong))
    return found


def _check(configuration: AuthorizationConfiguration) -> None:
    if errors := list(_errors(configuration)):
        raise ConfigurationError(aggregate(errors))


def _errors(configuration: AuthorizationConfiguration) -> Iterator[FieldError]:
    root = Path("authorizers")
    if not configuration.authorizers:
        yield required(root, "at least one authorization mode must be defined")
    types: set[str] = set()
    seen: set[str] = set()
    for position, one in enumerate(configuration.authorizers):
        path = root.index(position)
        if not one.type:
            yield required(path.child("type"))
        elif one.type not in MODES:
            yield not_supported(path.child("type"), one.type, sorted(MODES))
        elif one.type in types and one.type != "Webhook":
            yield duplicate(path.child("type"), one.type)
        else:
            types.add(one.type)
            yield from _name_errors(path.child("name"), one.name, seen)
            yield from _webhook_errors(path, one)


def _name_errors(path: Path, name: str, seen: set[str]) -> Iterator[FieldError]:
    if not name:
        yield required(path)
    elif name in seen:
        yield duplicate(path, name)
    elif messages := names.dns_subdomain(name):
        yield invalid_value(path, name, f"authorizer name is invalid: {', '.join(messages)}")
    seen.add(name)


def _webhook_errors(path: Path, entry: AuthorizerEntry) -> Iterator[FieldError]:
    webhook = entry.webhook
    if entry.type != "Webhook":
        if webhook is not None:
            yield invalid_value(path.child("webhook"), "non-null", "may only be specified when type=Webhook")
        return
    if webhook is None:
        yield required(path.child("webhook"), "required when type=Webhook")
        return
    yield from _time_errors(path.child("timeout"), webhook.timeout, MAX_TIMEOUT)
    yield from _time_errors(path.child("authorizedTTL"), webhook.authorized_ttl)
    yield from _time_errors(path.child("unauthorizedTTL"), webhook.unauthorized_ttl)
    version = webhook.subject_access_review_version
    yield from _choice_errors(path.child("subjectAccessReviewVersion"), version, "v1", "v1beta1")
    field = path.child("matchConditionSubjectAccessReviewVersion")
    if webhook.match_condition_subject_access_review_version:
        yield from _choice_errors(field, webhook.match_condition_subject_access_review_version, "v1")
    elif webhook.match_conditions:
        yield required(field, "required if match conditions are specified")
    yield from _choice_errors(path.child("failurePolicy"), webhook.failure_policy, "NoOpinion", "Deny")
    yield from _connection_errors(path.child("connectionInfo"), webhook.connection_info)
    yield from _condition_errors(path.child("matchConditions"), webhook.match_conditions)


def _time_errors(path: Path, text: str, limit: float = float("inf")) -> Iterator[FieldError]:
    seconds = duration(text)
    if seconds is None:
        yield invalid_value(path, text, "must be a duration such as 30s")
    elif seconds == 0:
        yield required(path)
    elif not 0 < seconds <= limit:
        yield invalid_value(
            path, text, "must be > 0s" if limit == float("inf") else f"must be > 0s and <= {limit:.0f}s"
        )


def _choice_errors(path: Path, value: str, *known: str) -> Iterator[FieldError]:
    if not value:
        yield required(path)
    elif value not in known:
        yield not_supported(path, value, known)


def _connection_errors(path: Path, info: ConnectionInfo) -> Iterator[FieldError]:
    """``InClusterConfig`` would have this server ask itself."""
    yield from _choice_errors(path.child("type"), info.type, "KubeConfigFile")
    if info.type != "KubeConfigFile":
        return
    field, file = path.child("kubeConfigFile"), info.kube_config_file
    if not file:
        yield required(field)
    elif not FilePath(file).is_absolute():
        yield invalid_value(field, file, "must be an absolute path")
    elif not FilePath(file).is_file():
        yield invalid_value(field, file, "must be a regular file")


def _condition_errors(path: Path, conditions: Sequence[Condition]) -> Iterator[FieldError]:
    if len(conditions) > MAX_CONDITIONS:
        yield too_many(path, len(conditions), MAX_CONDITIONS)
        return
    seen: set[str] = set()
    for position, one in enumerate(conditions):
        field = path.index(position).child("expression")
        if not one.expression.strip():
            yield required(field)
        elif one.expression in seen:
            yield duplicate(field, one.expression)
        else:
            seen.add(one.expression)
            try:
                compile_condition(one.expression)
            except CompileError as error:
                yield invalid_value(field, one.expression, str(error))
