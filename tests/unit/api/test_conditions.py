"""Conditions and owner references."""

from __future__ import annotations

from datetime import UTC, datetime

from pykube.api import conditions, owners
from pykube.api.apps_v1 import ReplicaSet
from pykube.api.core_v1 import Pod
from pykube.api.meta_v1 import Condition

THEN, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def test_time_moves_only_with_the_status() -> None:
    found: list[Condition] = []
    assert conditions.put(found, Condition(type="Ready", status="True", reason="A"), THEN)
    assert not conditions.put(found, Condition(type="Ready", status="True", reason="A"), NOW)
    assert conditions.put(found, Condition(type="Ready", status="True", reason="B"), NOW)
    assert found[0].last_transition_time == THEN
    assert conditions.put(found, Condition(type="Ready", status="False", reason="B"), NOW)
    assert found[0].last_transition_time == NOW
    assert len(found) == 1


def test_find_and_drop() -> None:
    found = [Condition(type="Ready", status="True")]
    assert conditions.is_true(found, "Ready")
    assert not conditions.is_true(found, "Other")
    assert conditions.find(found, "Other") is None
    assert conditions.drop(found, "Ready")
    assert not conditions.drop(found, "Ready")


def test_controllers_are_known_by_uid() -> None:
    manager, pod = ReplicaSet(), Pod()
    manager.metadata.name, manager.metadata.uid = "r", "u"
    pod.metadata.owner_references = [owners.controller_reference(manager)]
    reference = owners.controller_of(pod)
    assert reference is not None
    assert (reference.api_version, reference.kind, reference.name) == ("apps/v1", "ReplicaSet", "r")
    assert owners.is_controlled_by(pod, manager)
    assert owners.is_owned_by(pod, manager)
    again = ReplicaSet()
    again.metadata.name, again.metadata.uid = "r", "v"
    assert not owners.is_controlled_by(pod, again)
