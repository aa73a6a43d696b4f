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
from .laws import check_accepted
from .server import Server, collection, item

STORED = [
    pytest.param(resource, id=f"{resource.api_version}-{resource.kind}")
    for resource in scheme.resources
    if "create" in resource.verbs and "update" in resource.verbs
    # What is written into a definition's status as soon as it is there would look like a broken law.
    if resource.kind != "CustomResourceDefinition"
]


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
