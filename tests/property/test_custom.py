"""Random definitions of custom kinds, and random objects of them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pykube.api.apiextensions_v1 import CustomResourceDefinition
from pykube.api.scheme import CustomResource
from tests.fakes.custom_kinds import DEFINITIONS, GROUP, crontab, definition, version

from . import documents, values
from .documents import Change
from .laws import check_accepted
from .profile import thorough
from .server import Server, collection

_ANY = {"x-kubernetes-preserve-unknown-fields": True}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "text": {"type": "string", "maxLength": 5, "pattern": "^[a-z]*$", "default": "a"},
                "kind": {"type": "string", "enum": ["a", "b"], "nullable": True},
                "number": {"type": "integer", "minimum": 1, "maximum": 10, "multipleOf": 2},
                "share": {"type": "number", "exclusiveMinimum": True, "minimum": 0},
                "small": {"type": "integer", "format": "int32"},
                "time": {"type": "string", "format": "date-time"},
                "address": {"type": "string", "format": "ipv4"},
                "either": {"x-kubernetes-int-or-string": True},
                "free": {"type": "object", **_ANY},
                "anything": _ANY,
                "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                "list": {"type": "array", "maxItems": 3, "items": {"type": "string"}},
                "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                "byName": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name", "port"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {
                            "name": {"type": "string"},
                            "port": {"type": "integer", "default": 80},
                            "value": {"type": "string"},
                        },
                    },
                },
                "atomic": {
                    "type": "object",
                    "x-kubernetes-map-type": "atomic",
                    "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                },
                "pod": {"type": "object", "x-kubernetes-embedded-resource": True, **_ANY},
                "one": {
                    "type": "object",
                    "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                    "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
                },
            },
        },
        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "x": _ANY}},
    },
}
_SPEC: dict[str, Any] = SCHEMA["properties"]["spec"]["properties"]
_CRONTAB = CustomResource(GROUP, "v1", "CronTab", "crontabs", singular_name="crontab", list_kind="CronTabList")


def _plain_values() -> st.SearchStrategy[Any]:
    leaves = st.one_of(
        st.sampled_from(("a", "b", "abc", "1.2.3.4", "2026-01-01T00:00:00Z", "")),
        st.sampled_from((0, 1, 2, 4, 80, 0.5, -1)),
        st.booleans(),
        values.hostile(),
    )
    names = st.sampled_from(("name", "port", "value", "a", "b", "apiVersion", "kind", "metadata", "x"))
    return st.recursive(
        leaves, lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=3), max_leaves=5
    )


_specs = st.dictionaries(st.sampled_from((*_SPEC, "unknown")), _plain_values(), max_size=4)


@thorough
@given(_specs, _plain_values(), documents.metadata())
def test_objects(server: Server, spec: dict[str, Any], status: Any, metadata: dict[str, Any]) -> None:
    _ready(server)
    doc = crontab(server.name())
    doc["spec"], doc["status"] = spec, status
    doc["metadata"].update(metadata)
    answer = server.write("POST", collection(_CRONTAB), doc)
    if answer.status == 201:
        check_accepted(server, _CRONTAB, answer.doc)


@thorough
@given(_specs, _specs, st.sampled_from(("PUT", "PATCH")))
def test_changed_objects(server: Server, before: dict[str, Any], after: dict[str, Any], method: str) -> None:
    _ready(server)
    doc = crontab(server.name())
    doc["spec"] = before
    created = server.write("POST", collection(_CRONTAB), doc)
    if created.status != 201:
        return
    path = f"{collection(_CRONTAB)}/{doc['metadata']['name']}"
    changed = {**created.doc, "spec": after}
    kind = {"Content_Type": "application/merge-patch+json"} if method == "PATCH" else {}
    answer = server.write(method, path, changed, **kind)
    found = server.call("GET", path).doc
    assert found == (answer.doc if answer.status == 200 else created.doc)
    check_accepted(server, _CRONTAB, found)


@thorough
@given(documents.changes(CustomResourceDefinition), st.booleans())
def test_definitions(server: Server, todo: list[Change], whole: bool) -> None:
    plural = server.name()
    doc = definition(version(), plural=plural, kind=plural.upper())
    if whole:
        doc["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = copy.deepcopy(SCHEMA)
    doc = documents.changed(doc, todo)
    answer = server.call("POST", DEFINITIONS, doc)
    if answer.status == 201:
        name = answer.doc["metadata"]["name"]
        server.call("POST", f"/apis/{GROUP}/v1/namespaces/default/{plural}", {**crontab(), "kind": plural.upper()})
        server.call("GET", f"/apis/{GROUP}/v1/namespaces/default/{plural}")
        assert server.call("DELETE", f"{DEFINITIONS}/{name}").status == 200


def _ready(server: Server) -> None:
    """The kind is served."""
    server.sweep()
    if server.call("GET", collection(_CRONTAB)).status == 200:
        return
    served = version(schema={"openAPIV3Schema": SCHEMA}, subresources={"status": {}})
    assert server.call("POST", DEFINITIONS, definition(served)).status in (201, 409)
    server.until(lambda: server.call("GET", collection(_CRONTAB)).status == 200)
