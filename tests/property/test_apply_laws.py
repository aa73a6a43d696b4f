"""Laws of server-side apply, over random configurations of a built-in kind and of a custom one (KEP-555)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pykube.api import apps_v1, codec
from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.api.patch.apply import field_sets, nodes
from pykube.api.patch.apply.conflicts import ConflictsError
from pykube.api.patch.apply.field_sets import Fields
from pykube.api.patch.apply.managers import Managed
from pykube.api.patch.apply.nodes import Node
from pykube.api.patch.apply.operations import Applied, Differences, OneVersion, Request, apply, update
from pykube.apiserver.crd.ownership import node_of_version

from .profile import thorough
from .test_custom import SCHEMA

Doc = dict[str, Any]

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_values = st.sampled_from(("x", "y"))


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Doc]:
    return st.fixed_dictionaries({}, optional=fields)


def _items(key: str, names: tuple[Any, ...], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Doc]]:
    one = st.builds(lambda name, rest: {key: name, **rest}, st.sampled_from(names), _some(**fields))
    return st.lists(one, max_size=3, unique_by=lambda item: item[key])


_lists = st.lists(_values, max_size=2)
_metadata = _some(
    labels=st.dictionaries(st.sampled_from("ab"), _values),
    finalizers=st.lists(st.sampled_from(("f/a", "f/b")), unique=True),
)
_containers = _items(
    "name",
    ("a", "b", "c"),
    image=_values,
    command=_lists,
    env=_items("name", ("A", "B"), value=_values),
    ports=_items("containerPort", (80, 443), name=_values),
    securityContext=_some(privileged=st.booleans(), runAsUser=st.integers(0, 1)),
)
_pods = _some(
    containers=_containers, nodeSelector=st.dictionaries(st.sampled_from("ab"), _values), hostNetwork=st.booleans()
)
_deployments = st.builds(
    lambda metadata, spec: {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", **metadata},
        "spec": spec,
    },
    _metadata,
    _some(
        replicas=st.integers(1, 2),
        selector=_some(matchLabels=st.dictionaries(st.sampled_from("ab"), _values)),
        template=_some(spec=_pods),
    ),
)
_things = st.builds(
    lambda metadata, spec: {
        "apiVersion": "g/v1",
        "kind": "CronTab",
        "metadata": {"name": "d", **metadata},
        "spec": spec,
    },
    _metadata,
    _some(
        text=_values,
        number=st.integers(1, 2),
        map=st.dictionaries(st.sampled_from("ab"), st.integers(0, 1)),
        list=_lists,
        set=st.lists(_values, unique=True),
        byName=_items("name", ("a", "b"), value=_values),
        atomic=_some(a=_values, b=_values),
        free=st.dictionaries(st.sampled_from("ab"), st.dictionaries(st.sampled_from("ab"), _values)),
    ),
)


@dataclass(frozen=True)
class Kind:
    """A kind to try the laws on."""

    version: str
    node: Node
    configs: st.SearchStrategy[Doc]


_KINDS = [
    pytest.param(Kind("apps/v1", nodes.of_struct(apps_v1.Deployment), _deployments), id="built-in"),
    pytest.param(Kind("g/v1", node_of_version(codec.from_dict(JSONSchemaProps, SCHEMA)), _things), id="custom"),
]
each_kind = pytest.mark.parametrize("kind", _KINDS)


@dataclass
class Object:
    """An object and its owners, as they come and go."""

    kind: Kind
    doc: Mapping[str, Any] = field(default_factory=dict)
    managed: Managed = field(default_factory=dict)
    seconds: int = 0

    def _request(self, manager: str) -> Request:
        self.seconds += 1
        now = _NOW + timedelta(seconds=self.seconds)
        return Request(
            versions=OneVersion(self.kind.version, self.kind.node), version=self.kind.version, manager=manager, now=now
        )

    def apply(self, manager: str, config: Doc, *, force: bool = False) -> Applied:
        given = copy.deepcopy(config)
        found = apply(self._request(manager), self.doc, config, self.managed, force=force)
        assert config == given
        self.doc = self.doc if found.doc is None else found.doc
        self.managed = found.managed
        return found

    def refusal(self, manager: str, config: Doc) -> str:
        """Apply, or say why not."""
        try:
            self.apply(manager, config)
        except ConflictsError as error:
            return error.to_api().message
        return ""

    def update(self, manager: str, doc: Doc) -> None:
        request = self._request(manager)
        self.managed = update(request, self.managed, Differences.between(request, self.doc, doc))
        self.doc = doc

    def owned(self, manager: str) -> Fields:
        return next((owned.fields for who, owned in self.managed.items() if who.manager == manager), {})

    @property
    def plain(self) -> Any:
        """The object without what the order of writes may leave behind: the order of items, and empty containers."""
        return _plain(self.doc)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        found = {name: _plain(below) for name, below in value.items()}
        return {name: below for name, below in sorted(found.items()) if below not in ({}, [])}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=repr)
    return value


def _empty(kind: Kind) -> Doc:
    name = "Deployment" if kind.version == "apps/v1" else "CronTab"
    return {"apiVersion": kind.version, "kind": name, "metadata": {"name": "d"}}


@each_kind
def test_twice_is_once(kind: Kind) -> None:
    @thorough
    @given(kind.configs, kind.configs)
    def law(one: Doc, other: Doc) -> None:
        live = Object(kind)
        live.apply("one", one)
        live.apply("other", other, force=True)
        managed = live.managed
        again = live.apply("other", other)
        assert again.doc is None
        assert again.managed == managed

    law()


@each_kind
def test_what_is_applied_holds_and_is_owned(kind: Kind) -> None:
    @thorough
    @given(kind.configs, kind.configs)
    def law(one: Doc, other: Doc) -> None:
        live = Object(kind)
        live.apply("one", one)
        live.apply("other", other, force=True)
        assert live.apply("witness", other).doc is None
        assert live.owned("witness") == live.owned("other")

    law()


@each_kind
def test_what_is_no_longer_applied_goes(kind: Kind) -> None:
    @thorough
    @given(kind.configs, kind.configs)
    def law(before: Doc, after: Doc) -> None:
        twice, once = Object(kind), Object(kind)
        twice.apply("one", before)
        twice.apply("one", after)
        once.apply("one", after)
        assert twice.plain == once.plain
        assert twice.owned("one") == once.owned("one")

    law()


@each_kind
def test_unrelated_managers_commute(kind: Kind) -> None:
    @thorough
    @given(kind.configs, kind.configs)
    def law(one: Doc, other: Doc) -> None:
        forth, back = Object(kind), Object(kind)
        forth.apply("one", one)
        assume(not forth.refusal("other", other))
        back.apply("other", other)
        back.apply("one", one)
        assert forth.plain == back.plain
        for manager in ("one", "other"):
            assert forth.owned(manager) == back.owned(manager)

    law()


@each_kind
def test_conflicts_are_mutual_and_change_nothing(kind: Kind) -> None:
    @thorough
    @given(kind.configs, kind.configs)
    def law(one: Doc, other: Doc) -> None:
        told = []
        for first, second in ((one, other), (other, one)):
            live = Object(kind)
            live.apply("first", first)
            doc, managed = copy.deepcopy(live.doc), dict(live.managed)
            refusal = live.refusal("second", second)
            told.append(bool(refusal))
            if refusal:
                assert 'with "first"' in refusal
                assert live.doc == doc
                assert live.managed == managed
        assert told[0] == told[1]

    law()


@each_kind
def test_force_takes_what_differs_and_no_more(kind: Kind) -> None:
    @thorough
    @given(kind.configs, kind.configs)
    def law(one: Doc, other: Doc) -> None:
        live, alone = Object(kind), Object(kind)
        live.apply("one", one)
        mine = live.owned("one")
        live.apply("other", other, force=True)
        alone.apply("other", other)
        assert live.owned("other") == alone.owned("other")
        lost = field_sets.difference(mine, live.owned("one"))
        # What was lost is what the other now holds alone; a container that goes with it counts as well.
        for path in field_sets.paths(lost):
            assert any(path[: len(held)] == held for held in field_sets.paths(live.owned("other"))) or any(
                held[: len(path)] == path for held in field_sets.paths(live.owned("other"))
            )

    law()


@each_kind
def test_what_is_shared_goes_with_its_last_owner(kind: Kind) -> None:
    @thorough
    @given(kind.configs)
    def law(config: Doc) -> None:
        live = Object(kind)
        live.apply("one", config)
        live.apply("other", config)
        before = live.plain
        live.apply("one", _empty(kind))
        assert live.plain == before
        assert live.owned("one") == {}
        live.apply("other", _empty(kind))
        bare = Object(kind)
        bare.apply("one", _empty(kind))
        assert live.plain.get("spec", {}) == bare.plain.get("spec", {})
        assert live.plain["metadata"] == bare.plain["metadata"]

    law()


@each_kind
def test_an_update_takes_what_it_changes(kind: Kind) -> None:
    @thorough
    @given(kind.configs, kind.configs)
    def law(one: Doc, other: Doc) -> None:
        live = Object(kind)
        live.apply("one", one)
        live.update("editor", copy.deepcopy(other))
        held = field_sets.intersection(live.owned("one"), live.owned("editor"))
        assert not list(field_sets.paths(held))
        # Whoever applies what is there already meets nobody.
        assert live.apply("witness", other).doc is None

    law()


@each_kind
def test_sets_survive_their_journey(kind: Kind) -> None:
    @thorough
    @given(kind.configs)
    def law(config: Doc) -> None:
        live = Object(kind)
        live.apply("one", config)
        fields = live.owned("one")
        assert field_sets.parse(msgspec.json.decode(field_sets.encoded(fields))) == fields
        assert field_sets.union(fields, fields) == fields
        assert field_sets.difference(fields, fields) in ({}, None)
        assert field_sets.intersection(fields, fields) == fields

    law()
