"""Request bodies in YAML, made into JSON without trust: nesting and aliases are counted before anything is built.

The parser's own recursion would end the process for a body of brackets, and a body of a few hundred bytes can name
more than the memory holds (https://en.wikipedia.org/wiki/Billion_laughs_attack).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from pykube.errors import BadRequest

from .json_body import MAX_DEPTH

_MAX_VALUES = 1_000_000
"""Values that a document may have once its aliases are written out; a body of the largest size holds fewer."""


class _Loader(yaml.CSafeLoader):
    """As JSON sees YAML: dates stay strings."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def to_json(text: bytes) -> bytes:
    """One YAML document as JSON.

    Raises:
        BadRequest: it is no YAML, or would be too large or too deep.
    """
    try:
        _check_depth(text)
        found = yaml.load(text, _Loader)
        _count(found, {})
        return json.dumps(found, allow_nan=False).encode()
    except (yaml.YAMLError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadRequest(f"error converting YAML to JSON: {error}") from error


def repeated_keys(text: bytes) -> list[str]:
    """The keys that stand twice in a mapping of YAML that `to_json` can read, as one finding in upstream's words."""
    found = [f'  line {node.start_mark.line + 1}: key "{node.value}" already set in map' for node in _repeated(text)]
    return ["yaml: unmarshal errors:\n" + "\n".join(found)] if found else []


def _repeated(text: bytes) -> Iterator[yaml.ScalarNode]:
    waiting = [yaml.compose(text, _Loader)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            seen = set[str]()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        yield key
                    seen.add(key.value)
            waiting += [value for _, value in reversed(node.value)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)


def _check_depth(text: bytes) -> None:
    """Raise ValueError when collections stand in one another too deep; the parser gives events without recursion."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError("yaml: exceeded max depth")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _count(value: Any, known: dict[int, int]) -> int:
    """How many values there are in one, each alias counted as what it stands for; raises ValueError for too many."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = _MAX_VALUES  # what holds itself is endless
        below = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count(item, known) for item in below)
    if known[id(value)] > _MAX_VALUES:
        raise ValueError("yaml: document contains excessive aliasing")
    return known[id(value)]
