"""What a type says about its fields beyond their Python types.

The types in this room are the schema: one declaration gives decoding, OpenAPI, strategic merge patch, apply and strict
decoding. What JSON schema cannot express stands beside the field as an annotation, under the names that Kubernetes'
OpenAPI extensions have: ``x-kubernetes-list-type``, ``x-kubernetes-patch-strategy`` and so on.

Zero values follow Go's encoding rules, since clients depend on them: a field that upstream marks ``omitempty`` is left
out when zero, one without that mark (see `always`) is always written.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

T = TypeVar("T")

_ACRONYMS = {
    "ip": "IP",
    "ips": "IPs",
    "id": "ID",
    "ids": "IDs",
    "pid": "PID",
    "ipc": "IPC",
    "cidr": "CIDR",
    "cidrs": "CIDRs",
    "uuid": "UUID",
    "url": "URL",
    "urls": "URLs",
    "uri": "URI",
}


def camel(name: str) -> str:
    """The JSON name of an attribute: ``cluster_ip`` is ``clusterIP``, ``pod_cidrs`` is ``podCIDRs``."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(_ACRONYMS.get(word) or word[:1].upper() + word[1:] for word in rest)


class Struct(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False, rename=camel):
    """Base of every API type. Instances never refer to themselves, so the garbage collector need not visit them."""


def atomic(cls: type[T]) -> type[T]:
    """Mark a struct that has one owner as a whole (``x-kubernetes-map-type: atomic`` on the type)."""
    _ATOMIC.add(cls)
    return cls


def is_atomic(cls: type) -> bool:
    """Whether `cls` was marked with `atomic`."""
    return cls in _ATOMIC


_ATOMIC: set[type] = set()


def always(factory: Callable[[], T], *, name: str | None = None) -> T:
    """The default of a field that is written even when it is zero."""
    return msgspec.field(default_factory=lambda: factory(), name=name)


def constant(value: str) -> str:
    """The default of ``apiVersion`` and ``kind``: fixed per type, always written."""
    return msgspec.field(default_factory=lambda: value)


class Annotation:
    """Base of what may stand in ``Annotated`` beside a field's type."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Required(Annotation):
    pass


@dataclass(frozen=True, slots=True)
class ListMap(Annotation):
    """A list whose items are known by the values of `keys` (``x-kubernetes-list-type: map``)."""

    keys: tuple[str, ...]

    def __init__(self, *keys: str) -> None:
        object.__setattr__(self, "keys", keys)


@dataclass(frozen=True, slots=True)
class _ListSet(Annotation):
    pass


@dataclass(frozen=True, slots=True)
class _ListAtomic(Annotation):
    pass


@dataclass(frozen=True, slots=True)
class _MapAtomic(Annotation):
    pass


@dataclass(frozen=True, slots=True)
class PatchMerge(Annotation):
    """Strategic merge patch merges this list, by `key`, or as a set of primitives when there is none."""

    key: str = ""


@dataclass(frozen=True, slots=True)
class _PatchReplace(Annotation):
    pass


@dataclass(frozen=True, slots=True)
class Retain(Annotation):
    """Strategic merge patch honours ``$retainKeys`` here; `key` merges a list as in `PatchMerge`."""

    key: str = ""
    merge: bool = False


@dataclass(frozen=True, slots=True)
class Format(Annotation):
    """The OpenAPI format of a string or number that Python's type does not tell."""

    name: str


@dataclass(frozen=True, slots=True)
class Enum(Annotation):
    """The only values that the field may have."""

    values: tuple[str, ...]

    def __init__(self, *values: str) -> None:
        object.__setattr__(self, "values", values)


Required = _Required()
"""OpenAPI lists the field under ``required``."""
ListSet = _ListSet()
"""A list of scalars without repetition (``x-kubernetes-list-type: set``)."""
ListAtomic = _ListAtomic()
"""A list that has one owner as a whole (``x-kubernetes-list-type: atomic``)."""
MapAtomic = _MapAtomic()
"""A struct or map that has one owner as a whole (``x-kubernetes-map-type: atomic``)."""
PatchReplace = _PatchReplace()
"""Strategic merge patch replaces this list or map as a whole."""

Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1), Format("int32")]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1), Format("int64")]
IntOrString = int | str
"""A number, or a name or percentage (k8s.io/apimachinery, intstr)."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field as patching, strict decoding and OpenAPI need it."""

    name: str
    """Its JSON name."""
    attribute: str
    """Its Python name."""
    type: Any
    """Its type without annotations and without ``None``."""
    annotations: tuple[Annotation, ...]

    @property
    def item(self) -> Any:
        """The type of a list's items or a map's values, without annotations; None for anything else."""
        origin = get_origin(self.type)
        if origin is list:
            return strip(get_args(self.type)[0])[0]
        if origin is dict:
            return strip(get_args(self.type)[1])[0]
        return None

    @property
    def is_list(self) -> bool:
        return get_origin(self.type) is list

    @property
    def is_map(self) -> bool:
        return get_origin(self.type) is dict

    @property
    def required(self) -> bool:
        return Required in self.annotations

    def find(self, kind: type[T]) -> T | None:
        """The annotation of class `kind`, if the field has one."""
        return next((found for found in self.annotations if isinstance(found, kind)), None)

    @property
    def struct(self) -> type[Struct] | None:
        """The struct that this field, its items or its values are of."""
        found = self.item or self.type
        return found if isinstance(found, type) and issubclass(found, Struct) else None


def strip(annotated: Any) -> tuple[Any, tuple[Annotation, ...]]:
    """A type without ``Annotated`` and ``| None``, and the annotations of ours that were on it."""
    found: list[Annotation] = []
    while True:
        origin = get_origin(annotated)
        if origin is Annotated:
            annotated, *extra = get_args(annotated)
            found.extend(item for item in extra if isinstance(item, Annotation))
        elif origin in (Union, UnionType) and NoneType in get_args(annotated):
            rest = [arg for arg in get_args(annotated) if arg is not NoneType]
            annotated = rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007
        else:
            return annotated, tuple(found)


@functools.cache
def fields_of(cls: type[Struct]) -> Mapping[str, FieldInfo]:
    """The fields of `cls` by JSON name, in the order of their declaration."""
    hints = typing.get_type_hints(cls, include_extras=True)
    found: dict[str, FieldInfo] = {}
    for attribute, name in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
        kind, annotations = strip(hints[attribute])
        found[name] = FieldInfo(name, attribute, kind, annotations)
    return found
