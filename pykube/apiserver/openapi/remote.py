"""OpenAPI documents of other servers as parts of ours: cut down to a group version, renamed, converted.

Source: k8s.io/kube-openapi pkg/aggregator (filtering and merging) and pkg/openapiconv.
"""

from __future__ import annotations

import struct
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from . import protobuf

Json = dict[str, Any]

DEFINITIONS = "#/definitions/"
SCHEMAS = "#/components/schemas/"
SHARED = "io.k8s.apimachinery."
"""Names that mean the same everywhere: ours do for others, too."""
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_SCHEMA_WORDS = ("type", "format", "items", "pattern", "enum", "minimum", "maximum", "uniqueItems", "default")


@dataclass(frozen=True, slots=True)
class RemoteV2:
    """The part of a server's document of version 2 that describes one group version."""

    paths: Mapping[str, Any]
    definitions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RemoteV3:
    """A document of version 3: `name` as in the index, and either the server's own address of it, or its text."""

    name: str
    url: str
    document: bytes = b""


def part_of(whole: Json, path: str) -> RemoteV2:
    """The paths below `path`, and the definitions that they lead to."""
    every = _mapping(whole.get("paths"))
    definitions = _mapping(whole.get("definitions"))
    paths = {name: item for name, item in every.items() if name.startswith(f"{path}/")}
    kept: Json = {}
    open_ = list(references(paths))
    while open_:
        name = open_.pop()
        if name not in kept and name in definitions:
            kept[name] = definitions[name]
            open_ += references(definitions[name])
    return RemoteV2(paths, kept)


def check(part: RemoteV2) -> None:
    """See to it that the part can be shown in all forms: one broken part would spoil the whole document.

    Raises:
        ValueError: it cannot.
    """
    try:
        protobuf.encode({"paths": part.paths, "definitions": part.definitions})
    except (ValueError, TypeError, AttributeError, KeyError, struct.error) as error:
        raise ValueError(f"no OpenAPI of version 2: {error}") from error


def _mapping(found: Any) -> Json:
    return found if isinstance(found, dict) else {}


def references(found: Any) -> Iterator[str]:
    """The names of the definitions that a part of a document refers to."""
    if isinstance(found, dict):
        reference = found.get("$ref")
        if isinstance(reference, str) and reference.startswith(DEFINITIONS):
            yield reference.removeprefix(DEFINITIONS)
        for value in found.values():
            yield from references(value)
    elif isinstance(found, list):
        for value in found:
            yield from references(value)


def merged(parts: Iterable[RemoteV2], taken: Container[str]) -> RemoteV2:
    """All parts as one, to be put beside definitions of the names `taken`.

    Names of the shared library stand for the same thing and are not repeated; another name that means something else
    already gets a number.
    """
    paths: Json = {}
    definitions: Json = {}
    for part in parts:
        new = {
            name: value for name, value in part.definitions.items() if not (name.startswith(SHARED) and name in taken)
        }
        names = {name: _free(name, value, taken, definitions) for name, value in new.items()}
        definitions |= {names[name]: renamed(value, names) for name, value in new.items()}
        paths |= {path: renamed(item, names) for path, item in part.paths.items()}
    return RemoteV2(paths, definitions)


def _free(name: str, value: Any, taken: Container[str], others: Mapping[str, Any]) -> str:
    candidate, number = name, 1
    while candidate in taken or (candidate in others and others[candidate] != value):
        number += 1
        candidate = f"{name}_v{number}"
    return candidate


def renamed(found: Any, names: Mapping[str, str], *, prefix: str = DEFINITIONS) -> Any:
    """A part of a document whose references follow `names`, below `prefix`."""
    if isinstance(found, dict):
        reference = found.get("$ref")
        if isinstance(reference, str) and reference.startswith(DEFINITIONS):
            name = reference.removeprefix(DEFINITIONS)
            return {**found, "$ref": prefix + names.get(name, name)}
        return {key: renamed(value, names, prefix=prefix) for key, value in found.items()}
    if isinstance(found, list):
        return [renamed(value, names, prefix=prefix) for value in found]
    return found


def as_v3(part: RemoteV2) -> bytes:
    """The part as a document of version 3."""
    document = {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "unversioned"},
        "paths": {path: _path_item(_mapping(item)) for path, item in part.paths.items()},
        "components": {"schemas": part.definitions},
    }
    return msgspec.json.encode(renamed(document, {}, prefix=SCHEMAS))


def _path_item(item: Json) -> Json:
    found: Json = {}
    for key, value in item.items():
        if key in _METHODS:
            found[key] = _operation(_mapping(value))
        elif key == "parameters":
            found[key] = [_parameter(one) for one in value if isinstance(one, dict)]
        else:
            found[key] = value
    return found


def _operation(operation: Json) -> Json:
    found = {key: value for key, value in operation.items() if key not in ("consumes", "produces", "schemes")}
    given = [one for one in operation.get("parameters") or () if isinstance(one, dict)]
    found["parameters"] = [_parameter(one) for one in given if one.get("in") != "body"]
    if not found["parameters"]:
        del found["parameters"]
    consumed = operation.get("consumes") or ["application/json"]
    for body in (one for one in given if one.get("in") == "body"):
        content = {kind: {"schema": body.get("schema", {})} for kind in consumed}
        found["requestBody"] = {"content": content, **({"required": True} if body.get("required") else {})}
    produced = operation.get("produces") or ["application/json"]
    responses = _mapping(operation.get("responses"))
    found["responses"] = {code: _response(_mapping(one), produced) for code, one in responses.items()}
    return found


def _parameter(parameter: Json) -> Json:
    found = {key: value for key, value in parameter.items() if key not in _SCHEMA_WORDS}
    schema = {key: parameter[key] for key in _SCHEMA_WORDS if key in parameter}
    return {**found, "schema": schema} if schema else found


def _response(response: Json, produced: Iterable[str]) -> Json:
    found = {key: value for key, value in response.items() if key not in ("schema", "examples")}
    found.setdefault("description", "")
    if "schema" in response:
        found["content"] = {kind: {"schema": response["schema"]} for kind in produced}
    return found
