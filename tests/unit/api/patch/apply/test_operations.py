"""Update and apply over real types: who owns what afterwards, who is refused, what is removed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api import apps_v1, core_v1
from pykube.api.patch.apply import managers, nodes
from pykube.api.patch.apply.conflicts import ConflictsError
from pykube.api.patch.apply.field_sets import Fields
from pykube.api.patch.apply.last_applied import ANNOTATION, apply_upgrading
from pykube.api.patch.apply.managers import Managed
from pykube.api.patch.apply.operations import Applied, Differences, OneVersion, Request, apply, update

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Doc = Mapping[str, Any]


def request(manager: str, cls: type = apps_v1.Deployment, *, at: int = 0, **more: Any) -> Request:
    version = cls().api_version
    kind = OneVersion(version, nodes.of_struct(cls))
    return Request(versions=kind, version=version, manager=manager, now=NOW + timedelta(seconds=at), **more)


def deployment(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def config_map(**data: str | None) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}


def containers(*found: dict[str, Any]) -> dict[str, Any]:
    return {"template": {"spec": {"containers": list(found)}}}


def names(doc: Doc | None) -> list[str]:
    assert doc is not None
    return [container["name"] for container in doc["spec"]["template"]["spec"]["containers"]]


def fields_of(managed: Managed, manager: str) -> Fields | None:
    return next((owned.fields for who, owned in managed.items() if who.manager == manager), None)


def updated(
    manager: str, old: Doc, new: Doc, managed: Managed, *, at: int = 0, cls: type = apps_v1.Deployment
) -> Managed:
    asked = request(manager, cls, at=at)
    return update(asked, managed, Differences.between(asked, old, new))


class TestApply:
    def test_creates(self) -> None:
        config = deployment(replicas=2, **containers({"name": "a", "ports": [{"containerPort": 80}]}))
        done = apply(request("me"), {}, config, {})
        assert done.doc == config
        assert fields_of(done.managed, "me") == {
            "f:spec": {
                "f:replicas": {},
                "f:template": {
                    "f:spec": {
                        "f:containers": {
                            'k:{"name":"a"}': {
                                ".": {},
                                "f:name": {},
                                "f:ports": {
                                    'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}
                                },
                            }
                        }
                    }
                },
            }
        }

    def test_again_changes_nothing(self) -> None:
        config = deployment(replicas=2, **containers({"name": "a", "image": "x"}))
        first = apply(request("me"), {}, config, {})
        assert first.doc is not None
        again = apply(request("me", at=5), first.doc, config, first.managed)
        assert again == Applied(None, first.managed)

    def test_refuses_what_others_own(self) -> None:
        live = deployment(replicas=2)
        managed = updated("kubectl-client-side-apply", {}, live, {})
        with pytest.raises(ConflictsError) as caught:
            apply(request("me"), live, deployment(replicas=3), managed)
        error = caught.value.to_api()
        assert error.message == (
            'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas'
        )
        assert error.status()["details"]["causes"] == [
            {
                "reason": "FieldManagerConflict",
                "message": 'conflict with "kubectl-client-side-apply" using apps/v1',
                "field": ".spec.replicas",
            }
        ]

    def test_names_all_conflicts(self) -> None:
        live = deployment(replicas=2, paused=True)
        managed = apply(request("b"), {}, live, {}).managed
        with pytest.raises(ConflictsError) as caught:
            apply(request("me"), live, deployment(replicas=3, paused=False), managed)
        assert caught.value.to_api().message == (
            'Apply failed with 2 conflicts: conflicts with "b":\n- .spec.paused\n- .spec.replicas'
        )

    def test_takes_by_force(self) -> None:
        live = deployment(replicas=2, paused=True)
        managed = updated("other", {}, live, {})
        done = apply(request("me"), live, deployment(replicas=3), managed, force=True)
        assert done.doc is not None
        assert done.doc["spec"] == {"replicas": 3, "paused": True}
        assert fields_of(done.managed, "other") == {"f:spec": {"f:paused": {}}}
        assert fields_of(done.managed, "me") == {"f:spec": {"f:replicas": {}}}

    def test_same_value_is_shared(self) -> None:
        live = deployment(replicas=2)
        managed = updated("other", {}, live, {})
        done = apply(request("me"), live, live, managed)
        assert done.doc is None
        assert fields_of(done.managed, "other") == fields_of(done.managed, "me") == {"f:spec": {"f:replicas": {}}}

    def test_removes_what_is_applied_no_longer(self) -> None:
        first = apply(request("me"), {}, deployment(**containers({"name": "a"}, {"name": "b"}), paused=True), {})
        assert first.doc is not None
        second = apply(request("me"), first.doc, deployment(**containers({"name": "a"})), first.managed)
        assert names(second.doc) == ["a"]
        assert second.doc is not None
        assert "paused" not in second.doc["spec"]

    def test_keeps_what_somebody_else_owns_as_well(self) -> None:
        both = deployment(paused=True, replicas=1)
        one = apply(request("one"), {}, both, {})
        two = apply(request("two"), both, deployment(paused=True), one.managed)
        left = apply(request("one"), both, deployment(replicas=1), two.managed)
        assert left.doc is None
        gone = apply(request("two"), both, deployment(), left.managed)
        assert gone.doc is not None
        assert gone.doc["spec"] == {"replicas": 1}

    def test_an_item_that_others_apply_as_well_stays(self) -> None:
        first = apply(request("me"), {}, deployment(**containers({"name": "a"}, {"name": "b", "image": "x"})), {})
        assert first.doc is not None
        more = deployment(**containers({"name": "b", "tty": True}))
        second = apply(request("other"), first.doc, more, first.managed)
        assert second.doc is not None
        done = apply(request("me"), second.doc, deployment(**containers({"name": "a"})), second.managed)
        assert done.doc is not None
        assert done.doc["spec"]["template"]["spec"]["containers"] == [{"name": "a"}, {"name": "b", "tty": True}]

    def test_an_item_goes_with_what_others_updated_in_it(self) -> None:
        first = apply(request("me"), {}, deployment(**containers({"name": "a"}, {"name": "b", "image": "x"})), {})
        assert first.doc is not None
        live = deployment(**containers({"name": "a"}, {"name": "b", "image": "x", "tty": True}))
        managed = updated("other", first.doc, live, first.managed)
        done = apply(request("me"), live, deployment(**containers({"name": "a"})), managed)
        assert names(done.doc) == ["a"]
        assert fields_of(done.managed, "other") is None

    def test_items_take_the_order_applied(self) -> None:
        live = deployment(**containers({"name": "a"}, {"name": "x"}, {"name": "b"}))
        done = apply(request("me"), live, deployment(**containers({"name": "b"}, {"name": "n"}, {"name": "a"})), {})
        assert names(done.doc) == ["x", "b", "n", "a"]

    def test_counts_from_the_first_apply_on(self) -> None:
        live = config_map(a="1")
        done = apply(request("me", core_v1.ConfigMap), live, config_map(b="2"), {})
        assert fields_of(done.managed, "before-first-apply") == {"f:data": {".": {}, "f:a": {}}}
        assert fields_of(done.managed, "me") == {"f:data": {"f:b": {}}}

    def test_fields_reset_by_the_server_are_nobodys(self) -> None:
        config = {**deployment(replicas=1), "status": {"replicas": 1}}
        done = apply(request("me", reset={"f:status": {}}), {}, config, {})
        assert fields_of(done.managed, "me") == {"f:spec": {"f:replicas": {}}}

    def test_atomic_lists_have_one_owner(self) -> None:
        def service(*sources: str) -> dict[str, Any]:
            spec = {"loadBalancerSourceRanges": list(sources)}
            return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": spec}

        managed = apply(request("a", core_v1.Service), {}, service("10.0.0.0/8"), {}).managed
        with pytest.raises(ConflictsError) as caught:
            apply(request("b", core_v1.Service), service("10.0.0.0/8"), service("10.0.0.0/8", "11.0.0.0/8"), managed)
        assert caught.value.conflicts[0].path == ("f:spec", "f:loadBalancerSourceRanges")

    def test_sets_are_owned_by_value(self) -> None:
        def marked(*finalizers: str) -> dict[str, Any]:
            return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"finalizers": list(finalizers)}}

        one = apply(request("a", core_v1.ConfigMap), {}, marked("x/a", "x/b"), {})
        assert one.doc is not None
        two = apply(request("b", core_v1.ConfigMap), one.doc, marked("x/b", "x/c"), one.managed)
        assert two.doc is not None
        three = apply(request("a", core_v1.ConfigMap), two.doc, marked(), two.managed)
        assert three.doc is not None
        assert three.doc["metadata"]["finalizers"] == ["x/b", "x/c"]


class TestUpdate:
    def test_a_new_object_is_its_creators(self) -> None:
        new = deployment(replicas=1, **containers({"name": "a", "resources": {}}))
        assert fields_of(updated("me", {}, new, {}), "me") == {
            "f:spec": {
                "f:replicas": {},
                "f:template": {
                    "f:spec": {
                        "f:containers": {
                            ".": {},
                            'k:{"name":"a"}': {".": {}, "f:name": {}, "f:resources": {}},
                        }
                    }
                },
            }
        }

    def test_who_changes_a_field_owns_it(self) -> None:
        old, new = deployment(replicas=1, paused=True), deployment(replicas=2, paused=True)
        managed = updated("b", old, new, updated("a", {}, old, {}), at=3)
        assert fields_of(managed, "a") == {"f:spec": {"f:paused": {}}}
        assert fields_of(managed, "b") == {"f:spec": {"f:replicas": {}}}
        assert [entry.manager for entry in managers.write(managed)] == ["a", "b"]

    def test_removed_fields_are_nobodys(self) -> None:
        old = deployment(replicas=1, paused=True)
        managed = updated("b", old, deployment(replicas=1), updated("a", {}, old, {}), at=3)
        assert fields_of(managed, "a") == {"f:spec": {"f:replicas": {}}}
        assert fields_of(managed, "b") is None

    def test_updaters_are_capped(self) -> None:
        doc, managed = config_map(k0="x"), updated("m0", {}, config_map(k0="x"), {}, cls=core_v1.ConfigMap)
        for number in range(1, 14):
            more = {**doc, "data": {**doc["data"], f"k{number}": "x"}}
            managed = updated(f"m{number}", doc, more, managed, at=number, cls=core_v1.ConfigMap)
            doc = more
        found = [entry.manager for entry in managers.write(managed)]
        assert found == ["ancient-changes", *(f"m{number}" for number in range(5, 14))]
        ancient = fields_of(managed, "ancient-changes")
        assert ancient == {"f:data": {".": {}, **{f"f:k{number}": {} for number in range(5)}}}


class TestUpgrade:
    def live(self, annotation: str = '{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"1"}}') -> tuple[Doc, Managed]:
        live = config_map(a="1", b="1")
        live["metadata"]["annotations"] = {ANNOTATION: annotation}
        return live, updated("kubectl-client-side-apply", {}, live, {}, cls=core_v1.ConfigMap)

    def test_kubectl_has_no_conflict_with_itself(self) -> None:
        live, managed = self.live()
        done = apply_upgrading(request("kubectl", core_v1.ConfigMap), live, config_map(a="2"), managed)
        assert done.doc is not None
        assert done.doc["data"] == {"a": "2", "b": "1"}
        assert done.doc["metadata"]["annotations"][ANNOTATION] == (
            '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"c"}}\n'
        )

    def test_what_kubectl_did_not_apply_is_a_conflict(self) -> None:
        live, managed = self.live()
        with pytest.raises(ConflictsError) as caught:
            apply_upgrading(request("kubectl", core_v1.ConfigMap), live, config_map(a="2", b="2"), managed)
        assert [conflict.path for conflict in caught.value.conflicts] == [("f:data", "f:b")]

    @pytest.mark.parametrize("annotation", ["", "{", "[]", '{"apiVersion":"v2"}'])
    def test_a_useless_annotation_allows_nothing(self, annotation: str) -> None:
        live, managed = self.live(annotation)
        with pytest.raises(ConflictsError):
            apply_upgrading(request("kubectl", core_v1.ConfigMap), live, config_map(a="2"), managed)

    def test_other_managers_are_not_upgraded(self) -> None:
        live, managed = self.live()
        with pytest.raises(ConflictsError):
            apply_upgrading(request("me", core_v1.ConfigMap), live, config_map(a="2"), managed)


KEYS, VALUES = st.sampled_from("abcd"), st.sampled_from(["1", "2"])
DATA = st.dictionaries(KEYS, VALUES, max_size=4)
CONTAINERS = st.lists(
    st.fixed_dictionaries({"name": KEYS}, optional={"image": VALUES, "tty": st.booleans()}),
    max_size=3,
    unique_by=lambda container: str(container["name"]),
)
DOCS = st.builds(
    lambda labels, found: {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": labels},
        "spec": containers(*found),
    },
    DATA,
    CONTAINERS,
)


def state(doc: Doc) -> Any:
    """What an object says, the order of items and empty containers aside."""
    if isinstance(doc, dict):
        return {key: found for key, value in doc.items() if (found := state(value)) not in ({}, ())}
    if isinstance(doc, list):
        return tuple(sorted((state(item) for item in doc), key=lambda item: json.dumps(item, sort_keys=True)))
    return doc


def after(manager: str, doc: Doc, config: Doc, managed: Managed) -> tuple[Doc, Managed]:
    done = apply(request(manager), doc, config, managed, force=True)
    return (doc if done.doc is None else done.doc), done.managed


class TestLaws:
    @given(DOCS, DOCS)
    def test_apply_after_apply_is_empty(self, live: Doc, config: Doc) -> None:
        doc, managed = after("me", live, config, {})
        again = apply(request("me", at=9), doc, config, managed)
        assert again.doc is None
        assert again.managed == managed

    @given(DOCS, DOCS)
    def test_the_last_configuration_counts(self, first: Doc, second: Doc) -> None:
        doc, managed = after("me", {}, first, {})
        doc, managed = after("me", doc, second, managed)
        direct, owned = after("me", {}, second, {})
        assert state(doc) == state(direct)
        assert fields_of(managed, "me") == fields_of(owned, "me")

    @given(st.dictionaries(st.sampled_from("ab"), VALUES), st.dictionaries(st.sampled_from("cd"), VALUES))
    def test_unrelated_managers_commute(self, one: dict[str, str], two: dict[str, str]) -> None:
        live = config_map(z="0")
        results = []
        for turns in ((("one", one), ("two", two)), (("two", two), ("one", one))):
            doc: Doc = live
            managed = updated("z", {}, live, {}, cls=core_v1.ConfigMap)
            for manager, data in turns:
                done = apply(request(manager, core_v1.ConfigMap), doc, config_map(**data), managed)
                doc, managed = (doc if done.doc is None else done.doc), done.managed
            results.append((doc, {who: owned.fields for who, owned in managed.items()}))
        assert results[0] == results[1]

    @given(DOCS, DOCS)
    def test_applying_nothing_takes_back_only_what_was_applied(self, live: Doc, config: Doc) -> None:
        managed = updated("other", {}, live, {})
        try:
            done = apply(request("me"), live, config, managed)
        except ConflictsError:
            return
        doc = live if done.doc is None else done.doc
        nothing = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
        back, left = after("me", doc, nothing, done.managed)
        assert state(back) == state(live)
        assert fields_of(left, "me") is None

    @given(DOCS, DOCS)
    def test_an_update_owns_what_it_changed(self, old: Doc, new: Doc) -> None:
        managed = updated("b", old, new, updated("a", {}, old, {}), at=1)
        again = updated("b", new, new, managed, at=2)
        assert again == managed
