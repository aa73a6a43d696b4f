"""Tables, and objects without anything but their metadata."""

from datetime import UTC, datetime

import msgspec
import pytest

from pykube.apiserver.table import Wanted, include_object, partial, partial_list, render, wanted
from pykube.errors import BadRequest, NotAcceptable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KUBECTL = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)
OBJECT = b'{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"7"},"type":"Opaque","data":{}}'


def rendered(*objects, **more):
    found = render("", "Secret", objects, now=NOW, **more)
    return msgspec.json.decode(msgspec.json.encode(found))


def test_the_form_a_client_prefers():
    assert wanted(KUBECTL) == Wanted("Table")
    assert wanted("application/json") is None
    assert (
        wanted("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1").form == "PartialObjectMetadataList"
    )
    assert wanted("application/json;as=Nothing;v=v1;g=meta.k8s.io,application/json") is None
    with pytest.raises(NotAcceptable):
        wanted("application/json;as=Nothing;v=v1;g=meta.k8s.io")


def test_a_table_of_one():
    table = rendered(OBJECT)
    assert table["kind"] == "Table"
    assert table["apiVersion"] == "meta.k8s.io/v1"
    assert table["metadata"] == {"resourceVersion": "7"}
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Type", "Data", "Age"]
    (row,) = table["rows"]
    assert row["cells"] == ["a", "Opaque", 0, "<unknown>"]
    assert row["object"]["kind"] == "PartialObjectMetadata"
    assert row["object"]["metadata"]["name"] == "a"


def test_what_stands_beside_the_cells():
    assert "object" not in rendered(OBJECT, include="None")["rows"][0]
    assert rendered(OBJECT, include="Object")["rows"][0]["object"]["type"] == "Opaque"
    assert include_object("") == "Metadata"
    with pytest.raises(BadRequest, match='unrecognized includeObject value: "Some"'):
        include_object("Some")


def test_lists_and_later_events():
    table = rendered(OBJECT, OBJECT, metadata={"resourceVersion": "9", "continue": "c"}, headers=False)
    assert table["metadata"] == {"resourceVersion": "9", "continue": "c"}
    assert table["columnDefinitions"] is None
    assert len(table["rows"]) == 2


def test_a_pod_that_ended_is_marked():
    pod = {"metadata": {"name": "p"}, "status": {"phase": "Succeeded"}}
    (row,) = render("", "Pod", [pod], now=NOW)["rows"]
    assert row["conditions"][0]["type"] == "Completed"


def test_partial_objects_keep_their_metadata_as_it_came():
    found = msgspec.json.decode(msgspec.json.encode(partial(OBJECT)))
    assert found == {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"name": "a", "resourceVersion": "7"},
    }
    listed = partial_list([OBJECT], metadata={"resourceVersion": "9"})
    assert listed["kind"] == "PartialObjectMetadataList"
    assert len(listed["items"]) == 1
