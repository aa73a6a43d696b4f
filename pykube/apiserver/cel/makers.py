"""Making lists, maps and objects, with entries that may be left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import EvaluationError
from .frame import Frame, Run
from .library.operators import MISSING, find
from .values import Object, Optional, text_of


def _entry(key: object, value: Any) -> Any:
    """What an optional entry adds, or MISSING."""
    if not isinstance(value, Optional):
        raise EvaluationError(f"cannot initialize optional entry '{key}' from non-optional value {text_of(value)}")
    return value.value if value.present else MISSING


def list_maker(items: list[Run], optional: frozenset[int]) -> Run:
    """``[a, ?b]``"""

    def run(frame: Frame) -> list[Any]:
        result = []
        for place, item in enumerate(items):
            value = item(frame)
            if place in optional:
                if not isinstance(value, Optional):
                    text = f"cannot initialize optional list element from non-optional value {text_of(value)}"
                    raise EvaluationError(text)
                if not value.present:
                    continue
                value = value.value
            result.append(value)
        return result

    return run


def map_maker(keys: list[Run], values: list[Run], optional: list[bool]) -> Callable[[Frame], dict[Any, Any]]:
    """``{a: b, ?c: d}``"""

    def run(frame: Frame) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_run, value_run, is_optional in zip(keys, values, optional, strict=True):
            key, value = key_run(frame), value_run(frame)
            if not isinstance(key, str | int | float):
                raise EvaluationError(f"unsupported key type: {text_of(key)}")
            if is_optional:
                value = _entry(text_of(key), value)
                if value is MISSING:
                    continue
            if find(result, key) is not MISSING:
                raise EvaluationError(f"Failed with repeated key: {text_of(key)}")
            result[key] = value
        return result

    return run


def object_maker(name: str, parts: list[tuple[str, Run, bool]]) -> Run:
    """``Name{key: value, ?key: value}``; the flag tells optional ones."""

    def run(frame: Frame) -> Object:
        fields: dict[str, Any] = {}
        for key, value, optional in parts:
            found = value(frame)
            if optional:
                found = _entry(key, found)
                if found is MISSING:
                    continue
            fields[key] = found
        return Object(name, fields)

    return run
