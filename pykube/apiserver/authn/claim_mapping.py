"""From the claims of a verified token to a user: by names of claims, or by CEL expressions.

Source: k8s.io/apiserver, plugin/pkg/authenticator/token/oidc (what is read how, and the words of refusals) and
pkg/authentication/cel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pykube.errors import Unauthorized

from ..cel.environment import Environment
from ..cel.errors import EvaluationError
from ..cel.escaping import unescape
from ..cel.program import Program
from ..cel.types import BOOL, DYN, STRING, list_of, map_of, object_of
from .configuration import ClaimOrExpression, JwtAuthenticator, PrefixedClaimOrExpression
from .user import CREDENTIAL_ID, User

_TEXTS: Final = list_of(STRING)
_USER: Final = object_of(
    "kubernetes.UserInfo",
    {"username": STRING, "uid": STRING, "groups": _TEXTS, "extra": map_of(STRING, _TEXTS)},
)


def compile_claims(text: str) -> Program:
    """An expression over ``claims``; raises CompileError."""
    return Environment({"claims": map_of(STRING, DYN)}).compile(text)


def compile_claims_rule(text: str) -> Program:
    """The same, true or false."""
    return Environment({"claims": map_of(STRING, DYN)}).compile(text, returns=BOOL)


def compile_user_rule(text: str) -> Program:
    """An expression over ``user``, true or false; raises CompileError."""
    return Environment({"user": _USER}).compile(text, returns=BOOL)


class ClaimMapper:
    """What one JWT authenticator makes of claims; the configuration is valid."""

    def __init__(self, configured: JwtAuthenticator) -> None:
        mappings = configured.claim_mappings
        self._username = mappings.username
        self._groups = mappings.groups
        self._uid = mappings.uid
        self._programs = {
            text: compile_claims(text)
            for text in (
                mappings.username.expression,
                mappings.groups.expression,
                mappings.uid.expression,
                *(one.value_expression for one in mappings.extra),
            )
            if text
        }
        self._extra = mappings.extra
        self._required = {rule.claim: rule.required_value for rule in configured.claim_validation_rules if rule.claim}
        self._claim_rules = [
            (compile_claims_rule(rule.expression), rule.message)
            for rule in configured.claim_validation_rules
            if rule.expression
        ]
        self._user_rules = [
            (compile_user_rule(rule.expression), rule.message) for rule in configured.user_validation_rules
        ]

    def user(self, claims: Mapping[str, Any]) -> User:
        """Whom the claims are about.

        Raises:
            Unauthorized: they break a rule, or lack what is needed.
        """
        seen = _seen(claims)
        name = self._name(claims, seen)
        groups = tuple(self._group_names(claims, seen))
        uid = self._uid_of(claims, seen)
        found = User(name, uid, groups, self._extra_of(claims, seen))
        self._check_required(claims)
        _check_rules(self._claim_rules, {"claims": seen}, "claim validation expression")
        info = {
            "username": found.name,
            "uid": found.uid,
            "groups": list(found.groups),
            "extra": _seen({key: list(values) for key, values in found.extra.items()}),
        }
        _check_rules(self._user_rules, {"user": info}, "user info validation rule")
        return found

    def _name(self, claims: Mapping[str, Any], seen: Any) -> str:
        mapping: PrefixedClaimOrExpression = self._username
        if mapping.expression:
            name = self._value(mapping.expression, seen, "username claim expression")
            if not isinstance(name, str):
                raise _failed("username claim expression", "username claim expression must return a string")
            if not name:
                raise Unauthorized("oidc: empty username via CEL expression is not allowed")
            return name
        name = _text(claims, mapping.claim, "username claims")
        if mapping.claim == "email" and claims.get("email_verified", True) is not True:
            raise Unauthorized("oidc: email not verified")
        return f"{mapping.prefix or ''}{name}"

    def _group_names(self, claims: Mapping[str, Any], seen: Any) -> list[str]:
        mapping = self._groups
        if mapping.claim and mapping.claim in claims:
            value = claims[mapping.claim]
            listed = [value] if isinstance(value, str) else value
            if value is None:
                listed = []
            if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
                raise Unauthorized(f'oidc: parse groups claim "{mapping.claim}": neither a string nor strings')
            return [f"{mapping.prefix or ''}{one}" for one in listed]
        if not mapping.expression:
            return []
        return _strings(self._value(mapping.expression, seen, "group claim expression"), "group claim expression")

    def _uid_of(self, claims: Mapping[str, Any], seen: Any) -> str:
        mapping: ClaimOrExpression = self._uid
        if mapping.claim:
            return _text(claims, mapping.claim, "uid claim")
        if not mapping.expression:
            return ""
        uid = self._value(mapping.expression, seen, "uid claim expression")
        if not isinstance(uid, str):
            raise _failed("uid claim expression", "uid claim expression must return a string")
        return uid

    def _extra_of(self, claims: Mapping[str, Any], seen: Any) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        if isinstance(jti := claims.get("jti"), str) and jti:
            found[CREDENTIAL_ID] = (f"JTI={jti}",)
        for mapping in self._extra:
            what = f"extra claim expression: {mapping.value_expression}"
            if values := _strings(self._value(mapping.value_expression, seen, what), what):
                found[mapping.key] = tuple(values)
        return found

    def _value(self, text: str, seen: Any, what: str) -> Any:
        try:
            return self._programs[text].evaluate({"claims": seen})
        except EvaluationError as error:
            raise _failed(what, str(error)) from error

    def _check_required(self, claims: Mapping[str, Any]) -> None:
        for claim, value in self._required.items():
            if claim not in claims:
                raise Unauthorized(f"oidc: required claim {claim} not present in ID token")
            if claims[claim] != value:
                raise Unauthorized(
                    f"oidc: required claim {claim} value does not match. Got = {claims[claim]}, want = {value}"
                )


class _Claims(dict[str, Any]):
    """JSON whose names expressions may write escaped: ``claims.foo__dot__bar``."""

    def __contains__(self, key: object) -> bool:
        return super().__contains__(_plain(key))

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(_plain(key))

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(_plain(key), default)


def _plain(key: Any) -> Any:
    if not isinstance(key, str) or "__" not in key:
        return key
    return unescape(key) or key


def _seen(value: Any) -> Any:
    """JSON as expressions see it."""
    if isinstance(value, Mapping):
        return _Claims({key: _seen(one) for key, one in value.items()})
    return [_seen(one) for one in value] if isinstance(value, list) else value


def _text(claims: Mapping[str, Any], claim: str, what: str) -> str:
    value = claims.get(claim)
    if not isinstance(value, str):
        why = "claim not present" if claim not in claims else "not a string"
        raise Unauthorized(f'oidc: parse {what} "{claim}": {why}')
    return value


def _strings(value: Any, what: str) -> list[str]:
    """A string or strings, without the empty ones."""
    listed = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise _failed(what, "expression must return a string or a list of strings")
    return [one for one in listed if one]


def _check_rules(rules: Sequence[tuple[Program, str]], variables: Mapping[str, Any], what: str) -> None:
    for rule, message in rules:
        try:
            good = rule.evaluate(variables)
        except EvaluationError as error:
            raise _failed(what, str(error)) from error
        if good is not True:
            raise _failed(what, f"validation expression '{rule.text}' failed: {message}")


def _failed(what: str, why: str) -> Unauthorized:
    return Unauthorized(f"oidc: error evaluating {what}: {why}")
