"""How callers are known: upstream's AuthenticationConfiguration, as far as it is data.

Source: k8s.io/apiserver, pkg/apis/apiserver (types). Its rules are in configuration_rules.py.
"""

from __future__ import annotations

import msgspec

VERSIONS = frozenset({"v1", "v1beta1", "v1alpha1"})


class _Strict(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    pass


class Issuer(_Strict):
    """Who signs the tokens, and for whom they must be meant."""

    url: str = ""
    discovery_url: str = msgspec.field(default="", name="discoveryURL")
    certificate_authority: str = ""
    audiences: list[str] = []
    audience_match_policy: str = ""
    egress_selector_type: str = ""


class ClaimValidationRule(_Strict):
    """What claims must be like: one that must have a value, or an expression that must hold."""

    claim: str = ""
    required_value: str = ""
    expression: str = ""
    message: str = ""


class PrefixedClaimOrExpression(_Strict):
    """A claim, its value behind a prefix, or an expression."""

    claim: str = ""
    prefix: str | None = None
    expression: str = ""


class ClaimOrExpression(_Strict):
    """A claim or an expression."""

    claim: str = ""
    expression: str = ""


class ExtraMapping(_Strict):
    """A further fact about the user."""

    key: str = ""
    value_expression: str = ""


class ClaimMappings(_Strict):
    """Which claims make the user."""

    username: PrefixedClaimOrExpression = msgspec.field(default_factory=PrefixedClaimOrExpression)
    groups: PrefixedClaimOrExpression = msgspec.field(default_factory=PrefixedClaimOrExpression)
    uid: ClaimOrExpression = msgspec.field(default_factory=ClaimOrExpression)
    extra: list[ExtraMapping] = []


class UserValidationRule(_Strict):
    """What must hold for the user that came out."""

    expression: str = ""
    message: str = ""


class JwtAuthenticator(_Strict):
    """One issuer of tokens."""

    issuer: Issuer = msgspec.field(default_factory=Issuer)
    claim_validation_rules: list[ClaimValidationRule] = []
    claim_mappings: ClaimMappings = msgspec.field(default_factory=ClaimMappings)
    user_validation_rules: list[UserValidationRule] = []


class AnonymousCondition(_Strict):
    """A path that needs no credential."""

    path: str = ""


class AnonymousConfiguration(_Strict):
    """Whether requests without credential are let in, and to which paths; none: all."""

    enabled: bool = False
    conditions: list[AnonymousCondition] = []


class AuthenticationConfiguration(_Strict):
    """The whole file."""

    jwt: list[JwtAuthenticator] = []
    anonymous: AnonymousConfiguration | None = None
