"""``x-kubernetes-validations``: the rules in a schema, compiled once and checked against every object that is written.

Source: apiextensions-apiserver, pkg/apiserver/schema/cel.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pykube.api.apiextensions_v1 import JSONSchemaProps, ValidationRule

from ..cel.environment import Environment
from ..cel.errors import CompileError
from ..cel.escaping import escape
from ..cel.program import Program
from ..cel.schemas import of_schema
from ..cel.types import BOOL, STRING, Type, optional_of
from ..cel.views import view_of
from .rule_paths import normalized

_log = logging.getLogger(__name__)

_OLD: Final = "oldSelf"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, compiled as far as it could be."""

    source: ValidationRule
    program: Program | None
    error: str
    """Why it could not be compiled; empty if it could."""
    message: Program | None = None
    """What makes the text for a broken rule."""
    message_error: str = ""
    path: str = ""
    """The field that is blamed, seen from where the rule stands."""

    @property
    def uses_old(self) -> bool:
        """Whether it compares with the object before the change."""
        return self.program is not None and self.program.uses(_OLD)

    @property
    def optional_old(self) -> bool:
        """Whether it is checked even if there is nothing to compare with."""
        return bool(self.source.optional_old_self)

    @property
    def text(self) -> str:
        """What stands for the rule in errors."""
        return (self.source.message or self.source.rule).strip()


@dataclass(frozen=True, slots=True)
class RuleTree:
    """The rules at one level of a schema and below it."""

    schema: JSONSchemaProps
    type: Type
    rules: tuple[Rule, ...]
    properties: Mapping[str, RuleTree]
    additional: RuleTree | None
    items: RuleTree | None
    all_of: tuple[RuleTree, ...]

    @property
    def empty(self) -> bool:
        """Whether there are no rules at all."""
        return not (self.rules or self.properties or self.additional or self.items or self.all_of)


def compile_rules(schema: JSONSchemaProps, *, root: bool = True) -> RuleTree | None:
    """All rules in a schema, by default that of whole objects; None if there are none."""
    if not has_rules(schema):
        return None
    kind = of_schema(schema, root=root)
    return _tree(schema, schema, kind) if kind is not None else None


def has_rules(schema: JSONSchemaProps) -> bool:
    """Whether there is any rule in the schema."""
    return bool(schema.x_kubernetes_validations) or any(has_rules(below) for below in _below(schema))


def _below(schema: JSONSchemaProps) -> Iterator[JSONSchemaProps]:
    yield from schema.properties.values()
    yield from schema.all_of
    for one in (schema.items, schema.additional_properties):
        if isinstance(one, JSONSchemaProps):
            yield one


def _tree(rules: JSONSchemaProps, schema: JSONSchemaProps, kind: Type) -> RuleTree | None:
    """The rules of one schema for values of another one: they differ below ``allOf``."""
    properties: dict[str, RuleTree] = {}
    for name, one in rules.properties.items():
        found = _property(one, schema.properties.get(name), kind, name)
        if found is not None:
            properties[name] = found
    seen = replace(kind, view=view_of(schema)) if kind.view is None else kind
    tree = RuleTree(
        schema,
        seen,
        compile_level(rules.x_kubernetes_validations, schema, seen),
        properties,
        _element(rules.additional_properties, schema.additional_properties, kind),
        _element(rules.items, schema.items, kind),
        tuple(found for one in rules.all_of if (found := _tree(one, schema, kind)) is not None),
    )
    return None if tree.empty else tree


def _property(rules: JSONSchemaProps, schema: JSONSchemaProps | None, kind: Type, name: str) -> RuleTree | None:
    if schema is None or not has_rules(rules):
        return None
    below = property_type(schema, kind, name)
    return _tree(rules, schema, below) if below is not None else None


def property_type(schema: JSONSchemaProps, kind: Type, name: str) -> Type | None:
    """The type of a property of objects of type `kind`; None if rules cannot see such values."""
    escaped = escape(name)
    if escaped is not None:
        return kind.find(escaped)
    return of_schema(schema, root=schema.x_kubernetes_embedded_resource)


def _element(rules: object, schema: object, kind: Type) -> RuleTree | None:
    if not isinstance(rules, JSONSchemaProps) or not isinstance(schema, JSONSchemaProps) or not kind.parameters:
        return None
    return _tree(rules, schema, kind.parameters[-1]) if has_rules(rules) else None


def compile_level(rules: list[ValidationRule], schema: JSONSchemaProps, kind: Type) -> tuple[Rule, ...]:
    """The rules that stand at one level; they are evaluated for values as the view of their type `kind` makes them."""
    if not rules:
        return ()
    seen = replace(kind, view=None)
    plain = Environment({"self": seen, _OLD: seen})
    optional = Environment({"self": seen, _OLD: optional_of(seen)})
    return tuple(_rule(rule, schema, optional if rule.optional_old_self else plain) for rule in rules)


def _rule(rule: ValidationRule, schema: JSONSchemaProps, environment: Environment) -> Rule:
    if not rule.rule.strip():
        return Rule(rule, None, "")
    try:
        program = environment.compile(rule.rule)
    except CompileError as error:
        return Rule(rule, None, str(error))
    if program.return_type != BOOL:
        return Rule(rule, None, "cel expression must evaluate to a bool")
    message: Program | None = None
    message_error = ""
    if rule.message_expression:
        try:
            message = environment.compile(rule.message_expression)
        except CompileError as error:
            message_error = f"messageExpression {error}"
        if message is not None and message.return_type != STRING:
            message, message_error = None, "messageExpression must evaluate to a string"
    return Rule(rule, program, "", message, message_error, _path(rule.field_path, schema))


def _path(path: str, schema: JSONSchemaProps) -> str:
    try:
        return normalized(path, schema) if path else ""
    except ValueError:
        _log.debug("the path %s of a rule leads nowhere", path)
        return ""
