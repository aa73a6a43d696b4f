"""Which writes rules and selectors choose."""

import asyncio

import pytest

from pykube.api import admissionregistration_v1 as v1
from pykube.api import core_v1, meta_v1, scheme
from pykube.apiserver.admission.matching import Criteria, Index, is_configuration
from pykube.apiserver.write import Operation, Write
from pykube.errors import NotFound
from tests.fakes.api_server import running


def rule(*resources, operations=("*",), groups=("*",), versions=("*",), **more):
    return v1.NamedRuleWithOperations(
        operations=list(operations),
        api_groups=list(groups),
        api_versions=list(versions),
        resources=list(resources),
        **more,
    )


def selector(**labels):
    return meta_v1.LabelSelector(match_labels=labels)


def write(plural, *, registry=None, group="", version="v1", operation=Operation.CREATE, namespace="", **more):
    resource = scheme.by_plural(group, version, plural)
    assert resource is not None
    where = namespace or ("default" if resource.namespaced else "")
    return Write(operation, resource, where, more.pop("name", "x"), registry, **more)


class Served:
    """A registry of which only the resources matter."""

    def __init__(self, resources=scheme.resources):
        self._resources = list(resources)

    def resources(self):
        return self._resources


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


@pytest.mark.parametrize(
    ("resources", "subresource", "expected"),
    [
        (("pods",), "", True),
        (("pods",), "status", False),
        (("pods/status",), "status", True),
        (("pods/status",), "", False),
        (("pods/*",), "status", True),
        (("pods/*",), "", True),
        (("*",), "", True),
        (("*",), "status", False),
        (("*/status",), "status", True),
        (("*/*",), "exec", True),
        (("services", "pods"), "", True),
        (("services",), "", False),
    ],
)
def test_resources_of_a_rule(resources, subresource, expected):
    criteria = Criteria([rule(*resources)], match_policy="Exact")
    assert (criteria.match_rules(write("pods", subresource=subresource)) is not None) is expected


def test_operations_groups_and_versions():
    only = Criteria([rule("pods", operations=["UPDATE"], groups=[""], versions=["v1"])], match_policy="Exact")
    assert only.match_rules(write("pods", operation=Operation.UPDATE))
    assert not only.match_rules(write("pods"))
    assert not Criteria([rule("pods", groups=["apps"])], match_policy="Exact").match_rules(write("pods"))
    assert not Criteria([rule("pods", versions=["v2"])], match_policy="Exact").match_rules(write("pods"))


@pytest.mark.parametrize(
    ("scope", "plural", "expected"),
    [
        ("Namespaced", "pods", True),
        ("Cluster", "pods", False),
        ("Namespaced", "nodes", False),
        ("Cluster", "nodes", True),
        ("Cluster", "namespaces", True),
        ("Namespaced", "namespaces", False),
        ("*", "namespaces", True),
    ],
)
def test_the_scope_of_a_rule(scope, plural, expected):
    criteria = Criteria([rule("*", scope=scope)], match_policy="Exact")
    assert (criteria.match_rules(write(plural)) is not None) is expected


def test_an_equivalent_version_is_found():
    asked = write("horizontalpodautoscalers", group="autoscaling", version="v1", registry=Served())
    rules = [rule("horizontalpodautoscalers", groups=["autoscaling"], versions=["v2"])]
    found = Criteria(rules).match_rules(asked)
    assert found is not None
    assert found.api_version == "autoscaling/v2"
    assert Criteria(rules, match_policy="Exact").match_rules(asked) is None


def test_events_are_the_same_in_both_groups():
    asked = write("events", registry=Served())
    found = Criteria([rule("events", groups=["events.k8s.io"])]).match_rules(asked)
    assert found is not None
    assert found.group == "events.k8s.io"


