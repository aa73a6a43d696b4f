"""The rules of an AuthenticationConfiguration. Source: k8s.io/apiserver, pkg/apis/apiserver/validation."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from pykube.api import names
from pykube.api.field_errors import (
    OMITTED,
    FieldError,
    Path,
    aggregate,
    duplicate,
    invalid_value,
    required,
    too_many,
)

from ..cel import syntax
from ..cel.errors import CompileError
from ..cel.parsing import parse as parse_expression
from ..cel.program import Program
from .claim_mapping import compile_claims, compile_claims_rule, compile_user_rule
from .configuration import (
    VERSIONS,
    AuthenticationConfiguration,
    ClaimMappings,
    ClaimValidationRule,
    ExtraMapping,
    Issuer,
    JwtAuthenticator,
    PrefixedClaimOrExpression,
    UserValidationRule,
)
from .configuration_file import ConfigurationError, decode

MAX_ISSUERS = 64
_EITHER = "claim or expression is required"
_BOTH = "claim and expression can't both be set"
_EMAIL = (
    "claims.email_verified must be used in claimMappings.username.expression or "
    "claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in "
    "claimMappings.username.expression"
)
_RESERVED = "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use"


def parse(text: str, own_issuers: Sequence[str] = ()) -> AuthenticationConfiguration:
    """The configuration in a file's text; `own_issuers` are this server's, which nobody else may claim to be.

    Raises:
        ConfigurationError: it is none, or breaks a rule; all that it breaks is told at once.
    """
    found = decode(text, "AuthenticationConfiguration", VERSIONS, AuthenticationConfiguration)
    if errors := list(_errors(found, own_issuers)):
        raise ConfigurationError(aggregate(errors))
    return found


def _errors(configuration: AuthenticationConfiguration, own: Sequence[str]) -> Iterator[FieldError]:
    root = Path("jwt")
    if len(configuration.jwt) > MAX_ISSUERS:
        yield too_many(root, len(configuration.jwt), MAX_ISSUERS)
        return
    urls: set[str] = set()
    discovery: set[str] = set()
    for position, one in enumerate(configuration.jwt):
        path = root.index(position)
        yield from _jwt_errors(path, one, own)
        yield from _once(path.child("issuer").child("url"), one.issuer.url, urls)
        if one.issuer.discovery_url:
            yield from _once(path.child("issuer").child("discoveryURL"), one.issuer.discovery_url, discovery)
    anonymous = configuration.anonymous
    if anonymous is not None and not anonymous.enabled and anonymous.conditions:
        path = Path("anonymous.conditions")
        yield invalid_value(path, OMITTED, "enabled should be set to true when conditions are defined")


def _once(path: Path, value: str, seen: set[str]) -> Iterator[FieldError]:
    if value in seen:
        yield duplicate(path, value)
    seen.add(value)


def _jwt_errors(path: Path, jwt: JwtAuthenticator, own: Sequence[str]) -> Iterator[FieldError]:
    yield from _issuer_errors(path.child("issuer"), jwt.issuer, own)
    yield from _claim_rule_errors(path.child("claimValidationRules"), jwt.claim_validation_rules)
    yield from _mapping_errors(path.child("claimMappings"), jwt.claim_mappings)
    yield from _user_rule_errors(path.child("userValidationRules"), jwt.user_validation_rules)
    mappings = jwt.claim_mappings
    verified = [
        mappings.username.expression,
        *(one.value_expression for one in mappings.extra),
        *(rule.expression for rule in jwt.claim_validation_rules),
    ]
    if _uses_claim(mappings.username.expression, "email") and not any(
        _uses_claim(text, "email_verified") for text in verified
    ):
        field = path.child("claimMappings").child("username").child("expression")
        yield invalid_value(field, mappings.username.expression, _EMAIL)


def _issuer_errors(path: Path, issuer: Issuer, own: Sequence[str]) -> Iterator[FieldError]:
    if not issuer.url:
        yield required(path.child("url"))
    else:
        yield from _url_errors(path.child("url"), issuer.url, own)
    if issuer.discovery_url:
        field = path.child("discoveryURL")
        if issuer.url.rstrip("/") == issuer.discovery_url.rstrip("/"):
            yield invalid_value(field, issuer.discovery_url, "discoveryURL must be different from URL")
        yield from _url_errors(field, issuer.discovery_url, ())
    yield from _audience_errors(path, issuer)
    if issuer.certificate_authority:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=issuer.certificate_authority)
        except (ssl.SSLError, ValueError):
            detail = "data does not contain any valid RSA or ECDSA certificates"
            yield invalid_value(path.child("certificateAuthority"), "<omitted>", detail)
    if issuer.egress_selector_type not in ("", "controlplane", "cluster"):
        field, detail = path.child("egressSelectorType"), "egress selector must be either controlplane or cluster"
        yield invalid_value(field, issuer.egress_selector_type, detail)


def _url_errors(path: Path, url: str, own: Sequence[str]) -> Iterator[FieldError]:
    if url in own:
        yield invalid_value(path, url, f"URL must not overlap with disallowed issuers: [{' '.join(sorted(own))}]")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        yield invalid_value(path, url, str(error))
        return
    if parts.scheme != "https":
        yield invalid_value(path, url, "URL scheme must be https")
    if "@" in parts.netloc:
        yield invalid_value(path, url, "URL must not contain a username or password")
    if parts.query:
        yield invalid_value(path, url, "URL must not contain a query")
    if parts.fragment:
        yield invalid_value(path, url, "URL must not contain a fragment")


def _audience_errors(path: Path, issuer: Issuer) -> Iterator[FieldError]:
    field, policy = path.child("audiences"), issuer.audience_match_policy
    if not issuer.audiences:
        yield required(field, f"at least one {field} is required")
        return
    seen: set[str] = set()
    for position, audience in enumerate(issuer.audiences):
        if not audience:
            yield required(field.index(position))
        yield from _once(field.index(position), audience, seen)
    if len(issuer.audiences) > 1 and policy != "MatchAny":
        detail = "audienceMatchPolicy must be MatchAny for multiple audiences"
        yield invalid_value(path.child("audienceMatchPolicy"), policy, detail)
    elif policy not in ("", "MatchAny"):
        detail = "audienceMatchPolicy must be empty or MatchAny for single audience"
        yield invalid_value(path.child("audienceMatchPolicy"), policy, detail)


def _claim_rule_errors(path: Path, rules: Sequence[ClaimValidationRule]) -> Iterator[FieldError]:
    claims: set[str] = set()
    expressions: set[str] = set()
    for position, rule in enumerate(rules):
        field = path.index(position)
        if rule.claim and rule.expression:
            yield invalid_value(field, rule.claim, _BOTH)
        elif rule.claim:
            if rule.message:
                yield invalid_value(field.child("message"), rule.message, "may not be specified when claim is set")
            yield from _once(field.child("claim"), rule.claim, claims)
        elif rule.expression:
            if rule.required_value:
                detail = "may not be specified when expression is set"
                yield invalid_value(field.child("requiredValue"), rule.required_value, detail)
            yield from _once(field.child("expression"), rule.expression, expressions)
            yield from _compiled(field.child("expression"), rule.expression, compile_claims_rule)
        else:
            yield required(field, _EITHER)


def _mapping_errors(path: Path, mappings: ClaimMappings) -> Iterator[FieldError]:
    username, uid = mappings.username, mappings.uid
    if not username.claim and not username.expression:
        yield required(path.child("username"), _EITHER)
    yield from _prefixed_errors(path.child("username"), username)
    yield from _prefixed_errors(path.child("groups"), mappings.groups)
    if uid.claim and uid.expression:
        yield invalid_value(path.child("uid"), "", _BOTH)
    elif uid.expression:
        yield from _compiled(path.child("uid").child("expression"), uid.expression, compile_claims)
    keys: set[str] = set()
    for position, one in enumerate(mappings.extra):
        yield from _extra_errors(path.child("extra").index(position), one, keys)


def _prefixed_errors(path: Path, mapping: PrefixedClaimOrExpression) -> Iterator[FieldError]:
    if mapping.claim and mapping.expression:
        yield invalid_value(path, "", _BOTH)
    elif mapping.expression:
        if mapping.prefix is not None:
            yield invalid_value(path.child("prefix"), mapping.prefix, "may not be specified when expression is set")
        yield from _compiled(path.child("expression"), mapping.expression, compile_claims)
    elif mapping.claim and mapping.prefix is None:
        detail = "prefix is required when claim is set. It can be set to an empty string to disable prefixing"
        yield required(path.child("prefix"), detail)


def _extra_errors(path: Path, mapping: ExtraMapping, keys: set[str]) -> Iterator[FieldError]:
    key, field = mapping.key, path.child("key")
    domain, slash, rest = key.partition("/")
    if not key:
        yield required(field)
    elif not slash or not domain or not rest:
        yield invalid_value(field, key, 'must be a domain-prefixed path (such as "acme.io/foo")')
    for message in (*names.dns_subdomain(domain), *names.http_path(rest)) if domain and rest else ():
        yield invalid_value(field, key, message)
    if key != key.lower():
        yield invalid_value(field, key, "must be lowercase")
    if domain in ("kubernetes.io", "k8s.io") or domain.endswith((".kubernetes.io", ".k8s.io")):
        yield invalid_value(field, key, _RESERVED)
    yield from _once(field, key, keys)
    if not mapping.value_expression:
        yield required(path.child("valueExpression"))
    else:
        yield from _compiled(path.child("valueExpression"), mapping.value_expression, compile_claims)


def _user_rule_errors(path: Path, rules: Sequence[UserValidationRule]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for position, rule in enumerate(rules):
        field = path.index(position).child("expression")
        if not rule.expression:
            yield required(field)
            continue
        yield from _once(field, rule.expression, seen)
        yield from _compiled(field, rule.expression, compile_user_rule)


def _compiled(path: Path, text: str, compile_: Callable[[str], Program]) -> Iterator[FieldError]:
    try:
        compile_(text)
    except CompileError as error:
        yield invalid_value(path, text, str(error))


def _uses_claim(text: str, claim: str) -> bool:
    """Whether an expression reads ``claims.<claim>``; one that does not compile is told of elsewhere."""
    if claim not in text:
        return False
    try:
        root = parse_expression(text).root
    except CompileError:
        return False
    return any(_reads(node, claim) for node in _nodes(root))


def _reads(node: object, claim: str) -> bool:
    if isinstance(node, syntax.Select):
        return node.field == claim and _is_claims(node.operand)
    if isinstance(node, syntax.Call) and node.function == "_?._" and len(node.arguments) == 2:
        operand, field = node.arguments
        return _is_claims(operand) and isinstance(field, syntax.Literal) and field.value == claim
    return False


def _is_claims(node: object) -> bool:
    return isinstance(node, syntax.Ident) and node.name == "claims"


def _nodes(node: syntax.Node | syntax.Entry) -> Iterator[syntax.Node | syntax.Entry]:
    """The node and all below it."""
    yield node
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        for inner in value if isinstance(value, list) else (value,):
            if isinstance(inner, syntax.Node | syntax.Entry):
                yield from _nodes(inner)
