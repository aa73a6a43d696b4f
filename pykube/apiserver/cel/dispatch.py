"""Which of a function's overloads a call runs, where types are known only at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .declarations import Overload
from .errors import EvaluationError
from .library.operators import SELF_CHECKING
from .types import DYN, Kind, Type, list_of
from .values import Duration, Optional, Timestamp, TypeName, UInt, no_such_overload

_EXACT: Final[dict[Kind, type]] = {
    Kind.NULL: type(None),
    Kind.BOOL: bool,
    Kind.INT: int,
    Kind.UINT: UInt,
    Kind.DOUBLE: float,
    Kind.STRING: str,
    Kind.BYTES: bytes,
    Kind.TIMESTAMP: Timestamp,
    Kind.DURATION: Duration,
    Kind.TYPE: TypeName,
}
_UNKNOWN: Final = frozenset({Kind.DYN, Kind.PARAMETER, Kind.ERROR})
_NAMELESS: Final = frozenset({"contains", "startsWith", "endsWith"})
"""Functions whose errors do not say for which types there is nothing."""
_LOOSE: Final[dict[str, tuple[Type, ...]]] = {"list_flatten": (list_of(DYN),)}
"""What overloads accept when they run, where that is more than what they declare."""


def dispatcher(function: str, overloads: tuple[Overload, ...], arguments: list[Type]) -> Callable[..., Any]:
    """What to call with the values of the arguments, whose types are `arguments` as far as they are known."""
    only = overloads[0].implementation
    if function in SELF_CHECKING or (len(overloads) == 1 and all(map(_known, overloads[0].parameters, arguments))):
        return only

    choices = [(_LOOSE.get(one.id, one.parameters), one.implementation) for one in overloads]

    def call(*values: Any) -> Any:
        for parameters, implementation in choices:
            if all(map(accepts, parameters, values)):
                return implementation(*values)
        raise EvaluationError("no such overload") if function in _NAMELESS else no_such_overload(function, *values)

    return call


def _known(wanted: Type, found: Type) -> bool:
    """Whether values of the type `found` need not be looked at again."""
    if wanted.kind in _UNKNOWN:
        return True
    if found.kind in _UNKNOWN or found.kind is Kind.NULL:
        return False
    return all(map(_known, wanted.parameters, found.parameters))


def accepts(wanted: Type, value: Any) -> bool:
    """Whether a value is of a type; of lists and maps the first item tells."""
    kind = wanted.kind
    if kind in _UNKNOWN:
        return True
    exact = _EXACT.get(kind)
    if exact is not None:
        return type(value) is exact
    if kind is Kind.LIST:
        return isinstance(value, list) and (not value or accepts(wanted.parameters[0], value[0]))
    if kind is Kind.MAP:
        if not isinstance(value, dict):
            return False
        key, item = next(iter(value.items()), (None, None))
        return not value or (accepts(wanted.parameters[0], key) and accepts(wanted.parameters[1], item))
    if wanted.name == "optional_type":
        return isinstance(value, Optional)
    return bool(getattr(value, "type_name", "") == wanted.name)