def test_the_version_written_is_preferred():
    asked = write("horizontalpodautoscalers", group="autoscaling", version="v1", registry=Served())
    found = Criteria([rule("*", versions=["v2"]), rule("*", versions=["v1"])]).match_rules(asked)
    assert found is asked.resource


def test_no_rules_mean_nothing_to_a_webhook_and_everything_to_a_policy():
    assert Criteria([]).match_rules(write("pods")) is None
    assert Criteria([], anything=True).match_rules(write("pods")) is not None
    assert Criteria.of_resources(None).match(write("pods")) is not None


def test_excluded_rules_win():
    match = v1.MatchResources(resource_rules=[rule("*")], exclude_resource_rules=[rule("pods")])
    criteria = Criteria.of_resources(match)
    assert criteria.match(write("pods")) is None
    assert criteria.match(write("services", registry=Served())) is not None


def test_names():
    match = v1.MatchResources(resource_rules=[rule("pods", resource_names=["one"])])
    index = Index([("policy", Criteria.of_resources(match))])
    registry = Served()
    assert index.find(write("pods", name="two", registry=registry)) == []
    assert [owner for owner, _ in index.find(write("pods", name="one", registry=registry))] == ["policy"]


def test_the_object_selector_looks_at_both_states():
    criteria = Criteria([rule("pods")], object_selector=selector(app="a"))
    chosen = core_v1.Pod(metadata=meta_v1.ObjectMeta(labels={"app": "a"}))
    other = core_v1.Pod()
    assert criteria.match(write("pods", object=chosen))
    assert criteria.match(write("pods", object=other, old=chosen, operation=Operation.UPDATE))
    assert criteria.match(write("pods", old=chosen, operation=Operation.DELETE))
    assert not criteria.match(write("pods", object=other))
    assert not criteria.match(write("pods", object={"command": ["sh"]}, operation=Operation.CONNECT))


def test_the_namespace_selector():
    async def run(api):
        await api.patch("/api/v1/namespaces/default", {"metadata": {"labels": {"team": "a"}}})
        criteria = Criteria([rule("*")], namespace_selector=selector(team="a"))
        other = Criteria([rule("*")], namespace_selector=selector(team="b"))
        registry = api.registry
        assert criteria.match(write("pods", registry=registry))
        assert not other.match(write("pods", registry=registry))
        # What is in no namespace is never left out.
        assert other.match(write("nodes", registry=registry))
        with pytest.raises(NotFound, match='namespaces "nowhere" not found'):
            criteria.match(write("pods", registry=registry, namespace="nowhere"))

    story(run)


def test_a_namespace_itself_is_chosen_by_its_own_labels():
    async def run(api):
        await api.patch("/api/v1/namespaces/default", {"metadata": {"labels": {"team": "a"}}})
        criteria = Criteria([rule("namespaces")], namespace_selector=selector(team="a"))
        new = core_v1.Namespace(metadata=meta_v1.ObjectMeta(name="n", labels={"team": "a"}))
        registry = api.registry
        assert criteria.match(write("namespaces", registry=registry, object=new, name="n"))
        assert not criteria.match(write("namespaces", registry=registry, object=core_v1.Namespace(), name="n"))
        assert criteria.match(
            write("namespaces", registry=registry, old=new, name="default", operation=Operation.DELETE)
        )

    story(run)


def test_an_index_keeps_the_order_and_what_it_found():
    index = Index([("a", Criteria([rule("pods")])), ("b", Criteria([rule("nodes")])), ("c", Criteria([rule("*")]))])
    registry = Served()
    for _ in range(2):
        assert [owner for owner, _ in index.find(write("pods", registry=registry))] == ["a", "c"]
    assert [owner for owner, _ in index.find(write("nodes", registry=registry))] == ["b", "c"]
    assert list(index) == ["a", "b", "c"]


def test_configurations_are_told_apart():
    assert is_configuration(write("validatingwebhookconfigurations", group="admissionregistration.k8s.io"))
    assert not is_configuration(write("pods"))
