"""JSONPath templates, as ``-o jsonpath=`` and ``custom-columns`` take them.

A template is text with ``{...}`` in it: fields, indexes and slices, wildcards, ``..`` recursion, filters, unions,
string literals, and ``range`` ... ``end``. Source: k8s.io/client-go/util/jsonpath, its documented syntax. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


class JsonPathError(ValueError):
    """The template is malformed, or names a field that is not there."""


Step = Callable[[Any], list[Any]]


@dataclass(frozen=True, slots=True)
class Text:
    """Printed as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the current object; `source` is what was written."""

    source: str
    steps: tuple[Step, ...]
    from_root: bool

    def values(self, root: Any, current: Any) -> list[Any]:
        found = [root if self.from_root else current]
        for step in self.steps:
            found = [value for item in found for value in step(item)]
        return found


@dataclass(frozen=True, slots=True)
class Range:
    """`body` printed once for each value of `path`."""

    path: Path
    body: tuple[Node, ...]


Node = Text | Path | Range


class Template:
    """A parsed template."""

    def __init__(self, text: str, *, allow_missing: bool = True) -> None:
        """Parse `text`.

        Raises:
            JsonPathError: it is malformed.
        """
        self._missing = allow_missing
        self._nodes, rest = self._parse(list(_tokens(text, allow_missing)), inside=False)
        if rest:
            raise JsonPathError("not in range, nothing to end")

    def render(self, document: Any) -> str:
        """The template filled in from `document`.

        Raises:
            JsonPathError: a field is missing and must not be.
        """
        return "".join(_render(self._nodes, document, document))

    def values(self, document: Any) -> list[Any]:
        """What the template's paths lead to, without the text around them."""
        return [value for node in self._nodes if isinstance(node, Path) for value in node.values(document, document)]

    def _parse(self, tokens: list[Node | str], *, inside: bool) -> tuple[tuple[Node, ...], list[Node | str]]:
        found: list[Node] = []
        while tokens:
            token = tokens.pop(0)
            if token == "end":
                if not inside:
                    raise JsonPathError("not in range, nothing to end")
                return tuple(found), tokens
            if isinstance(token, str):
                body, tokens = self._parse(tokens, inside=True)
                found.append(Range(_path(token, self._missing), body))
            else:
                found.append(token)
        if inside:
            raise JsonPathError("unterminated range: {end} is missing")
        return tuple(found), []


def relaxed(text: str) -> str:
    """A path as a template: braces and the first dot may be left out (``metadata.name``).

    Raises:
        JsonPathError: it is neither form.
    """
    inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    if "{" in inner.split("'")[0] or not inner:
        raise JsonPathError(f"unexpected path string, expected a 'name1.name2' or '.name1.name2', but got {text!r}")
    return "{" + (inner if inner.startswith((".", "[", "$")) else f".{inner}") + "}"


def _render(nodes: Sequence[Node], root: Any, current: Any) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Text):
            yield node.text
        elif isinstance(node, Range):
            for value in node.path.values(root, current):
                yield from _render(node.body, root, value)
        else:
            yield " ".join(as_text(value) for value in node.values(root, current))


def as_text(value: Any) -> str:
    """A value as templates print it: objects as JSON, strings bare."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _tokens(text: str, missing: bool) -> Iterator[Node | str]:
    """Nodes, with ``range``'s path and ``end`` as plain strings."""
    place = 0
    while place < len(text):
        start = text.find("{", place)
        if start < 0:
            yield Text(text[place:])
            return
        if start > place:
            yield Text(text[place:start])
        end = _closing(text, start)
        yield from _action(text[start + 1 : end].strip(), missing)
        place = end + 1


def _action(inner: str, missing: bool) -> Iterator[Node | str]:
    if inner == "end":
        yield inner
    elif match := re.match(r"range\s+(.+)", inner, re.S):
        yield match[1]
    else:
        for part in _words(inner):
            yield Text(_literal(part)) if part[0] in "\"'" else _path(part, missing)


def _closing(text: str, start: int) -> int:
    quote = ""
    place = start + 1
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "}":
            return place
        place += 1
    raise JsonPathError("unclosed action")


