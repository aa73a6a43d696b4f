"""Checks of strings, numbers and enumerations in schemas of custom resources."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.api.field_errors import ErrorType, FieldError
from pykube.api.regexp import compiled

from .formats import FORMATS

Check = Callable[[Any, Any, str, list[FieldError]], None]
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def string_checks(schema: JSONSchemaProps) -> list[Check]:
    """Length, pattern and format."""
    checks: list[Check] = []
    if schema.min_length is not None:
        checks.append(_min_length(schema.min_length))
    if schema.max_length is not None:
        checks.append(_max_length(schema.max_length))
    if schema.pattern:
        checks.append(_pattern(schema.pattern))
    if schema.format in FORMATS and schema.type in ("", "string"):
        checks.append(_format(schema.format))
    return checks


def _min_length(least: int) -> Check:
    def check(value: str, old: Any, path: str, errors: list[FieldError]) -> None:
        if len(value) < least:
            detail = f"{path} in body should be at least {least} chars long"
            errors.append(FieldError(path, ErrorType.INVALID, value, detail))

    return check


def _max_length(most: int) -> Check:
    unit = "byte" if most == 1 else "bytes"

    def check(value: str, old: Any, path: str, errors: list[FieldError]) -> None:
        if len(value) > most:
            errors.append(FieldError(path, ErrorType.TOO_LONG, "", f"may not be more than {most} {unit}"))

    return check


def _pattern(text: str) -> Check:
    expression = compiled(text)

    def check(value: str, old: Any, path: str, errors: list[FieldError]) -> None:
        if not expression.test(value):
            errors.append(FieldError(path, ErrorType.INVALID, value, f"{path} in body should match '{text}'"))

    return check


def _format(name: str) -> Check:
    holds = FORMATS[name]

    def check(value: str, old: Any, path: str, errors: list[FieldError]) -> None:
        if not holds(value):
            detail = f"{path} in body must be of type {name}: {json.dumps(value, ensure_ascii=False)}"
            errors.append(FieldError(path, ErrorType.TYPE_INVALID, value, detail))

    return check


def number_checks(schema: JSONSchemaProps) -> list[Check]:
    """Range and divisor; integers have to fit into 64 bits, or 32 if their format says so."""
    checks: list[Check] = []
    if schema.type == "integer":
        checks.append(_fits(schema.format))
    if (factor := schema.multiple_of) is not None and factor > 0:
        checks.append(_multiple(factor))
    if schema.maximum is not None:
        checks.append(_maximum(schema.maximum, exclusive=schema.exclusive_maximum))
    if schema.minimum is not None:
        checks.append(_minimum(schema.minimum, exclusive=schema.exclusive_minimum))
    return checks


def _shown(limit: float) -> str:
    return str(int(limit)) if float(limit).is_integer() else str(limit)


def _fits(format_: str) -> Check:
    least, most = _RANGES.get(format_, _RANGES["int64"])
    how = f"with format {format_}" if format_ else "(default format)"

    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        if not least <= value <= most:
            detail = f"Checked value must be of type integer {how} in {path}"
            errors.append(FieldError("", ErrorType.INVALID, "", detail))

    return check


def _multiple(factor: float) -> Check:
    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        times = value / factor
        if not math.isfinite(times) or not math.isclose(times, round(times), rel_tol=0, abs_tol=1e-9):
            detail = f"{path} in body should be a multiple of {_shown(factor)}"
            errors.append(FieldError(path, ErrorType.INVALID, value, detail))

    return check


def _maximum(limit: float, *, exclusive: bool) -> Check:
    words = "less than" if exclusive else "less than or equal to"

    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        if value > limit or (exclusive and value == limit):
            detail = f"{path} in body should be {words} {_shown(limit)}"
            errors.append(FieldError(path, ErrorType.INVALID, value, detail))

    return check


def _minimum(limit: float, *, exclusive: bool) -> Check:
    words = "greater than" if exclusive else "greater than or equal to"

    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        if value < limit or (exclusive and value == limit):
            detail = f"{path} in body should be {words} {_shown(limit)}"
            errors.append(FieldError(path, ErrorType.INVALID, value, detail))

    return check


def enum_checks(schema: JSONSchemaProps) -> list[Check]:
    """The value is one of a few."""
    if not schema.enum:
        return []
    allowed = schema.enum
    listed = ", ".join(
        json.dumps(one if isinstance(one, str) else json.dumps(one), ensure_ascii=False) for one in allowed
    )

    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        for one in allowed:
            if one == value and isinstance(one, bool) == isinstance(value, bool):
                return
        errors.append(FieldError(path, ErrorType.NOT_SUPPORTED, value, f"supported values: {listed}"))

    return [check]
