"""Parts of other servers' documents: cut out, renamed, merged."""

import pytest

from pykube.apiserver.openapi.remote import RemoteV2, check, merged, part_of, references

SHARED = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
A = {"properties": {"meta": {"$ref": f"#/definitions/{SHARED}"}, "b": {"$ref": "#/definitions/b"}}}
WHOLE = {
    "paths": {
        "/apis/g/v1/as": {"get": {"responses": {"200": {"schema": {"$ref": "#/definitions/a"}}}}},
        "/apis/g/v1beta1/as": {"get": {}},
        "/apis/g/": {"get": {}},
    },
    "definitions": {"a": A, "b": {"type": "object"}, SHARED: {"type": "object"}, "c": {"type": "object"}},
}


def test_a_part_has_what_it_refers_to():
    part = part_of(WHOLE, "/apis/g/v1")
    assert list(part.paths) == ["/apis/g/v1/as"]
    assert set(part.definitions) == {"a", "b", SHARED}
    assert part_of({"paths": [1], "definitions": 3}, "/apis/g/v1") == RemoteV2({}, {})


def test_references_to_themselves_end():
    loop = {"paths": {"/apis/g/v/x": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"$ref": "#/definitions/x"}}}
    assert list(part_of(loop, "/apis/g/v").definitions) == ["x"]


def test_names_that_are_taken_get_a_number():
    part = part_of(WHOLE, "/apis/g/v1")
    found = merged([part], {"b", SHARED})
    assert set(found.definitions) == {"a", "b_v2"}
    assert set(references(found.definitions["a"])) == {"b_v2", SHARED}


def test_what_two_servers_share_stands_once():
    one = RemoteV2({"/1": {}}, {"a": {"type": "object"}, "b": {"type": "string"}})
    two = RemoteV2({"/2": {"$ref": "#/definitions/b"}}, {"a": {"type": "object"}, "b": {"type": "integer"}})
    found = merged([one, two], set())
    assert found.definitions == {"a": {"type": "object"}, "b": {"type": "string"}, "b_v2": {"type": "integer"}}
    assert found.paths == {"/1": {}, "/2": {"$ref": "#/definitions/b_v2"}}


@pytest.mark.parametrize(
    "paths", [{"/a": 7}, {"/a": {"get": {"Extensions": None}}}, {"/a": {"get": {"tags": [7]}}}, {"/a": [{}]}]
)
def test_what_cannot_be_shown_in_all_forms_is_told(paths):
    with pytest.raises(ValueError, match="no OpenAPI of version 2"):
        check(RemoteV2(paths, {}))
    check(RemoteV2({"/a": {"get": {"tags": ["x"], "responses": {}}}}, {"b": {"type": "object"}}))
