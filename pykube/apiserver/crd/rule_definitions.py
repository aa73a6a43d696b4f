"""Whether the rules of a definition can be kept: they have to compile, and must not cost too much.

What a rule costs is what one evaluation costs at most, times how often its value can be in one object.

Source: apiextensions-apiserver, pkg/apis/apiextensions/validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pykube.api.apiextensions_v1 import JSONSchemaProps, ValidationRule
from pykube.api.field_errors import (
    Errors,
    ErrorType,
    FieldError,
    Path,
    forbidden,
    invalid_value,
    not_supported,
    required,
)

from ..cel.ranges import MOST
from ..cel.schemas import REQUEST_BYTES, of_schema
from ..cel.types import Type
from .rule_paths import normalized
from .rules import Rule, compile_level, has_rules, property_type

EXPRESSION_LIMIT: Final = 10_000_000
"""Most that one rule may cost by estimate."""
TOTAL_LIMIT: Final = 100_000_000
"""Most that all rules of a version may cost by estimate."""
_RULES: Final = "x-kubernetes-validations"
_REASONS: Final = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")
_ADVICE: Final = (
    "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are "
    "declared)"
)


@dataclass(slots=True)
class _Total:
    """What all rules of a version cost together, and which of them cost most."""

    cost: int = 0
    expensive: list[tuple[int, Path]] = field(default_factory=list)

    def add(self, path: Path, cost: int) -> None:
        """Count one."""
        self.cost = min(self.cost + cost, MOST)
        if cost >= TOTAL_LIMIT // 100:
            self.expensive.append((cost, path))
            self.expensive.sort(key=lambda one: -one[0])
            del self.expensive[4:]


@dataclass(frozen=True, slots=True)
class _Level:
    """One place in a schema. `type` is None where rules cannot see values."""

    schema: JSONSchemaProps
    path: Path
    type: Type | None
    count: int | None
    """How many such values one object can have, None if that is not limited."""
    uncorrelated: Path | None
    """The list or map whose old and new items cannot be told apart, if there is one around."""


def check(schema: JSONSchemaProps, path: Path) -> Errors:
    """What is wrong with the rules in the schema of a version."""
    if not has_rules(schema):
        return
    root = _Level(schema, path, of_schema(schema, root=True), 1, None)
    total = _Total()
    yield from _check(root, total)
    if total.cost > TOTAL_LIMIT:
        for _, place in total.expensive:
            yield forbidden(
                place, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"
            )
        what = f"{_RULES} estimated rule cost total for entire OpenAPIv3 schema"
        yield forbidden(path, _too_expensive(what, total.cost, TOTAL_LIMIT))


def _check(level: _Level, total: _Total) -> Errors:
    for below in _below(level):
        if has_rules(below.schema):
            yield from _check(below, total)
    wrong = list(_forms(level.schema, level.path))
    yield from wrong
    if level.schema.x_kubernetes_validations and not wrong and not _malformed(level.schema):
        yield from _compiled(level, total)


def _below(level: _Level) -> Iterator[_Level]:
    schema, path, kind = level.schema, level.path, level.type
    factor = _most(schema)
    count = None if level.count is None or factor is None else min(level.count * factor, MOST)
    for name, one in schema.properties.items():
        found = property_type(one, kind, name) if kind is not None else None
        yield _Level(one, path.child("properties").key(name), found, count, level.uncorrelated)
    element = kind.parameters[-1] if kind is not None and kind.parameters else None
    if isinstance(schema.additional_properties, JSONSchemaProps):
        place = path.child("additionalProperties")
        yield _Level(schema.additional_properties, place, element, count, level.uncorrelated)
    if isinstance(schema.items, JSONSchemaProps):
        uncorrelated = level.uncorrelated
        if schema.x_kubernetes_list_type != "map":
            # The outermost of several is blamed.
            uncorrelated = uncorrelated or path
        yield _Level(schema.items, path.child("items"), element, count, uncorrelated)


def _most(schema: JSONSchemaProps) -> int | None:
    """How many values below a level there can be for each at it."""
    if schema.type == "array":
        return max(schema.max_items, 0) if schema.max_items is not None else None
    if schema.type == "object" and schema.additional_properties is not None:
        return max(schema.max_properties, 0) if schema.max_properties is not None else None
    return 1


def _malformed(schema: JSONSchemaProps) -> bool:
    """Whether anything below is wrong in form, so that types would only confuse."""
    below = (*schema.properties.values(), schema.items, schema.additional_properties)
    return any(
        isinstance(one, JSONSchemaProps) and (any(_forms(one, Path(""))) or _malformed(one))
        for one in below
        if isinstance(one, JSONSchemaProps) and has_rules(one)
    )


def _forms(schema: JSONSchemaProps, path: Path) -> Errors:
    for index, rule in enumerate(schema.x_kubernetes_validations):
        yield from _form(rule, schema, path.child(_RULES).index(index))


def _form(rule: ValidationRule, schema: JSONSchemaProps, place: Path) -> Errors:
    message = rule.message.strip()
    if not rule.rule.strip():
        yield required(place.child("rule"), "rule is not specified")
    elif rule.message and not message:
        yield invalid_value(place.child("message"), rule.message, "must be non-empty if specified")
    elif _broken(message):
        yield invalid_value(place.child("message"), rule.message, "must not contain line breaks")
    elif _broken(rule.rule.strip()) and not message:
        yield required(place.child("message"), "message must be specified if rule contains line breaks")
    if rule.message_expression and not rule.message_expression.strip():
        yield required(place.child("messageExpression"), "messageExpression must be non-empty if specified")
    if rule.reason is not None and rule.reason not in _REASONS:
        yield not_supported(place.child("reason"), rule.reason, _REASONS)
    if rule.field_path:
        yield from _field_path(rule.field_path, schema, place.child("fieldPath"))


def _broken(text: str) -> bool:
    return "\n" in text or "\r" in text


def _field_path(path: str, schema: JSONSchemaProps, place: Path) -> Errors:
    if not path.strip():
        yield invalid_value(place, path, "must be non-empty if specified")
    if _broken(path):
        yield invalid_value(place, path, "must not contain line breaks")
    try:
        normalized(path, schema)
    except ValueError:
        yield invalid_value(place, path, "must be a valid path")


def _compiled(level: _Level, total: _Total) -> Errors:
    place = level.path.child(_RULES)
    if level.type is None:
        text = f"internal error: failed to retrieve type information for {_RULES}"
        yield FieldError(str(place), ErrorType.INTERNAL, "", text)
        return
    count = level.count if level.count is not None else REQUEST_BYTES // (level.type.min_bytes + 1)
    rules = compile_level(level.schema.x_kubernetes_validations, level.schema, level.type)
    for index, rule in enumerate(rules):
        yield from _rule(rule, place.index(index), count, level.uncorrelated, total)


def _rule(rule: Rule, place: Path, count: int, uncorrelated: Path | None, total: _Total) -> Errors:
    path = place.child("rule")
    cost = min(rule.program.estimated_cost().most * count, MOST) if rule.program is not None else 0
    if cost > EXPRESSION_LIMIT:
        yield forbidden(path, _too_expensive("estimated rule cost", cost, EXPRESSION_LIMIT))
    total.add(path, cost)
    if rule.error:
        yield invalid_value(path, _shown(rule.source), rule.error)
    yield from _message(rule, place.child("messageExpression"), total)
    if rule.uses_old:
        if uncorrelated is not None:
            text = f"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelated}"
            yield invalid_value(path, rule.source.rule, text)
    elif rule.source.optional_old_self is not None:
        text = "may not be set if oldSelf is not used in rule"
        yield invalid_value(place.child("optionalOldSelf"), rule.source.optional_old_self, text)


def _message(rule: Rule, path: Path, total: _Total) -> Errors:
    if rule.message_error:
        yield invalid_value(path, _shown(rule.source), rule.message_error)
    elif rule.message is not None:
        cost = rule.message.estimated_cost().most
        if cost > EXPRESSION_LIMIT:
            yield forbidden(path, _too_expensive("estimated messageExpression cost", cost, EXPRESSION_LIMIT))
        total.add(path, cost)


def _shown(rule: ValidationRule) -> dict[str, Any]:
    """A rule as upstream prints it among bad values."""
    return {
        "Rule": rule.rule,
        "Message": rule.message,
        "MessageExpression": rule.message_expression,
        "Reason": rule.reason,
        "FieldPath": rule.field_path,
        "OptionalOldSelf": rule.optional_old_self,
    }


def _too_expensive(what: str, cost: int, limit: int) -> str:
    factor = cost / limit
    shown = "more than 100x" if factor > 100 else f"{factor:.6f}x" if factor < 1.5 else f"{factor:.1f}x"
    return f"{what} exceeds budget by factor of {shown} {_ADVICE}"
