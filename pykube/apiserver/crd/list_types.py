"""Lists that are sets, and lists that are maps by some of their items' fields.

Source: apiextensions-apiserver, pkg/apiserver/schema/listtype.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import msgspec

from pykube.api.field_errors import ErrorType, FieldError

Check = Callable[[Any, Any, str, list[FieldError]], None]
_encode = msgspec.json.Encoder(order="deterministic").encode


def identity(value: Any) -> Hashable:
    """Equal for equal JSON values."""
    if isinstance(value, dict | list):
        return _encode(value)
    return (type(value) is bool, value)


def key_of(item: Any, keys: tuple[str, ...]) -> Hashable:
    """What tells an item of a map from the others."""
    if not isinstance(item, dict):
        return ()
    return tuple((name, identity(item[name])) for name in keys if name in item)


def by_keys(items: Iterable[Any], keys: tuple[str, ...]) -> dict[Hashable, Any]:
    """Items by what tells them apart; of equal ones the first."""
    found: dict[Hashable, Any] = {}
    for item in items:
        found.setdefault(key_of(item, keys), item)
    return found


def _repeated(identities: Iterable[Hashable]) -> list[int]:
    """The positions of the second of each."""
    times: dict[Hashable, int] = {}
    found = []
    for index, one in enumerate(identities):
        times[one] = times.get(one, 0) + 1
        if times[one] == 2:
            found.append(index)
    return found


def unique(value: list[Any], old: Any, path: str, errors: list[FieldError]) -> None:
    """A set has nothing twice."""
    for index in _repeated(map(identity, value)):
        errors.append(FieldError(f"{path}[{index}]", ErrorType.DUPLICATE, value[index]))


def unique_keys(keys: tuple[str, ...]) -> Check:
    """A map has no two items of the same keys."""

    def check(value: list[Any], old: Any, path: str, errors: list[FieldError]) -> None:
        for index in _repeated(key_of(item, keys) for item in value):
            item = value[index]
            shown = {name: item[name] for name in keys if name in item} if isinstance(item, dict) else {}
            errors.append(FieldError(f"{path}[{index}]", ErrorType.DUPLICATE, shown))

    return check
