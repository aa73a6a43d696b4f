"""Whether plain data is as a schema says, in the words of upstream's validator.

A schema is compiled into closures once; each knows only the checks that it has to make. On an update, what has not
changed is not looked at again, so that objects which were valid under an older schema can still be changed elsewhere
(ratcheting).

Source: k8s.io/kube-openapi, pkg/validation/validate, and apiextensions-apiserver, pkg/apiserver/validation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.api.field_errors import ErrorType, FieldError

from . import list_types, logic, scalars

NEW: Final = object()
"""In place of the old value when there is none."""

Validate = Callable[[Any, Any, str, list[FieldError]], None]
"""(value, old value or NEW, path, where errors are added)."""

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def type_name(value: Any) -> str:
    """What JSON calls the type of a value."""
    if value is None:
        return "null"
    kind = type(value)
    if kind is int:
        return "integer"
    if kind is float:
        return "number"
    return next(name for name, kinds in _TYPES.items() if kind in kinds)


def validator(schema: JSONSchemaProps) -> Validate:
    """What checks values of `schema`."""
    allowed = ("integer", "string") if schema.x_kubernetes_int_or_string else (schema.type,) if schema.type else ()
    kinds = {kind for name in allowed for kind in _TYPES.get(name, ())}
    integral = "integer" in allowed and float not in kinds
    by_kind: dict[type, Sequence[Validate]] = {
        dict: _object_checks(schema),
        list: _list_checks(schema),
        str: scalars.string_checks(schema),
        int: (numbers := scalars.number_checks(schema)),
        float: numbers,
    }
    common = (*scalars.enum_checks(schema), *logic.checks(schema, validator))
    nullable = schema.nullable
    wanted = ",".join(allowed)

    def validate(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        kind = type(value)
        if value is None:
            if allowed and not nullable:
                errors.append(_wrong_type(path, wanted, value))
        elif kinds and kind not in kinds and not (integral and kind is float and value.is_integer()):
            errors.append(_wrong_type(path, wanted, value))
        for check in by_kind.get(kind, ()):
            check(value, old, path, errors)
        for check in common:
            check(value, old, path, errors)

    return validate


def _wrong_type(path: str, wanted: str, value: Any) -> FieldError:
    found = type_name(value)
    detail = f"{path} in body must be of type {wanted}: {json.dumps(found)}"
    return FieldError(path, ErrorType.TYPE_INVALID, found, detail)


def _object_checks(schema: JSONSchemaProps) -> list[Validate]:
    checks: list[Validate] = []
    extra = schema.additional_properties
    others = validator(extra) if isinstance(extra, JSONSchemaProps) else None
    properties = {name: validator(one) for name, one in schema.properties.items()}
    if properties or others is not None:
        checks.append(_members(properties, others))
    if schema.required:
        checks.append(_required(tuple(schema.required)))
    if schema.min_properties is not None:
        checks.append(_min_properties(schema.min_properties))
    if schema.max_properties is not None:
        checks.append(_too_many(schema.max_properties))
    if schema.x_kubernetes_embedded_resource:
        checks.append(_embedded)
    return checks


def _members(properties: dict[str, Validate], others: Validate | None) -> Validate:
    def check(value: dict[str, Any], old: Any, path: str, errors: list[FieldError]) -> None:
        known = old if type(old) is dict else {}
        for name, child in value.items():
            below = properties.get(name, others)
            if below is None:
                continue
            before = known.get(name, NEW)
            if before is not NEW and before == child:
                continue
            below(child, before, f"{path}.{name}" if path else name, errors)

    return check


def _required(names: tuple[str, ...]) -> Validate:
    def check(value: dict[str, Any], old: Any, path: str, errors: list[FieldError]) -> None:
        for name in names:
            if name not in value:
                errors.append(FieldError(f"{path}.{name}" if path else name, ErrorType.REQUIRED))

    return check


def _min_properties(least: int) -> Validate:
    def check(value: dict[str, Any], old: Any, path: str, errors: list[FieldError]) -> None:
        if len(value) < least:
            detail = f"{path} in body should have at least {least} properties"
            errors.append(FieldError(path, ErrorType.INVALID, len(value), detail))

    return check


def _too_many(most: int) -> Validate:
    """For items of lists as well as members of objects."""

    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        if len(value) > most:
            unit = "item" if most == 1 else "items"
            errors.append(FieldError(path, ErrorType.TOO_MANY, len(value), f"must have at most {most} {unit}"))

    return check


_KIND = re.compile(r"^[a-z]([-a-z0-9]*[a-z0-9])?$")


def _embedded(value: dict[str, Any], old: Any, path: str, errors: list[FieldError]) -> None:
    """A whole object inside of another has to say what it is."""
    for name in ("apiVersion", "kind"):
        place = f"{path}.{name}" if path else name
        if name not in value:
            errors.append(FieldError(place, ErrorType.REQUIRED))
        elif not isinstance(found := value[name], str):
            errors.append(FieldError(place, ErrorType.INVALID, found, "must be a string"))
        elif not found:
            errors.append(FieldError(place, ErrorType.INVALID, found, "must not be empty"))
        elif name == "kind" and not _KIND.match(found.lower()):
            detail = "may have mixed case, but should otherwise match: a lowercase RFC 1035 label"
            errors.append(FieldError(place, ErrorType.INVALID, found, detail))


def _list_checks(schema: JSONSchemaProps) -> list[Validate]:
    checks: list[Validate] = []
    keys = tuple(schema.x_kubernetes_list_map_keys)
    if isinstance(schema.items, JSONSchemaProps):
        checks.append(_items(validator(schema.items), keys))
    if schema.min_items is not None:
        checks.append(_min_items(schema.min_items))
    if schema.max_items is not None:
        checks.append(_too_many(schema.max_items))
    if schema.x_kubernetes_list_type == "set":
        checks.append(list_types.unique)
    elif schema.x_kubernetes_list_type == "map":
        checks.append(list_types.unique_keys(keys))
    return checks


def _items(below: Validate, keys: tuple[str, ...]) -> Validate:
    """The items of a list; those of a map are compared with the old ones of the same keys."""

    def check(value: list[Any], old: Any, path: str, errors: list[FieldError]) -> None:
        known = list_types.by_keys(old, keys) if keys and type(old) is list else {}
        for index, item in enumerate(value):
            before = known.get(list_types.key_of(item, keys), NEW) if known else NEW
            if before is NEW or before != item:
                below(item, before, f"{path}[{index}]", errors)

    return check


def _min_items(least: int) -> Validate:
    def check(value: list[Any], old: Any, path: str, errors: list[FieldError]) -> None:
        if len(value) < least:
            detail = f"{path} in body should have at least {least} items"
            errors.append(FieldError(path, ErrorType.INVALID, len(value), detail))

    return check
