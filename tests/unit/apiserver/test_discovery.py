"""What clients learn about the kinds that are served."""

import msgspec
import pytest

from pykube.api import scheme
from pykube.api.scheme import CustomResource, Resource
from pykube.apiserver.aggregator.priorities import Rank
from pykube.apiserver.discovery import Discovery, RemoteVersion, version_priority, wants_aggregated
from pykube.errors import NotFound

KUBECTL = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)


@pytest.fixture
def discovery():
    return Discovery([lambda: scheme.resources], address="10.0.0.1:6443")


def read(discovery, path, *, aggregated=False):
    return msgspec.json.decode(discovery.document(path, aggregated=aggregated).body)


def test_versions_and_groups(discovery):
    assert read(discovery, "/api")["versions"] == ["v1"]
    groups = read(discovery, "/apis")["groups"]
    assert [group["name"] for group in groups][:3] == ["apiregistration.k8s.io", "apps", "events.k8s.io"]
    autoscaling = read(discovery, "/apis/autoscaling")
    assert autoscaling["preferredVersion"] == {"groupVersion": "autoscaling/v2", "version": "v2"}
    with pytest.raises(NotFound):
        discovery.document("/apis/none.example")


def test_resources_of_the_core_group(discovery):
    listed = {entry["name"]: entry for entry in read(discovery, "/api/v1")["resources"]}
    assert listed["pods"] == {
        "name": "pods",
        "singularName": "pod",
        "namespaced": True,
        "kind": "Pod",
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        "shortNames": ["po"],
        "categories": ["all"],
        "storageVersionHash": "xPOwRZ+Yhw8=",
    }
    assert listed["pods/eviction"] == {
        "name": "pods/eviction",
        "singularName": "",
        "namespaced": True,
        "kind": "Eviction",
        "verbs": ["create"],
        "group": "policy",
        "version": "v1",
    }
    assert "storageVersionHash" not in listed["bindings"]
    assert list(listed) == sorted(listed)


def test_the_aggregated_form_says_the_same(discovery):
    (core,) = read(discovery, "/api", aggregated=True)["items"]
    pods = next(one for one in core["versions"][0]["resources"] if one["resource"] == "pods")
    assert pods["scope"] == "Namespaced"
    assert [one["subresource"] for one in pods["subresources"]][:2] == ["attach", "binding"]
    apps = next(one for one in read(discovery, "/apis", aggregated=True)["items"] if one["metadata"]["name"] == "apps")
    scale = apps["versions"][0]["resources"][2]["subresources"][0]
    assert scale["responseKind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}


def test_which_form_a_client_takes():
    assert wants_aggregated(KUBECTL)
    assert not wants_aggregated("application/json")
    assert not wants_aggregated("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList")


def test_added_kinds_appear_and_change_the_tag(discovery):
    before = discovery.document("/apis").etag
    discovery.add_source(lambda: [Resource("demo.example", "v1", "Thing", "things")])
    assert discovery.document("/apis").etag != before
    assert read(discovery, "/apis")["groups"][-1]["name"] == "demo.example"
    assert read(discovery, "/apis/demo.example/v1")["resources"][0]["kind"] == "Thing"


def test_newer_and_stabler_versions_come_first():
    versions = ["v1alpha1", "foo", "v1", "v1beta1", "v2", "v1beta2", "v10"]
    assert sorted(versions, key=version_priority) == ["v10", "v2", "v1", "v1beta2", "v1beta1", "v1alpha1", "foo"]


def test_versions_of_one_kind_say_that_they_are_stored_alike(discovery):
    def digest(path, plural):
        return next(one["storageVersionHash"] for one in read(discovery, path)["resources"] if one["name"] == plural)

    scalers = "horizontalpodautoscalers"
    assert digest("/apis/autoscaling/v1", scalers) == digest("/apis/autoscaling/v2", scalers) == "qwQve8ut294="
    assert digest("/apis/events.k8s.io/v1", "events") == digest("/api/v1", "events") == "r2yiGXH7wu8="
    versions = [CustomResource("demo.example", version, "Thing", "things") for version in ("v1", "v2")]
    custom = Discovery([lambda: versions], stored=lambda resource: "v2")
    assert digest_of(custom, "v1") == digest_of(custom, "v2")


def digest_of(discovery, version):
    return read(discovery, f"/apis/demo.example/{version}")["resources"][0]["storageVersionHash"]


def test_groups_stand_by_rank_and_then_by_name():
    ranks = {
        ("b", "v1"): Rank(2000, 1),
        ("b", "v2"): Rank(10, 9),
        ("a", "v2"): Rank(2000, 1),
        ("c", "v1"): Rank(3000, 1),
    }
    listed = [Resource(group, version, "Thing", "things") for group, version in ranks]
    discovery = Discovery([lambda: listed], ranks=lambda group, version: ranks[group, version])
    assert [one["name"] for one in read(discovery, "/apis")["groups"]] == ["c", "b", "a"]
    shown = read(discovery, "/apis", aggregated=True)["items"]
    assert [one["metadata"]["name"] for one in shown] == ["c", "a", "b"]
    assert [one["version"] for one in shown[2]["versions"]] == ["v2", "v1"]


def test_what_others_answer_for():
    own = [Resource("a", "v1", "Thing", "things"), Resource("a", "v2", "Thing", "things")]
    remote = RemoteVersion("a", "v2", ({"resource": "others"},), fresh=True)
    stale = RemoteVersion("z", "v1", (), fresh=False)
    discovery = Discovery([lambda: own], remotes=lambda: [remote, stale])
    (a, z) = read(discovery, "/apis", aggregated=True)["items"]
    assert a["versions"][0] == {"version": "v2", "resources": [{"resource": "others"}], "freshness": "Current"}
    assert z["versions"] == [{"version": "v1", "freshness": "Stale"}]
    assert read(discovery, "/apis/z")["name"] == "z"
    with pytest.raises(NotFound):
        discovery.document("/apis/a/v2")
