"""Sets of fields, kept in the form in which they travel (FieldsV1): nested dicts keyed by path elements.

``f:<name>`` is a field, ``k:<keys>`` an item of a list by the values of its keys, ``v:<value>`` an item of a set,
``i:<index>`` an item by position; ``.`` says that the place itself belongs to the set, and so does an empty dict.
The set itself is the dict of the object's root; no set holds the root. Sets are never changed in place, so that one
may share parts with another.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

Fields = dict[str, Any]
"""A set, or what a set holds below one path element."""

Path = tuple[str, ...]
"""Path elements from the root."""

SELF = "."
_KINDS = "fkvi"


def is_member(node: Fields) -> bool:
    """Whether the place that `node` stands for is in the set itself, not only places below it."""
    return not node or SELF in node


def node_of(below: Fields, *, member: bool) -> Fields | None:
    """What stands for a place with `below` under it; None when nothing is left to say."""
    if not below:
        return {} if member else None
    return {SELF: {}, **below} if member else below


def union(one: Fields, other: Fields) -> Fields:
    """What is in either set."""
    if not one or one is other:
        return other
    found = dict(one)
    for key, node in other.items():
        mine = found.get(key)
        found[key] = node if mine is None else _union_of_nodes(mine, node)
    return found


def _union_of_nodes(one: Fields, other: Fields) -> Fields:
    if not one or not other:
        more = one or other
        return {SELF: {}, **more} if more and SELF not in more else more
    return union(one, other)


def difference(one: Fields, other: Fields, *, recursive: bool = False) -> Fields:
    """What is in `one` and not in `other`; `one` itself when they have nothing in common.

    With `recursive` a place in `other` takes everything below it away as well.
    """
    found = one
    for key, theirs in other.items():
        mine = one.get(key)
        if mine is None:
            continue
        left = _difference_of_nodes(mine, theirs, recursive)
        if left is mine:
            continue
        if found is one:
            found = dict(one)
        if left is None:
            del found[key]
        else:
            found[key] = left
    return found


def _difference_of_nodes(mine: Fields, theirs: Fields, recursive: bool) -> Fields | None:
    if is_member(theirs) and (recursive or not mine):
        return None
    if not mine:
        return mine
    left = difference(mine, theirs or {SELF: {}}, recursive=recursive)
    if left is mine:
        return mine
    if len(left) == 1 and SELF in left:
        return {}
    return left or None


def intersection(one: Fields, other: Fields) -> Fields:
    """What is in both sets."""
    found: Fields = {}
    for key, mine in one.items():
        theirs = other.get(key)
        if theirs is None or key == SELF:
            continue
        below = intersection(mine, theirs) if mine and theirs else {}
        node = node_of(below, member=is_member(mine) and is_member(theirs))
        if node is not None:
            found[key] = node
    return found


def contains(fields: Fields, path: Sequence[str]) -> bool:
    """Whether the place `path` is in the set."""
    for element in path:
        found = fields.get(element)
        if found is None:
            return False
        fields = found
    return is_member(fields)


def of_path(*path: str) -> Fields:
    """The set of one place."""
    found: Fields = {}
    for element in reversed(path):
        found = {element: found}
    return found


def paths(fields: Fields, before: Path = ()) -> Iterator[Path]:
    """Every place in the set, those of one level before those below."""
    for key, node in fields.items():
        if key != SELF and is_member(node):
            yield (*before, key)
    for key, node in fields.items():
        if key != SELF:
            yield from paths(node, (*before, key))


_encode = msgspec.json.Encoder(order="deterministic").encode


def encoded(fields: Fields) -> msgspec.Raw:
    """The set as it is written, its path elements in order; sorted in C, as every write of an object pays for it."""
    return msgspec.Raw(_encode(fields))


def item(keys: Mapping[str, Any]) -> str:
    """The path element of a list's item with these values of its keys."""
    if len(keys) == 1:
        ((name, given),) = keys.items()
        if not isinstance(given, dict | list):
            return _single(name, given, type(given).__name__)
    return "k:" + msgspec.json.encode(dict(sorted(keys.items()))).decode()


@functools.lru_cache(maxsize=4096)
def named(key: str, value: str) -> str:
    """The path element of a list's item whose one key has a text as its value."""
    return "k:" + msgspec.json.encode({key: value}).decode()


@functools.lru_cache(maxsize=4096)
def _single(name: str, given: Any, kind: str) -> str:
    """`kind` keeps 1 and True apart, which are equal."""
    return "k:" + msgspec.json.encode({name: given}).decode()


def value(of: Any) -> str:
    """The path element of an item of a set."""
    return "v:" + msgspec.json.encode(of).decode()


def parse(data: Any) -> Fields:
    """A set as a client wrote it, its path elements in the one form that is compared here.

    Raises:
        ValueError: it is no set.
    """
    if not isinstance(data, dict):
        raise ValueError(f"expected an object, got {type(data).__name__}")
    found: Fields = {}
    for key, below in data.items():
        element = SELF if key == SELF else _parse_element(key)
        if element is not None:
            found[element] = parse(below)
    return found


def _parse_element(key: str) -> str | None:
    """The path element in canonical form; None for a kind that a later version may know."""
    if len(key) < 2 or key[1] != ":":
        raise ValueError(f"missing colon: {key}")
    kind, rest = key[0], key[2:]
    if kind not in _KINDS:
        return None
    if kind == "f":
        return key
    if kind == "i":
        return f"i:{int(rest)}"
    decoded = msgspec.json.decode(rest)
    if kind == "v":
        return value(decoded)
    if not isinstance(decoded, dict):
        raise ValueError(f"expected an object: {key}")
    return item(decoded)


def show(path: Path) -> str:
    """A path for people: ``.spec.containers[name="web"].image``."""
    return "".join(show_element(element) for element in path)


def show_element(element: str) -> str:
    kind, rest = element[0], element[2:]
    if kind == "f":
        return f".{rest}"
    if kind == "i":
        return f"[{rest}]"
    if kind == "v":
        return f"[={rest}]"
    keys = ",".join(
        f"{name}={msgspec.json.encode(found).decode()}" for name, found in msgspec.json.decode(rest).items()
    )
    return f"[{keys}]"
