"""JSON patch: a list of operations, applied in order, all or none. Source: RFC 6902; pointers: RFC 6901.

As in the Kubernetes API, negative list indexes count from the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import msgspec

from ...errors import BadRequest, Invalid, RequestEntityTooLarge

MAX_OPERATIONS = 10_000

MAX_COPIED = 3 * 1024 * 1024
"""Bytes that all ``copy`` operations of a patch may add together: each may double the document."""

_INDEX = re.compile(r"[+-]?[0-9]{1,10}")


class JsonPatchError(Exception):
    """An operation does not fit the document; the cause behind the 422 that `apply` raises."""


def decode(data: bytes) -> list[dict[str, Any]]:
    """The operations in the body of a request.

    Raises:
        BadRequest: not a list of objects.
        RequestEntityTooLarge: more than `MAX_OPERATIONS`.
    """
    try:
        operations = msgspec.json.decode(data, type=list[dict[str, Any]])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadRequest(f"error decoding patch: {error}") from error
    if len(operations) > MAX_OPERATIONS:
        raise RequestEntityTooLarge(
            f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(operations)}"
        )
    return operations


def apply(doc: Any, operations: Sequence[dict[str, Any]]) -> Any:
    """A changed copy of `doc`.

    Raises:
        Invalid: an operation does not apply, in the general words that the API uses; its cause says which and why.
    """
    changed = deepcopy(doc)
    copied = 0
    try:
        for operation in operations:
            if operation.get("op") == "copy":
                copied += _size(changed, operation)
                if copied > MAX_COPIED:
                    raise JsonPatchError(f"Unable to complete the copy, the copies together exceed {MAX_COPIED} bytes")
            changed = _apply_one(changed, operation)
    except (JsonPatchError, RecursionError) as error:
        raise Invalid("the server rejected our request due to an error in our request") from error
    return changed


def _size(doc: Any, operation: dict[str, Any]) -> int:
    """How many bytes a ``copy`` adds."""
    return len(msgspec.json.encode(_find(doc, _source(operation), "copy")))


def _apply_one(doc: Any, operation: dict[str, Any]) -> Any:
    kind = operation.get("op")
    perform = _OPERATIONS.get(kind) if isinstance(kind, str) else None
    if perform is None:
        raise JsonPatchError(f"Unexpected kind: {kind}")
    path = operation.get("path")
    if not isinstance(path, str):
        raise JsonPatchError(f"{kind} operation failed to decode path: missing value")
    return perform(doc, _pointer(path), operation)


def _add(doc: Any, path: list[str], operation: dict[str, Any]) -> Any:
    return _insert(doc, path, deepcopy(_value(operation)), "add")


def _remove(doc: Any, path: list[str], operation: dict[str, Any]) -> Any:
    _take(doc, path, "remove")
    return doc


def _replace(doc: Any, path: list[str], operation: dict[str, Any]) -> Any:
    value = deepcopy(_value(operation))
    if not path:
        return value
    parent = _parent(doc, path, "replace")
    if isinstance(parent, dict):
        if path[-1] not in parent:
            raise JsonPatchError(f"replace operation does not apply: doc is missing key: {_text(path)}: missing value")
        parent[path[-1]] = value
    else:
        parent[_index(path[-1], len(parent))] = value
    return doc


def _move(doc: Any, path: list[str], operation: dict[str, Any]) -> Any:
    source = _source(operation)
    if path[: len(source)] == source and path != source:
        raise JsonPatchError(f"error in move for path: '{_text(path)}': a value cannot move into itself")
    value = _take(doc, source, "move")
    return _insert(doc, path, value, "move")


def _copy(doc: Any, path: list[str], operation: dict[str, Any]) -> Any:
    return _insert(doc, path, deepcopy(_find(doc, _source(operation), "copy")), "copy")


def _test(doc: Any, path: list[str], operation: dict[str, Any]) -> Any:
    try:
        actual = _find(doc, path, "test")
    except _MissingKeyError:
        actual = None
    if not _same(actual, operation.get("value")):
        raise JsonPatchError(f"testing value {_text(path)} failed: test failed")
    return doc


_OPERATIONS: dict[str, Callable[[Any, list[str], dict[str, Any]], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


class _MissingKeyError(JsonPatchError):
    """The last part of a path is no key of the object there."""


def _pointer(path: str) -> list[str]:
    if not path:
        return []
    if not path.startswith("/"):
        raise JsonPatchError(f"path '{path}' does not start with '/'")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _text(path: Sequence[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise JsonPatchError("operation, missing value field: missing value")
    return operation["value"]


def _source(operation: dict[str, Any]) -> list[str]:
    source = operation.get("from")
    if not isinstance(source, str):
        raise JsonPatchError("operation, missing from field: missing value")
    return _pointer(source)


def _child(node: Any, part: str) -> Any:
    if isinstance(node, dict):
        if part not in node:
            raise _MissingKeyError(part)
        return node[part]
    if isinstance(node, list):
        return node[_index(part, len(node))]
    raise _MissingKeyError(part)


def _find(doc: Any, path: list[str], kind: str) -> Any:
    if not path:
        return doc
    parent = _parent(doc, path, kind)
    return _child(parent, path[-1])


def _parent(doc: Any, path: list[str], kind: str) -> Any:
    """The object or list that the last part of `path` is in."""
    node = doc
    try:
        for part in path[:-1]:
            node = _child(node, part)
    except JsonPatchError as error:
        node = error
    if not isinstance(node, dict | list):
        raise JsonPatchError(
            f'{kind} operation does not apply: doc is missing path: "{_text(path)}": missing value'
        ) from None
    return node


def _insert(doc: Any, path: list[str], value: Any, kind: str) -> Any:
    if not path:
        return value
    parent = _parent(doc, path, kind)
    if isinstance(parent, dict):
        parent[path[-1]] = value
    elif path[-1] == "-":
        parent.append(value)
    else:
        parent.insert(_index(path[-1], len(parent) + 1), value)
    return doc


def _take(doc: Any, path: list[str], kind: str) -> Any:
    if not path:
        raise JsonPatchError(f"error in {kind} for path: '': the document itself cannot be removed")
    parent = _parent(doc, path, kind)
    if isinstance(parent, dict):
        if path[-1] not in parent:
            raise JsonPatchError(
                f"error in {kind} for path: '{_text(path)}': "
                f"Unable to remove nonexistent key: {path[-1]}: missing value"
            )
        return parent.pop(path[-1])
    return parent.pop(_index(path[-1], len(parent)))


def _index(part: str, length: int) -> int:
    """A list index; `length` is one more than the list's where a value may be put behind the last."""
    if not _INDEX.fullmatch(part):
        raise JsonPatchError(f"value was not a proper array index: '{part}'")
    index = int(part)
    if not -length <= index < length:
        raise JsonPatchError(f"Unable to access invalid index: {index}: invalid index referenced")
    return index + length if index < 0 else index


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON values: Python takes ``True`` for ``1``, JSON does not."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_same(*pair) for pair in zip(left, right, strict=True))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)
