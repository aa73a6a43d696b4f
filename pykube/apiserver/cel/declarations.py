"""How functions are declared: overloads with an id, types of arguments and result, and what computes them.

Types are written as in cel-go's messages: ``list(int)``, ``map(string, A)``, where a single capital letter stands for
any type.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import types
from .types import Type

Implementation = Callable[..., Any]

_NAMED: Final[dict[str, Type]] = {
    "dyn": types.DYN,
    "bool": types.BOOL,
    "int": types.INT,
    "uint": types.UINT,
    "double": types.DOUBLE,
    "string": types.STRING,
    "bytes": types.BYTES,
    "null": types.NULL,
    "timestamp": types.TIMESTAMP,
    "duration": types.DURATION,
    "net.IP": types.opaque("net.IP"),
    "net.CIDR": types.opaque("net.CIDR"),
    "Quantity": types.object_of("kubernetes.Quantity", {}),
    "Semver": types.object_of("kubernetes.Semver", {}),
    "URL": types.object_of("kubernetes.URL", {}),
    "NamedFormat": types.object_of("kubernetes.NamedFormat", {}),
    "Authorizer": types.AUTHORIZER,
    "PathCheck": types.object_of("kubernetes.authorization.PathCheck", {}),
    "GroupCheck": types.object_of("kubernetes.authorization.GroupCheck", {}),
    "ResourceCheck": types.RESOURCE_CHECK,
    "Decision": types.object_of("kubernetes.authorization.Decision", {}),
}
_TOKEN: Final = re.compile(r"[\w.]+|[(),]")


@dataclass(frozen=True, slots=True)
class Overload:
    """One form of a function; of a method the first parameter is the value before the dot."""

    id: str
    function: str
    parameters: tuple[Type, ...]
    result: Type
    method: bool
    implementation: Implementation
    placeholders: tuple[str, ...]
    """The names of type parameters in it."""


def function(identity: str, name: str, signature: str, implementation: Implementation) -> Overload:
    """``name(arguments)``; `signature` is like ``string, int -> bool``."""
    return _overload(identity, name, signature, implementation, method=False)


def method(identity: str, name: str, signature: str, implementation: Implementation) -> Overload:
    """``first.name(others)``; `signature` has the type of the first one, too."""
    return _overload(identity, name, signature, implementation, method=True)


def _overload(identity: str, name: str, signature: str, implementation: Implementation, *, method: bool) -> Overload:
    arguments, _, result = signature.partition("->")
    parameters = _parse(arguments)
    returned = _parse(result)[0]
    letters = tuple(dict.fromkeys(re.findall(r"\b[A-Z]\b", signature)))
    return Overload(identity, name, parameters, returned, method, implementation, letters)


@functools.cache
def _parse(text: str) -> tuple[Type, ...]:
    tokens = _TOKEN.findall(text)
    found: list[Type] = []
    while tokens:
        found.append(_type(tokens))
        if tokens:
            tokens.pop(0)
    return tuple(found)


def _type(tokens: list[str]) -> Type:
    name = tokens.pop(0)
    inner: list[Type] = []
    if tokens and tokens[0] == "(":
        while tokens.pop(0) in "(,":
            inner.append(_type(tokens))
    match name, inner:
        case "list", [item]:
            return types.list_of(item)
        case "map", [key, value]:
            return types.map_of(key, value)
        case "optional", [value]:
            return types.optional_of(value)
        case "type", [value]:
            return types.type_of(value)
    return _NAMED.get(name) or types.parameter(name)


def by_name(overloads: Iterable[Overload]) -> Mapping[str, tuple[Overload, ...]]:
    """All forms of each function, in the order in which they are tried."""
    found: dict[str, list[Overload]] = {}
    for one in overloads:
        found.setdefault(one.function, []).append(one)
    return {name: tuple(forms) for name, forms in found.items()}
