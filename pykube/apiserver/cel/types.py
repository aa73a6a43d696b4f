"""The types that the checker knows: CEL's own, Kubernetes' opaque ones and objects with declared fields.

Types are compared as cel-go compares them: objects by their name. What only the estimate of costs needs (`size`,
`min_bytes`) and what reading a value needs (`view`) rides along and takes no part in comparing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final


class Kind(Enum):
    """The forms of types."""

    DYN = "dyn"
    ERROR = "!error!"
    NULL = "null"
    BOOL = "bool"
    INT = "int"
    UINT = "uint"
    DOUBLE = "double"
    STRING = "string"
    BYTES = "bytes"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    LIST = "list"
    MAP = "map"
    TYPE = "type"
    OBJECT = "object"
    OPAQUE = "opaque"
    PARAMETER = "parameter"


@dataclass(frozen=True, slots=True)
class Type:
    """One type. Use the constants and functions of this module rather than the constructor."""

    kind: Kind
    name: str
    parameters: tuple[Type, ...] = ()
    fields: Mapping[str, Type] | Callable[[str], Type | None] | None = field(default=None, compare=False, repr=False)
    """Of an object: its fields by their CEL names (keys may be computed lazily); None for every other kind."""
    size: int | None = field(default=None, compare=False, repr=False)
    """The most elements or characters that a value has, where that is known."""
    min_bytes: int = field(default=1, compare=False, repr=False)
    """The fewest bytes of a value written as JSON."""
    view: Callable[[Any], Any] | None = field(default=None, compare=False, repr=False)
    """Turns plain JSON into the value that expressions see, where the two differ."""

    def __str__(self) -> str:
        """As cel-go prints it in messages: ``list(int)``, ``map(string, dyn)``."""
        if self.kind is Kind.ERROR:
            return "!error!"
        if self.parameters:
            return f"{self.name}({', '.join(map(str, self.parameters))})"
        return self.name

    def find(self, name: str) -> Type | None:
        """The type of a field of an object, None if there is no such field."""
        fields = self.fields
        if fields is None:
            return None
        return fields.get(name) if isinstance(fields, Mapping) else fields(name)


DYN: Final = Type(Kind.DYN, "dyn")
ERROR: Final = Type(Kind.ERROR, "!error!")
NULL: Final = Type(Kind.NULL, "null", min_bytes=4)
BOOL: Final = Type(Kind.BOOL, "bool", min_bytes=4)
INT: Final = Type(Kind.INT, "int")
UINT: Final = Type(Kind.UINT, "uint")
DOUBLE: Final = Type(Kind.DOUBLE, "double")
STRING: Final = Type(Kind.STRING, "string", min_bytes=2)
BYTES: Final = Type(Kind.BYTES, "bytes", min_bytes=2)
TIMESTAMP: Final = Type(Kind.TIMESTAMP, "timestamp", min_bytes=12)
DURATION: Final = Type(Kind.DURATION, "duration", min_bytes=3)
TYPE: Final = Type(Kind.TYPE, "type")


def list_of(item: Type, size: int | None = None) -> Type:
    """``list(item)`` with at most `size` items."""
    return Type(Kind.LIST, "list", (item,), size=size, min_bytes=2)


def map_of(key: Type, value: Type, size: int | None = None) -> Type:
    """``map(key, value)`` with at most `size` entries."""
    return Type(Kind.MAP, "map", (key, value), size=size, min_bytes=2)


def object_of(name: str, fields: Mapping[str, Type] | Callable[[str], Type | None]) -> Type:
    """An object called `name` that has the fields; a callable answers for names one by one."""
    return Type(Kind.OBJECT, name, fields=fields, min_bytes=2)


def opaque(name: str, *parameters: Type) -> Type:
    """A type of which expressions only have functions."""
    return Type(Kind.OPAQUE, name, parameters)


def optional_of(inner: Type) -> Type:
    """``optional_type(inner)``"""
    return Type(Kind.OPAQUE, "optional_type", (inner,))


def type_of(inner: Type) -> Type:
    """The type of a type's name."""
    return Type(Kind.TYPE, "type", (inner,))


def parameter(name: str) -> Type:
    """A placeholder in the declaration of a function."""
    return Type(Kind.PARAMETER, name)


AUTHORIZER: Final = Type(Kind.OBJECT, "kubernetes.authorization.Authorizer", fields={})
RESOURCE_CHECK: Final = Type(Kind.OBJECT, "kubernetes.authorization.ResourceCheck", fields={})
"""The type of ``authorizer.requestResource``."""