def _words(text: str) -> Iterator[str]:
    """Parts of an action that blanks separate, except within brackets and quotes."""
    depth, quote, word = 0, "", ""
    for index, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[index - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[(":
            depth += 1
        elif sign in "])":
            depth -= 1
        if sign.isspace() and not depth and not quote:
            if word:
                yield word
            word = ""
        else:
            word += sign
    if word:
        yield word


def _literal(text: str) -> str:
    body = text[1:-1]
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), body)


_FIELD = re.compile(r"((?:\\.|[^.\[\]\s])+)")


def _path(text: str, missing: bool) -> Path:
    steps: list[Step] = []
    rest = text
    from_root = rest.startswith("$")
    rest = rest.removeprefix("$").removeprefix("@")
    while rest:
        if rest.startswith(".."):
            steps.append(_recursive)
            rest = rest[1:] if rest[2:3] not in ("[", "") else rest[2:]
        elif rest.startswith("."):
            rest = rest[1:]
            if not rest or rest.startswith("["):
                continue
            match = _FIELD.match(rest)
            if match is None:
                raise JsonPathError(f"invalid path {text!r}")
            name = re.sub(r"\\(.)", r"\1", match[1])
            steps.append(_wildcard if name == "*" else _field(name, missing or _recursive in steps))
            rest = rest[match.end() :]
        elif rest.startswith("["):
            end = _bracket_end(rest)
            steps.append(_bracket(rest[1:end].strip(), missing))
            rest = rest[end + 1 :]
        else:
            raise JsonPathError(f"unrecognized character in action: {rest[0]!r}")
    return Path(text, tuple(steps), from_root)


def _bracket_end(text: str) -> int:
    depth, quote = 0, ""
    for index, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "[":
            depth += 1
        elif sign == "]":
            depth -= 1
            if not depth:
                return index
    raise JsonPathError("unterminated array")


def _bracket(inner: str, missing: bool) -> Step:
    if inner == "*":
        return _wildcard
    if inner.startswith("?(") and inner.endswith(")"):
        return _filter(inner[2:-1].strip())
    parts = [part.strip() for part in re.split(r",(?=(?:[^']*'[^']*')*[^']*$)", inner)]
    steps = [_bracket_part(part, missing) for part in parts]
    return steps[0] if len(steps) == 1 else lambda value: [found for step in steps for found in step(value)]


def _bracket_part(part: str, missing: bool) -> Step:
    if part[:1] in ("'", '"'):
        return _field(_literal(part), missing)
    if re.fullmatch(r"-?[0-9]{1,18}", part):
        return _index(int(part), missing)
    if match := re.fullmatch(r"(-?[0-9]{0,18}):(-?[0-9]{0,18})(?::([0-9]{0,18}))?", part):
        bounds = [int(number) if number else None for number in match.groups()]
        return lambda value: value[slice(*bounds)] if isinstance(value, list) else []
    if part.startswith((".", "@", "$")):
        path = _path(part, missing)
        return lambda value: path.values(value, value)
    raise JsonPathError(f"invalid array index {part}")


def _field(name: str, missing: bool) -> Step:
    def step(value: Any) -> list[Any]:
        if isinstance(value, dict) and name in value:
            return [value[name]]
        if isinstance(value, dict) and not missing:
            raise JsonPathError(f"{name} is not found")
        return []

    return step


def _index(number: int, missing: bool) -> Step:
    def step(value: Any) -> list[Any]:
        if not isinstance(value, list):
            return []
        if -len(value) <= number < len(value):
            return [value[number]]
        if missing and not value:
            return []
        raise JsonPathError(f"array index out of bounds: index {number}, length {len(value)}")

    return step


def _wildcard(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _recursive(value: Any) -> list[Any]:
    return [value, *(below for item in _wildcard(value) for below in _recursive(item))]


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<=": lambda left, right: bool(left <= right),
    ">=": lambda left, right: bool(left >= right),
    "<": lambda left, right: bool(left < right),
    ">": lambda left, right: bool(left > right),
}


def _filter(text: str) -> Step:
    """Items of a list for which ``@.field == "value"`` holds, or ``@.field`` exists."""
    match = re.fullmatch(r"(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+)", text)
    left = _operand(match[1] if match else text)
    right = _operand(match[3]) if match else None
    compare = _OPERATORS[match[2]] if match else None

    def holds(item: Any) -> bool:
        found = left(item)
        if right is None or compare is None:
            return bool(found)
        others = right(item)
        try:
            return bool(found) and bool(others) and compare(found[0], others[0])
        except TypeError:
            return False

    return lambda value: [item for item in _wildcard(value) if holds(item)]


def _operand(text: str) -> Step:
    text = text.strip()
    if text[:1] in ("'", '"'):
        constant: Any = _literal(text)
    elif text.startswith(("@", "$", ".")):
        path = _path(text, True)
        return lambda value: path.values(value, value)
    else:
        try:
            constant = json.loads(text)
        except ValueError:
            constant = text
    return lambda _: [constant]
