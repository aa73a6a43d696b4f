"""What the expressions of a mutating policy give, put into effect on an object as plain data.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/mutating/patch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pykube.api.patch import json_patch
from pykube.api.patch.apply import configuration
from pykube.api.patch.apply.merge import merge
from pykube.api.patch.apply.nodes import Kind, Node
from pykube.errors import Invalid

from ...cel.errors import EvaluationError
from ...cel.objects import misnamed
from ...cel.values import Duration, Object, Timestamp, to_json

Doc = dict[str, Any]

_TEST_FAILED = ": test failed"
"""How the failure of a test among the operations ends, which is no error here."""


class PatchError(Exception):
    """What an expression gives cannot be put into effect."""


def apply(node: Node, doc: Doc, config: Any) -> Doc:
    """`doc` merged with an ``Object{}`` as server-side apply merges; `node` is the kind's structure.

    Raises:
        PatchError: the configuration has fields that the kind has not, or would replace what is replaced as a whole.
    """
    _check_types(config)
    whole = {**_plain(config), "apiVersion": doc.get("apiVersion", ""), "kind": doc.get("kind", "")}
    if found := configuration.problems(node, whole):
        told = found[0] if len(found) == 1 else "errors:\n" + "\n".join(f"  {problem}" for problem in found)
        raise PatchError(f"error applying patch: failed to convert patch object to typed object: {told}")
    if atomic := list(_atomics(node, whole, "")):
        raise PatchError(
            "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: "
            + ", ".join(atomic)
        )
    return merge(node, doc, whole)


def json(doc: Doc, operations: Sequence[Mapping[str, Any]]) -> Doc:
    """`doc` changed by a list of ``JSONPatch{}``; unchanged when a test among them fails.

    Raises:
        PatchError: an operation does not fit the object.
    """
    for operation in operations:
        _check_types(operation.get("value"))
    try:
        changed: Doc = json_patch.apply(doc, [_operation(operation) for operation in operations])
    except Invalid as error:
        cause = str(error.__cause__ or error)
        if cause.endswith(_TEST_FAILED):
            return doc
        raise PatchError(f"JSON Patch: {cause}") from error
    return changed


def _operation(found: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"op": found.get("op", ""), "path": found.get("path", "")}
    if found.get("from"):
        result["from"] = found["from"]
    if "value" in found:
        result["value"] = _plain(found["value"])
    return result


def _plain(found: Any) -> Any:
    """A value of an expression as JSON has it.

    Raises:
        PatchError: JSON has nothing of the kind.
    """
    try:
        return _texts(to_json(found))
    except EvaluationError as error:
        raise PatchError(
            f"JSONPath valueExpression evaluated to a type that could not marshal to JSON: {error}"
        ) from error


def _texts(found: Any) -> Any:
    """The same with times written out."""
    if isinstance(found, dict):
        return {key: _texts(value) for key, value in found.items()}
    if isinstance(found, list):
        return [_texts(value) for value in found]
    return str(found) if isinstance(found, Timestamp | Duration) else found


def _check_types(found: Any) -> None:
    """Objects must be called after the way to them: what is in an ``Object.spec`` as ``a`` is an ``Object.spec.a``.

    Raises:
        PatchError: one is not.
    """
    if isinstance(found, Object) and (wrong := misnamed(found, found.type_name)):
        raise PatchError("type mismatch: " + "\n".join(wrong))


def _atomics(node: Node, value: Any, path: str) -> Iterator[str]:
    """Where `value` would replace a whole list, map or struct: what it does not mention would be lost."""
    if node.kind is Kind.LEAF and isinstance(value, dict | list):
        yield path
        return
    if isinstance(value, dict):
        for key, below in value.items():
            if key in node.fields:
                yield from _atomics(node.fields[key], below, f"{path}.{key}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _atomics(node.child(""), below, f"{path}[{index}]")
