"""The paths by which rules blame a field below the one they stand at: ``.spec.ports['http']``.

Source: apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go.
"""

from __future__ import annotations

import re
from typing import Final

from pykube.api.apiextensions_v1 import JSONSchemaProps

_TOKEN: Final = re.compile(r"'(?:\\.|[^'\\])*'|[.\[\]]|[^.\[\]']+", re.DOTALL)
_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "'": "'", "\\": "\\"}


def normalized(path: str, schema: JSONSchemaProps) -> str:
    """The path as it stands in errors, without a dot at its start.

    Raises:
        ValueError: it does not lead to anything that the schema declares.
    """
    tokens = _TOKEN.findall(path)
    result = ""
    while tokens:
        opening = tokens.pop(0)
        if opening not in (".", "["):
            raise ValueError(f"expected [ or . but got: {opening}")
        if not tokens:
            raise ValueError("unexpected end of JSON path")
        name = tokens.pop(0)
        if opening == "[":
            name = _quoted(name)
            if not tokens or tokens.pop(0) != "]":
                raise ValueError("expected ]")
        schema, shown = _step(schema, name)
        result += shown
    return result.removeprefix(".")


def _step(schema: JSONSchemaProps, name: str) -> tuple[JSONSchemaProps, str]:
    if schema.properties:
        if name not in schema.properties:
            raise ValueError("does not refer to a valid field")
        return schema.properties[name], f".{name}"
    if isinstance(schema.additional_properties, JSONSchemaProps):
        return schema.additional_properties, f"[{name}]"
    raise ValueError("does not refer to a valid field")


def _quoted(token: str) -> str:
    if len(token) < 2 or token[0] != "'" or token[-1] != "'":
        raise ValueError(f"expected single quoted string but got {token}")

    def unescaped(found: re.Match[str]) -> str:
        if found[1] not in _ESCAPES:
            raise ValueError(f"invalid string literal: invalid escape char {found[0]}")
        return _ESCAPES[found[1]]

    return re.sub(r"\\(.)", unescaped, token[1:-1])
