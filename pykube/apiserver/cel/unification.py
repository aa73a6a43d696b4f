"""Whether a value of one type may stand where another is wanted, and what placeholders become on the way.

Source: cel-go, checker/types.go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from . import types
from .types import Kind, Type

Mapping = dict[str, Type]
"""What placeholders stand for, by their names."""

_NULLABLE: Final = frozenset({Kind.OPAQUE, Kind.OBJECT, Kind.TIMESTAMP, Kind.DURATION})
_FLEXIBLE: Final = frozenset({Kind.DYN, Kind.ERROR, Kind.PARAMETER, Kind.NULL})
_PARAMETRIC: Final = frozenset({Kind.OPAQUE, Kind.LIST, Kind.MAP})


def assignable(mapping: Mapping, one: Type, two: Type) -> Mapping | None:
    """The mapping with which `one` may stand where `two` is wanted, None if it may not."""
    return assignable_all(mapping, (one,), (two,))


def assignable_all(mapping: Mapping, ones: tuple[Type, ...], twos: tuple[Type, ...]) -> Mapping | None:
    """The same for types side by side."""
    if len(ones) != len(twos) or not all(map(_conceivable, ones, twos)):
        return None
    extended = dict(mapping)
    if all(_assignable(extended, one, two) for one, two in zip(ones, twos, strict=True)):
        return extended
    return None


def _conceivable(one: Type, two: Type) -> bool:
    """Whether a closer look is worth it."""
    return one.kind is two.kind or one.kind in _FLEXIBLE or two.kind in _FLEXIBLE


def _assignable(mapping: Mapping, one: Type, two: Type) -> bool:
    if two.kind is Kind.PARAMETER:
        valid, bound = _substitutes(mapping, one, two)
        if valid or bound:
            return valid
    if one.kind is Kind.PARAMETER:
        return _substitutes(mapping, two, one)[0]
    if one.kind in (Kind.DYN, Kind.ERROR) or two.kind in (Kind.DYN, Kind.ERROR):
        return True
    if one.kind is Kind.NULL:
        return two.kind is Kind.NULL or two.kind in _NULLABLE
    if two.kind is Kind.NULL:
        return one.kind in _NULLABLE
    if one.kind is not two.kind:
        return False
    if one.kind is Kind.TYPE:
        return True
    if one.name != two.name:
        return False
    if one.kind in _PARAMETRIC:
        if len(one.parameters) != len(two.parameters):
            return False
        return all(_assignable(mapping, a, b) for a, b in zip(one.parameters, two.parameters, strict=True))
    return True


def _substitutes(mapping: Mapping, one: Type, placeholder: Type) -> tuple[bool, bool]:
    """Whether `one` may be what the placeholder stands for, and whether that stands for something already."""
    if one == placeholder:
        return True, True
    bound = mapping.get(placeholder.name)
    if bound is not None:
        if one == bound:
            return True, True
        if not _assignable(mapping, one, bound):
            return False, True
        general = most_general(one, bound)
        if _absent(mapping, placeholder, general):
            mapping[placeholder.name] = general
        return True, True
    if _absent(mapping, placeholder, one):
        mapping[placeholder.name] = one
        return True, False
    return False, False


def _absent(mapping: Mapping, placeholder: Type, within: Type) -> bool:
    """Whether a type does not refer to the placeholder."""
    if placeholder == within:
        return False
    if within.kind is Kind.PARAMETER:
        bound = mapping.get(within.name)
        return bound is None or _absent(mapping, placeholder, bound)
    return all(_absent(mapping, placeholder, one) for one in within.parameters)


def most_general(one: Type, two: Type) -> Type:
    """Of two types that agree the one that says less."""
    return one if _less_specific(one, two) else two


def _less_specific(one: Type, two: Type) -> bool:
    if one.kind in (Kind.DYN, Kind.PARAMETER):
        return True
    if two.kind in (Kind.DYN, Kind.PARAMETER) or one.kind is not two.kind:
        return False
    if one.kind in _PARAMETRIC:
        if one.name != two.name or len(one.parameters) != len(two.parameters):
            return False
        return all(_less_specific(a, b) for a, b in zip(one.parameters, two.parameters, strict=True))
    return one.kind is Kind.TYPE or one == two


def substitute(mapping: Mapping, kind: Type, *, rest_to_dyn: bool = False) -> Type:
    """The type with all placeholders replaced; those that stand for nothing by dyn, if wanted."""
    if kind.kind is Kind.PARAMETER:
        bound = mapping.get(kind.name)
        if bound is not None:
            return substitute(mapping, bound, rest_to_dyn=rest_to_dyn)
        return types.DYN if rest_to_dyn else kind
    if not kind.parameters or not (mapping or rest_to_dyn):
        return kind
    parameters = tuple(substitute(mapping, one, rest_to_dyn=rest_to_dyn) for one in kind.parameters)
    return kind if parameters == kind.parameters else replace(kind, parameters=parameters)
