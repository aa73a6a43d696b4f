"""What clients learn about the kinds that are served."""

import msgspec
import pytest

from pykube.api import scheme
from pykube.api.scheme import Resource
from pykube.apiserver.discovery import Discovery, version_priority, wants_aggregated
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
