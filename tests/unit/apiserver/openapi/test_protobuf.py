"""The protobuf form of OpenAPI v2, read back by a reader that only knows the wire format."""

from __future__ import annotations

import struct

import pytest

from pykube.apiserver.openapi import protobuf

Fields = dict[int, list[object]]


def read(data: bytes) -> Fields:
    """The fields of one message: number -> values (int, float or bytes)."""
    found: Fields = {}
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while at < len(data):
        key = varint()
        number, wire = key >> 3, key & 7
        value: object
        if wire == 0:
            value = varint()
        elif wire == 1:
            (value,) = struct.unpack("<d", data[at : at + 8])
            at += 8
        else:
            length = varint()
            value = data[at : at + length]
            at += length
        found.setdefault(number, []).append(value)
    return found


def first(fields: Fields, *path: int) -> Fields:
    """Follow `path` through first sub-messages."""
    for number in path:
        value = fields[number][0]
        assert isinstance(value, bytes)
        fields = read(value)
    return fields


def test_a_definition_keeps_its_reference_and_extensions() -> None:
    pods = {
        "type": "array",
        "items": {"$ref": "#/definitions/Pod"},
        "x-kubernetes-list-type": "map",
    }
    document = read(
        protobuf.encode(
            {"swagger": "2.0", "definitions": {"PodList": {"required": ["items"], "properties": {"items": pods}}}}
        )
    )
    assert document[1] == [b"2.0"]
    named = first(document, 9, 1)
    assert named[1] == [b"PodList"]
    schema = first(named, 2)
    assert schema[19] == [b"items"]
    items = first(schema, 25, 1)
    assert items[1] == [b"items"]
    field = first(items, 2)
    assert first(field, 22)[1] == [b"array"]
    assert first(field, 23, 1)[1] == [b"#/definitions/Pod"]
    assert first(field, 31)[1] == [b"x-kubernetes-list-type"]
    assert first(field, 31, 2)[2] == [b'"map"\n']


def test_parameters_stand_under_their_place() -> None:
    query = {"name": "limit", "in": "query", "type": "integer", "uniqueItems": True}
    path = {"name": "name", "in": "path", "type": "string", "required": True}
    body = {"name": "body", "in": "body", "schema": {"type": "object"}}
    document = read(
        protobuf.encode({"paths": {"/a": {"get": {"parameters": [query, path, body, {"$ref": "#/parameters/p"}]}}}})
    )
    operation = first(document, 8, 2, 2, 2)
    parameters = [read(value) for value in operation[8] if isinstance(value, bytes)]
    in_query = first(parameters[0], 1, 2, 3)
    assert in_query[4] == [b"limit"]
    assert in_query[6] == [b"integer"]
    assert in_query[20] == [1]
    in_path = first(parameters[1], 1, 2, 4)
    assert in_path[5] == [b"string"]
    assert first(first(parameters[2], 1, 1), 5, 22)[1] == [b"object"]
    assert first(parameters[3], 2)[1] == [b"#/parameters/p"]


def test_an_unknown_key_is_not_lost_silently() -> None:
    with pytest.raises(ValueError, match="'oneOf'"):
        protobuf.encode({"definitions": {"a": {"oneOf": []}}})
