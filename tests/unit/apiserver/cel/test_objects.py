"""Objects that expressions make, for policies that change what is written."""

import pytest

from pykube.apiserver.cel import types
from pykube.apiserver.cel.environment import Environment
from pykube.apiserver.cel.errors import CompileError
from pykube.apiserver.cel.objects import JSON_PATCH, OBJECT, misnamed

ENVIRONMENT = Environment({"object": types.DYN}, patch_types=True)
VALUES = {"object": {"metadata": {"name": "x"}}}


def test_an_object() -> None:
    spec = "Object.spec{replicas: 3, ?paused: optional.none(), list: [Object.spec.list{a: object.metadata.name}]}"
    found = ENVIRONMENT.compile(f"Object{{spec: {spec}}}", returns=OBJECT).value(VALUES)
    assert found == {"spec": {"replicas": 3, "list": [{"a": "x"}]}}
    assert misnamed(found) == []


def test_parts_must_be_of_the_type_of_their_place() -> None:
    found = ENVIRONMENT.compile("Object{spec: Object.status{a: 1}}").value(VALUES)
    assert misnamed(found) == [
        'unexpected type name "Object.status", expected "Object.spec", which matches field name path from root '
        "Object type"
    ]


def test_patches() -> None:
    text = "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b~c'), value: {'x': 1}}]"
    found = ENVIRONMENT.compile(text, returns=types.list_of(JSON_PATCH)).evaluate(VALUES)
    assert found == [{"op": "add", "path": "/metadata/labels/a~1b~0c", "value": {"x": 1}}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("JSONPatch{op: 1}", "expected type of field 'op' is 'string' but provided type is 'int'"),
        ("JSONPatch{what: 1}", "undefined field 'what'"),
        ("Other{a: 1}", "undeclared reference to 'Other' (in container '')"),
    ],
)
def test_complaints(text: str, message: str) -> None:
    with pytest.raises(CompileError) as error:
        ENVIRONMENT.compile(text)
    assert message in str(error.value)


def test_the_type_of_the_whole_is_checked() -> None:
    with pytest.raises(CompileError, match="must evaluate to Object but got int"):
        ENVIRONMENT.compile("1", returns=OBJECT)
    with pytest.raises(CompileError, match=r"must evaluate to one of \[string null_type\] but got bool"):
        ENVIRONMENT.compile("true", returns=(types.STRING, types.NULL))
