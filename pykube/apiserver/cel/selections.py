"""Taking parts out of values: fields, items, and what may be missing.

Source: cel-go, interpreter/attributes.go.
"""

from __future__ import annotations

from typing import Any

from .errors import EvaluationError
from .frame import Frame, Run
from .library.operators import MISSING, at, index
from .values import NONE, Optional, some


def field(operand: Run, name: str) -> Run:
    """``operand.name``"""

    def run(frame: Frame) -> Any:
        value = operand(frame)
        if type(value) is dict:
            try:
                return value[name]
            except KeyError:
                raise EvaluationError(f"no such key: {name}") from None
        if isinstance(value, Optional):
            return _of_optional(frame, value, name)
        return index(value, name)

    return run


def declared_field(operand: Run, name: str) -> Run:
    """From an object whose fields are declared: null is as good as nothing."""

    def run(frame: Frame) -> Any:
        value = operand(frame)
        if isinstance(value, dict):
            found = value.get(name)
            if found is None:
                raise EvaluationError(f"no such key: {name}")
            return found
        if isinstance(value, Optional):
            return _of_optional(frame, value, name, declared=True)
        return index(value, name)

    return run


def _of_optional(frame: Frame, value: Optional, key: Any, *, declared: bool = False) -> Optional:
    found = at(value.value, key) if value.present else MISSING
    if found is MISSING or (declared and found is None):
        frame.cost -= 1
        return NONE
    return some(found)


def presence(operand: Run, name: str, *, declared: bool) -> Run:
    """``has(operand.name)``; null fields of declared objects are as good as none."""

    def run(frame: Frame) -> bool:
        value = operand(frame)
        if isinstance(value, Optional):
            value = value.value if value.present else {}
        found = value.get(name, MISSING) if type(value) is dict else at(value, name)
        return found is not MISSING and not (declared and found is None)

    return run


def optional_field(operand: Run, name: str, *, declared: bool) -> Run:
    """``operand.?name``"""

    def run(frame: Frame) -> Optional:
        value = operand(frame)
        return _of_optional(frame, value if isinstance(value, Optional) else some(value), name, declared=declared)

    return run


def item(operand: Run, key: Run) -> Run:
    """``operand[key]``"""

    def run(frame: Frame) -> Any:
        value, place = operand(frame), key(frame)
        if isinstance(value, Optional):
            return _of_optional(frame, value, place)
        return index(value, place)

    return run


def optional_item(operand: Run, key: Run) -> Run:
    """``operand[?key]``"""

    def run(frame: Frame) -> Any:
        value, place = operand(frame), key(frame)
        return _of_optional(frame, value if isinstance(value, Optional) else some(value), place)

    return run


def alternative(one: Run, two: Run, price: int, *, value: bool) -> Run:
    """``one.or(two)``, or with `value` ``one.orValue(two)``; `price` is what the second costs."""

    def run(frame: Frame) -> Any:
        found = one(frame)
        if not isinstance(found, Optional):
            raise EvaluationError("no such overload")
        if found.present:
            return found.value if value else found
        frame.cost += price
        return two(frame)

    return run
