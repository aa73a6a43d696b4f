"""Whatever is sent to a part of an object: a proper refusal, or a change that reads back and may be made again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api import authentication_v1, autoscaling_v1, core_v1, policy_v1, scheme
from pykube.api.schema import Struct, fields_of
from pykube.api.scheme import Resource

from . import documents, values
from .documents import Change
from .laws import check_accepted
from .server import Server, collection, item

_WHOLE = ("status", "approval", "finalize", "ephemeralcontainers", "resize")
_CASES = [
    pytest.param(resource, subresource.name, id=f"{resource.api_version}-{resource.kind}-{subresource.name}")
    for resource in scheme.resources
    for subresource in resource.subresources
    if subresource.name in _WHOLE
    # Anyone may watch how the server itself works on the status of a definition.
    and resource.kind != "CustomResourceDefinition"
]
_TYPES = {
    "ephemeralcontainers": ("spec", "ephemeralContainers"),
    "resize": ("spec", "containers"),
    "finalize": ("spec",),
}


@pytest.mark.parametrize(("resource", "subresource"), _CASES)
def test_parts_that_show_the_whole(server: Server, resource: Resource, subresource: str) -> None:
    prefix = _TYPES.get(subresource, ("status",))
    below = documents.changes(resource.type, below=prefix)

    @given(below, st.sampled_from(("PUT", "merge-patch", "strategic-merge-patch", "apply-patch")))
    def law(todo: list[Change], how: str) -> None:
        server.sweep()
        name = documents.plain(resource, server.name())["metadata"]["name"]
        created = server.write("POST", collection(resource), documents.plain(resource, name))
        assert created.status == 201, created.body
        path = item(resource, name, subresource)
        if how == "PUT":
            answer = server.write("PUT", path, documents.changed(created.doc, todo))
        else:
            identity = {key: created.doc[key] for key in ("apiVersion", "kind")}
            doc = documents.changed({**identity, "metadata": {"name": name}}, todo)
            suffix = "+yaml" if how == "apply-patch" else "+json"
            query = "?fieldManager=laws" if how == "apply-patch" else ""
            answer = server.write("PATCH", path + query, doc, Content_Type=f"application/{how}{suffix}")
        found = server.call("GET", item(resource, name))
        if answer.status < 400:
            assert found.doc == answer.doc
        check_accepted(server, resource, found.doc)

    law()


_PARTS: list[tuple[str, str, str, type[Struct]]] = [
    ("apps/v1", "Deployment", "scale", autoscaling_v1.Scale),
    ("v1", "ReplicationController", "scale", autoscaling_v1.Scale),
    ("v1", "Pod", "binding", core_v1.Binding),
    ("v1", "Pod", "eviction", policy_v1.Eviction),
    ("v1", "ServiceAccount", "token", authentication_v1.TokenRequest),
]


@pytest.mark.parametrize(("version", "kind", "subresource", "cls"), _PARTS, ids=lambda part: str(part)[-30:])
def test_parts_of_their_own(server: Server, version: str, kind: str, subresource: str, cls: type[Struct]) -> None:
    resource = scheme.by_kind(version, kind)
    assert resource is not None
    empty: Any = cls()
    methods = ("PUT", "PATCH") if subresource == "scale" else ("POST",)

    @given(documents.changes(cls), documents.metadata(), st.sampled_from(methods))
    def law(todo: list[Change], metadata: dict[str, Any], method: str) -> None:
        server.sweep()
        name = server.name()
        server.write("POST", collection(resource), documents.plain(resource, name))
        doc = {"apiVersion": empty.api_version, "kind": empty.kind, "metadata": {"name": name, **metadata}}
        kind = {"Content_Type": "application/merge-patch+json"} if method == "PATCH" else {}
        server.write(method, item(resource, name, subresource), documents.changed(doc, todo), **kind)
        found = server.call("GET", item(resource, name))
        if found.status == 200:
            check_accepted(server, resource, found.doc)

    law()


_VIRTUAL = [
    pytest.param(resource, id=resource.kind)
    for resource in scheme.resources
    if resource.verbs == ("create",) and resource.kind != "Binding"
]


@pytest.mark.parametrize("resource", _VIRTUAL)
def test_what_is_only_answered(server: Server, resource: Resource) -> None:
    @given(documents.changes(resource.type))
    def law(todo: list[Change]) -> None:
        doc = documents.changed(documents.plain(resource, ""), todo)
        server.write("POST", collection(resource), doc)

    law()


_MANAGED = fields_of(scheme.by_kind("v1", "ConfigMap").type)["metadata"]  # type: ignore[union-attr]


@given(st.lists(values.of_field(_MANAGED, 3), max_size=2), values.hostile())
def test_owners_that_clients_make_up(server: Server, entries: list[Any], fields: Any) -> None:
    """``managedFields`` as no server would write them."""
    server.sweep()
    resource = scheme.by_kind("v1", "ConfigMap")
    assert resource is not None
    doc = documents.plain(resource, server.name())
    entry = {"manager": "m", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields}
    doc["metadata"]["managedFields"] = [*entries, entry]
    answer = server.write("POST", collection(resource), doc)
    if answer.status == 201:
        check_accepted(server, resource, answer.doc)
