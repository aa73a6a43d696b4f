"""Entries of managedFields as clients write them, and configurations that nobody can apply."""

from typing import Any

import pytest

from pykube.api import codec, core_v1, meta_v1
from pykube.api.patch.apply import configuration, managers, nodes

ENTRY = {
    "manager": "m",
    "operation": "Update",
    "apiVersion": "v1",
    "time": "2026-01-01T00:00:00Z",
    "fieldsType": "FieldsV1",
    "fieldsV1": {"f:data": {"f:a": {}}},
}


def entry(**changes: Any) -> meta_v1.ManagedFieldsEntry:
    return codec.from_dict(meta_v1.ManagedFieldsEntry, {**ENTRY, **changes})


def test_entries_survive_reading_and_writing() -> None:
    found = [entry(operation="Apply"), entry(), entry(manager="n", subresource="status")]
    assert managers.read(managers.write(managers.checked(found))) == managers.read(found)
    assert managers.write(managers.read(found)) == found


def test_appliers_are_the_same_in_every_version() -> None:
    assert len(managers.read([entry(operation="Apply"), entry(operation="Apply", apiVersion="v2")])) == 1
    assert len(managers.read([entry(), entry(apiVersion="v2")])) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"operation": "Create"},
        {"apiVersion": ""},
        {"fieldsType": ""},
        {"fieldsType": "FieldsV2"},
        {"fieldsV1": {"data": {}}},
    ],
)
def test_entries_that_say_nonsense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        managers.checked([entry(**changes)])


def test_times_do_not_count() -> None:
    later = entry(time="2026-01-02T00:00:00Z")
    assert managers.same_but_times([entry()], [later])
    assert not managers.same_but_times([entry()], [entry(manager="n")])


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"volume": []}, ".spec.volume: field not declared in schema"),
        (
            {"containers": [{"name": "a"}, {"name": "a"}]},
            '.spec.containers: duplicate entries for key [name="a"]',
        ),
        (
            {"containers": [{"name": "a", "x": 1}]},
            '.spec.containers[name="a"].x: field not declared in schema',
        ),
        (
            {"topologySpreadConstraints": [3]},
            ".spec.topologySpreadConstraints: element 0: associative list with keys may not have non-map elements",
        ),
        ({"containers": {}}, ".spec.containers: expected list, got {}"),
    ],
)
def test_problems_of_a_configuration_name_the_field(spec: dict[str, Any], problem: str) -> None:
    node = nodes.of_struct(core_v1.Pod)
    assert configuration.problems(node, {"kind": "Pod", "spec": spec}) == [problem]
