"""What is wrong with one field, and how a list of such findings becomes a 422 answer.

Texts and reasons: k8s.io/apimachinery/pkg/util/validation/field. Paths are built lazily, since on a valid object, which
is nearly every object, none is ever printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from ..errors import Cause, Details, Invalid
from . import codec
from .names import Messages


class ErrorType(Enum):
    """The reason of a cause; the value is what stands in the ``Status``."""

    NOT_FOUND = "FieldValueNotFound"
    REQUIRED = "FieldValueRequired"
    DUPLICATE = "FieldValueDuplicate"
    INVALID = "FieldValueInvalid"
    NOT_SUPPORTED = "FieldValueNotSupported"
    FORBIDDEN = "FieldValueForbidden"
    TOO_LONG = "FieldValueTooLong"
    TOO_MANY = "FieldValueTooMany"
    TOO_FEW = "FieldValueTooFew"
    INTERNAL = "InternalError"
    TYPE_INVALID = "FieldValueTypeInvalid"
    TOO_SHORT = "FieldValueTooShort"


_TEXT = {
    ErrorType.NOT_FOUND: "Not found",
    ErrorType.REQUIRED: "Required value",
    ErrorType.DUPLICATE: "Duplicate value",
    ErrorType.INVALID: "Invalid value",
    ErrorType.NOT_SUPPORTED: "Unsupported value",
    ErrorType.FORBIDDEN: "Forbidden",
    ErrorType.TOO_LONG: "Too long",
    ErrorType.TOO_MANY: "Too many",
    ErrorType.TOO_FEW: "Too few",
    ErrorType.INTERNAL: "Internal error",
    ErrorType.TYPE_INVALID: "Invalid value",
    ErrorType.TOO_SHORT: "Too short",
}
_WITHOUT_VALUE = frozenset(
    {ErrorType.REQUIRED, ErrorType.FORBIDDEN, ErrorType.TOO_LONG, ErrorType.TOO_SHORT, ErrorType.INTERNAL}
)
OMITTED = object()
"""A bad value that is not worth printing."""


class Path:
    """The way to a field, such as ``spec.containers[0].name``, printed only when something is wrong there."""

    __slots__ = ("_name", "_parent")

    def __init__(self, name: str, parent: Path | None = None) -> None:
        self._name = name
        self._parent = parent

    def child(self, name: str) -> Path:
        """``<self>.name``"""
        return Path("." + name, self)

    def index(self, position: int) -> Path:
        """``<self>[position]``"""
        return Path(f"[{position}]", self)

    def key(self, key: str) -> Path:
        """``<self>[key]``"""
        return Path(f"[{key}]", self)

    def __str__(self) -> str:
        parts = []
        path: Path | None = self
        while path is not None:
            parts.append(path._name)
            path = path._parent
        text = "".join(reversed(parts))
        return text[1:] if text.startswith(".") else text


ROOT = Path("")
METADATA = Path("metadata")
SPEC = Path("spec")
STATUS = Path("status")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule."""

    path: str
    type: ErrorType
    bad_value: Any = ""
    detail: str = ""

    @property
    def body(self) -> str:
        """The message without the path."""
        text = _TEXT[self.type]
        if self.type not in _WITHOUT_VALUE and self.bad_value is not OMITTED:
            text = f"{text}: {_print(self.bad_value)}"
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        return f"{self.path or '<nil>'}: {self.body}"


Errors = Iterator[FieldError]
"""Checks are generators: they yield what is wrong and nothing else."""


def invalid_value(path: Path, value: Any, detail: str) -> FieldError:
    return FieldError(str(path), ErrorType.INVALID, value, detail)


def required(path: Path, detail: str = "") -> FieldError:
    return FieldError(str(path), ErrorType.REQUIRED, "", detail)


def forbidden(path: Path, detail: str) -> FieldError:
    return FieldError(str(path), ErrorType.FORBIDDEN, "", detail)


def duplicate(path: Path, value: Any) -> FieldError:
    return FieldError(str(path), ErrorType.DUPLICATE, value)


def not_found(path: Path, value: Any) -> FieldError:
    return FieldError(str(path), ErrorType.NOT_FOUND, value)


def not_supported(path: Path, value: Any, supported: Iterable[str]) -> FieldError:
    shown = ", ".join(_quote(one) for one in supported)
    return FieldError(str(path), ErrorType.NOT_SUPPORTED, value, f"supported values: {shown}" if shown else "")


def too_long(path: Path, limit: int) -> FieldError:
    """`limit` in bytes."""
    unit = "byte" if limit == 1 else "bytes"
    return FieldError(str(path), ErrorType.TOO_LONG, "", f"may not be more than {limit} {unit}")


def too_long_characters(path: Path, limit: int) -> FieldError:
    """`limit` in characters."""
    unit = "character" if limit == 1 else "characters"
    return FieldError(str(path), ErrorType.TOO_LONG, "", f"may not be more than {limit} {unit}")


def too_many(path: Path, actual: int, limit: int) -> FieldError:
    unit = "item" if limit == 1 else "items"
    return FieldError(str(path), ErrorType.TOO_MANY, actual, f"must have at most {limit} {unit}")


def too_few(path: Path, actual: int, limit: int) -> FieldError:
    unit = "item" if limit == 1 else "items"
    return FieldError(str(path), ErrorType.TOO_FEW, actual, f"must have at least {limit} {unit}")


def internal(path: Path, detail: str) -> FieldError:
    return FieldError(str(path), ErrorType.INTERNAL, "", detail)


def each_invalid(path: Path, value: Any, messages: Messages) -> Errors:
    """One finding per message of a rule from `names`."""
    for message in messages:
        yield invalid_value(path, value, message)


class Named(Protocol):
    """What `invalid` needs to know of a resource; `scheme.Resource` is one."""

    @property
    def group(self) -> str: ...

    @property
    def kind(self) -> str: ...


def invalid(resource: Named, name: str, errors: Sequence[FieldError]) -> Invalid:
    """The exception that says everything that is wrong with the object `name`."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    causes = tuple(Cause(error.type.value, error.body, error.path) for error in errors)
    message = f"{kind} {_quote(name)} is invalid"
    if errors:
        message = f"{message}: {aggregate(errors)}"
    return Invalid(message, Details(name=name, group=resource.group, kind=resource.kind, causes=causes))


def aggregate(errors: Sequence[FieldError]) -> str:
    """One line for all: the same text never twice, several in brackets."""
    texts = list(dict.fromkeys(str(error) for error in errors))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _print(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return _quote(value.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return codec.encode(value).decode()


def _quote(text: str) -> str:
    """As Go's ``%q``: in double quotes, what is not printable escaped."""
    return json.dumps(text, ensure_ascii=False)
