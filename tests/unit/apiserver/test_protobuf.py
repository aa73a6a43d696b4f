"""Bodies in Kubernetes' protobuf form."""

import json
import struct

import pytest

from pykube.api import core_v1
from pykube.api.schema import fields_of
from pykube.apiserver import protobuf
from pykube.apiserver.protobuf.reader import MAGIC, table
from pykube.errors import BadRequest


def varint(number):
    number &= (1 << 64) - 1
    found = b""
    while number >= 0x80:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def envelope(api_version, kind, raw):
    return MAGIC + field(1, field(1, api_version) + field(2, kind)) + field(2, raw)


def read(api_version, kind, raw):
    return json.loads(protobuf.to_json(envelope(api_version, kind, raw)))


def test_strings_maps_and_bytes():
    metadata = field(1, "c") + field(11, field(1, "k") + field(2, "v"))
    raw = field(1, metadata) + field(2, field(1, "a") + field(2, "b")) + field(3, field(1, "x") + field(2, b"\0\1"))
    assert read("v1", "ConfigMap", raw) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c", "labels": {"k": "v"}},
        "data": {"a": "b"},
        "binaryData": {"x": "AAE="},
    }


def test_embedded_fields_stand_in_the_place_of_the_message():
    secret = field(6, field(1, "s"))
    pod = field(2, field(1, field(1, "v") + field(2, secret)))
    assert read("v1", "Pod", pod)["spec"]["volumes"] == [{"name": "v", "secret": {"secretName": "s"}}]


def test_numbers_times_quantities_and_choices():
    probe = field(1, field(2, field(2, field(1, 1) + field(3, "web")))) + field(2, -1)
    resources = field(8, field(1, field(1, "cpu") + field(2, field(1, "100m"))))
    container = field(1, "c") + resources + field(10, probe)
    metadata = field(8, field(1, 1_700_000_000)) + field(9, b"")
    found = read("v1", "Pod", field(1, metadata) + field(2, field(2, container)))
    assert found["metadata"] == {"creationTimestamp": "2023-11-14T22:13:20Z"}
    [seen] = found["spec"]["containers"]
    assert seen["livenessProbe"] == {"httpGet": {"port": "web"}, "initialDelaySeconds": -1}
    assert seen["resources"] == {"limits": {"cpu": "100m"}}


def test_options_come_in_every_group():
    assert read("policy/v1", "DeleteOptions", field(1, 5))["gracePeriodSeconds"] == 5


@pytest.mark.parametrize(
    "body", [b"{}", MAGIC + b"\x0a\x05ab", envelope("v1", "Nothing", b""), envelope("v1", "Pod", b"\x0a\x7f")]
)
def test_broken_bodies(body):
    with pytest.raises(BadRequest, match="the object provided is unrecognized"):
        protobuf.to_json(body)


@pytest.mark.parametrize("cls", [core_v1.Container, core_v1.ServiceSpec, core_v1.NodeStatus, core_v1.PodStatus])
def test_the_table_and_the_types_agree(cls):
    known = {name for name, _ in table()[f"core.v1.{cls.__name__}"].values()}
    assert set(fields_of(cls)) <= known


def test_schemas_of_custom_kinds():
    """Names with dashes, floating numbers, JSON in bytes, and choices that JSON shows bare."""
    string = field(5, "string")
    maximum = varint(9 << 3 | 1) + struct.pack("<d", 2.5)
    size = field(5, "integer") + maximum + field(8, field(1, b'{"a":[1]}')) + field(20, field(1, b"7"))
    schema = (
        field(5, "object")
        + field(29, field(1, "size") + field(2, size))
        + field(29, field(1, "names") + field(2, field(5, "array") + field(24, field(1, string))))
        + field(30, field(1, 1) + field(2, string))
        + field(38, 1)
    )
    version = field(1, "v1") + field(4, field(1, schema))
    found = read("apiextensions.k8s.io/v1", "CustomResourceDefinition", field(2, field(7, version)))
    assert found["spec"]["versions"][0]["schema"]["openAPIV3Schema"] == {
        "type": "object",
        "properties": {
            "size": {"type": "integer", "maximum": 2.5, "default": {"a": [1]}, "enum": [7]},
            "names": {"type": "array", "items": {"type": "string"}},
        },
        "additionalProperties": {"type": "string"},
        "x-kubernetes-preserve-unknown-fields": True,
    }


def test_a_choice_without_a_schema_is_a_truth_value():
    version = field(4, field(1, field(30, field(1, 0))))
    found = read("apiextensions.k8s.io/v1", "CustomResourceDefinition", field(2, field(7, version)))
    assert found["spec"]["versions"][0]["schema"]["openAPIV3Schema"] == {"additionalProperties": False}
