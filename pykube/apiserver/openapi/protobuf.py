"""OpenAPI v2 in the protobuf form that older clients ask for.

kubectl before 1.27 and Argo CD request ``application/com.github.proto-openapi.spec.v2@v1.0+protobuf`` and take nothing
else. Source: the ``openapi.v2`` messages of gnostic; the tables hold their field numbers. Only what our own documents
contain is written; a key without a field number would be lost silently and is an error instead.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

Write = Callable[[Any], bytes]
"""Turns a value into the bytes of one length-delimited field."""
Field = tuple[int, str | Write]
"""A field's number, and its type: "string", "bool", "int", "double", or what writes its message."""


def encode(document: Mapping[str, Any]) -> bytes:
    """The ``openapi.v2.Document`` message for an OpenAPI v2 document.

    Raises:
        ValueError: the document has a key that the tables do not know.
    """
    return _document(document)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _delimited(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _scalar(number: int, kind: str, value: Any) -> bytes:
    match kind:
        case "string":
            return _delimited(number, value.encode())
        case "bool":
            return _varint(number << 3) + _varint(int(value))
        case "int":
            return _varint(number << 3) + _varint(value)
        case "double":
            return _varint(number << 3 | 1) + struct.pack("<d", value)
    raise ValueError(f"no such protobuf type: {kind}")


def _message(fields: Mapping[str, Field], extension: int = 0) -> Write:
    """A writer of objects whose keys are `fields`; keys that begin with ``x-`` go to the field `extension`."""

    def write(value: Mapping[str, Any]) -> bytes:
        found: list[bytes] = []
        for key, item in value.items():
            if key.startswith("x-") and extension:
                found.append(_delimited(extension, _named_any(key, item)))
                continue
            if key not in fields:
                raise ValueError(f"OpenAPI key {key!r} has no protobuf field here")
            number, kind = fields[key]
            for single in item if isinstance(item, list) else (item,):
                found.append(
                    _scalar(number, kind, single) if isinstance(kind, str) else _delimited(number, kind(single))
                )
        return b"".join(found)

    return write


def _named(number: int, write: Write) -> Write:
    """A writer of maps: one name-and-value message in the field `number` for each entry."""

    def write_all(value: Mapping[str, Any]) -> bytes:
        return b"".join(
            _delimited(number, _delimited(1, name.encode()) + _delimited(2, write(item)))
            for name, item in value.items()
        )

    return write_all


def _any(value: Any) -> bytes:
    return _delimited(2, msgspec.json.encode(value) + b"\n")


def _named_any(name: str, value: Any) -> bytes:
    return _delimited(1, name.encode()) + _delimited(2, _any(value))


def _string_list(value: Iterable[str] | str) -> bytes:
    return b"".join(_delimited(1, item.encode()) for item in ([value] if isinstance(value, str) else value))


def _schema(value: Any) -> bytes:
    return _write_schema(value)


def _wrapped_schema(value: Any) -> bytes:
    return _delimited(1, _schema(value))


def _additional_properties(value: Any) -> bytes:
    return _scalar(2, "bool", value) if isinstance(value, bool) else _wrapped_schema(value)


def _type(value: Any) -> bytes:
    return _string_list(value)


_write_schema = _message(
    {
        "$ref": (1, "string"),
        "format": (2, "string"),
        "title": (3, "string"),
        "description": (4, "string"),
        "default": (5, _any),
        "multipleOf": (6, "double"),
        "maximum": (7, "double"),
        "exclusiveMaximum": (8, "bool"),
        "minimum": (9, "double"),
        "exclusiveMinimum": (10, "bool"),
        "maxLength": (11, "int"),
        "minLength": (12, "int"),
        "pattern": (13, "string"),
        "maxItems": (14, "int"),
        "minItems": (15, "int"),
        "uniqueItems": (16, "bool"),
        "maxProperties": (17, "int"),
        "minProperties": (18, "int"),
        "required": (19, "string"),
        "enum": (20, _any),
        "additionalProperties": (21, _additional_properties),
        "type": (22, _type),
        "items": (23, _wrapped_schema),
        "allOf": (24, _schema),
        "properties": (25, _named(1, _schema)),
        "readOnly": (27, "bool"),
        "example": (30, _any),
    },
    extension=31,
)

_items = _message({"type": (1, "string"), "format": (2, "string")}, extension=18)

_PLACES = {"header": 1, "formData": 2, "query": 3, "path": 4}


def _parameter_fields(offset: int) -> Mapping[str, Field]:
    """Header and path parameters lack ``allowEmptyValue``: their later fields stand one number lower."""
    return {
        "required": (1, "bool"),
        "in": (2, "string"),
        "description": (3, "string"),
        "name": (4, "string"),
        "type": (5 + offset, "string"),
        "format": (6 + offset, "string"),
        "items": (7 + offset, _items),
        "collectionFormat": (8 + offset, "string"),
        "default": (9 + offset, _any),
        "maximum": (10 + offset, "double"),
        "minimum": (12 + offset, "double"),
        "pattern": (16 + offset, "string"),
        "uniqueItems": (19 + offset, "bool"),
        "enum": (20 + offset, _any),
    }


_without_empty = _message(_parameter_fields(0), extension=22)
_with_empty = _message({**_parameter_fields(1), "allowEmptyValue": (5, "bool")}, extension=23)
_body = _message(
    {
        "description": (1, "string"),
        "name": (2, "string"),
        "in": (3, "string"),
        "required": (4, "bool"),
        "schema": (5, _schema),
    },
    extension=6,
)
_reference = _message({"$ref": (1, "string"), "description": (2, "string")})


def _parameter(value: Mapping[str, Any]) -> bytes:
    place = value["in"]
    if place == "body":
        return _delimited(1, _body(value))
    write = _without_empty if place in ("header", "path") else _with_empty
    return _delimited(2, _delimited(_PLACES[place], write(value)))


def _parameters_item(value: Mapping[str, Any]) -> bytes:
    return _delimited(2, _reference(value)) if "$ref" in value else _delimited(1, _parameter(value))


_response = _message({"description": (1, "string"), "schema": (2, _wrapped_schema)}, extension=5)


def _response_value(value: Mapping[str, Any]) -> bytes:
    return _delimited(2, _reference(value)) if "$ref" in value else _delimited(1, _response(value))


_operation = _message(
    {
        "tags": (1, "string"),
        "summary": (2, "string"),
        "description": (3, "string"),
        "operationId": (5, "string"),
        "produces": (6, "string"),
        "consumes": (7, "string"),
        "parameters": (8, _parameters_item),
        "responses": (9, _named(1, _response_value)),
        "schemes": (10, "string"),
        "deprecated": (11, "bool"),
        "security": (12, _named(1, _string_list)),
    },
    extension=13,
)
_path_item = _message(
    {
        "$ref": (1, "string"),
        "get": (2, _operation),
        "put": (3, _operation),
        "post": (4, _operation),
        "delete": (5, _operation),
        "options": (6, _operation),
        "head": (7, _operation),
        "patch": (8, _operation),
        "parameters": (9, _parameters_item),
    },
    extension=10,
)
_api_key = _message(
    {"type": (1, "string"), "name": (2, "string"), "in": (3, "string"), "description": (4, "string")}, extension=5
)
_info = _message({"title": (1, "string"), "version": (2, "string"), "description": (3, "string")}, extension=7)


def _security_definition(value: Mapping[str, Any]) -> bytes:
    if value["type"] != "apiKey":
        raise ValueError(f"security definition of type {value['type']!r} has no protobuf field here")
    return _delimited(2, _api_key(value))


_document = _message(
    {
        "swagger": (1, "string"),
        "info": (2, _info),
        "host": (3, "string"),
        "basePath": (4, "string"),
        "schemes": (5, "string"),
        "consumes": (6, "string"),
        "produces": (7, "string"),
        "paths": (8, _named(2, _path_item)),
        "definitions": (9, _named(1, _schema)),
        "parameters": (10, _named(1, _parameter)),
        "security": (12, _named(1, _string_list)),
        "securityDefinitions": (13, _named(1, _security_definition)),
    },
    extension=16,
)
