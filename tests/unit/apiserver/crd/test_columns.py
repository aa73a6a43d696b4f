"""Cells of custom columns."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pykube.api.apiextensions_v1 import CustomResourceColumnDefinition
from pykube.apiserver.crd.columns import printer

NOW = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
ITEM = {
    "metadata": {"name": "a", "creationTimestamp": "2026-01-01T00:00:00Z"},
    "spec": {"text": "b", "number": 3, "float": 2.5, "flag": True, "map": {"x": 1}, "list": []},
    "status": {"conditions": [{"type": "Other", "status": "False"}, {"type": "Ready", "status": "True"}]},
}


@pytest.mark.parametrize(
    ("path", "kind", "cell"),
    [
        (".spec.text", "string", "b"),
        (".spec.number", "string", "3"),
        (".spec.map", "string", '{"x":1}'),
        (".spec.number", "integer", 3),
        (".spec.float", "integer", 2),
        (".spec.float", "number", 2.5),
        (".spec.flag", "boolean", True),
        (".spec.flag", "integer", None),
        (".spec.absent", "string", None),
        (".spec.list[0]", "string", None),
        ('.status.conditions[?(@.type=="Ready")].status', "string", "True"),
        (".metadata.creationTimestamp", "date", "5m"),
    ],
)
def test_cell(path: str, kind: str, cell: Any) -> None:
    column = CustomResourceColumnDefinition(name="C", type=kind, json_path=path)
    assert printer([column]).cells(ITEM, NOW) == ["a", cell]


def test_kinds_without_columns_show_their_age() -> None:
    found = printer([])
    assert [column.name for column in found.columns] == ["Name", "Age"]
    assert found.cells(ITEM, NOW) == ["a", "5m"]
