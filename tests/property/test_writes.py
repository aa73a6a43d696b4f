"""Whatever body a client sends for a built-in kind is refused as it should be, or becomes a valid object.

An object that was accepted reads back as it was answered, may be written again unchanged in every way there is, and
that changes nothing; then it goes.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api import scheme
from pykube.api.scheme import Resource

from . import documents
from .documents import Change
from .server import Server, collection, item

STORED = [
    pytest.param(resource, id=f"{resource.api_version}-{resource.kind}")
    for resource in scheme.resources
    if "create" in resource.verbs and "update" in resource.verbs
]
_FORCED = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}


@pytest.mark.parametrize("resource", STORED)
def test_create(server: Server, resource: Resource) -> None:
    @given(documents.changes(resource.type), documents.metadata())
    def law(todo: list[Change], metadata: dict[str, Any]) -> None:
        server.sweep()
        doc = documents.changed(documents.plain(resource, server.name()), todo)
        doc["metadata"].update(metadata)
        answer = server.write("POST", collection(resource), doc)
        if answer.status == 201:
            check_accepted(server, resource, answer.doc)

    law()


@pytest.mark.parametrize("resource", STORED)
def test_update(server: Server, resource: Resource) -> None:
    @given(documents.changes(resource.type), documents.metadata(), st.sampled_from(("PUT", "PUT", "PATCH")))
    def law(todo: list[Change], metadata: dict[str, Any], method: str) -> None:
        server.sweep()
        name = documents.plain(resource, server.name())["metadata"]["name"]
        created = server.write("POST", collection(resource), documents.plain(resource, name))
        assert created.status == 201, created.body
        doc = documents.changed(created.doc, todo)
        doc["metadata"].update(metadata)
        kind = {"Content_Type": "application/merge-patch+json"} if method == "PATCH" else {}
        answer = server.write(method, item(resource, name), doc, **kind)
        after = server.call("GET", item(resource, name))
        assert after.doc == (answer.doc if answer.status == 200 else created.doc)
        check_accepted(server, resource, after.doc)

    law()


def check_accepted(server: Server, resource: Resource, stored: dict[str, Any]) -> None:
    """What holds for every object that was accepted."""
    path = item(resource, stored["metadata"]["name"])
    found = server.call("GET", path)
    assert found.status == 200, found.body
    assert found.doc == stored
    server.unchanged("PUT", path, stored)
    server.unchanged("PATCH", path, {}, Content_Type="application/merge-patch+json")
    server.unchanged("PATCH", path, stored, Content_Type="application/strategic-merge-patch+json")
    server.unchanged("PATCH", path, [], Content_Type="application/json-patch+json")
    if resource.subresource("status"):
        server.unchanged("PUT", f"{path}/status", stored)
    check_apply(server, path, stored)
    server.call("GET", path, Accept="application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
    remove(server, path)


def check_apply(server: Server, path: str, stored: dict[str, Any]) -> None:
    """An object can be applied over itself, and once more without a change, unless its lists cannot be merged."""
    config = {name: value for name, value in stored.items() if name != "status"}
    kept = {name: value for name, value in stored["metadata"].items() if name in ("name", "labels", "annotations")}
    config["metadata"] = kept
    query = "?fieldManager=laws&force=true"
    applied = server.write("PATCH", path + query, config, Content_Type="application/apply-patch+yaml")
    if applied.status == 200:
        server.unchanged("PATCH", path + query, config, Content_Type="application/apply-patch+yaml")
    else:
        assert "duplicate entries" in applied.message, applied.body


def remove(server: Server, path: str) -> None:
    """Whatever was accepted can be deleted."""
    server.call("PATCH", path, {"metadata": {"finalizers": None}}, Content_Type="application/merge-patch+json")
    answer = server.write("DELETE", path, {**_FORCED, "kind": "DeleteOptions", "apiVersion": "v1"})
    assert answer.status in (200, 202), answer.body
