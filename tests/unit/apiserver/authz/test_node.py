"""What a kubelet may read: what its pods refer to, and no more."""

import asyncio

import pytest

from pykube.api import codec, core_v1
from pykube.apiserver.authn.user import NODES, User
from pykube.apiserver.authz import Attributes
from pykube.apiserver.authz.node import NodeAuthorizer
from pykube.apiserver.authz.node_graph import volume_secrets

NODE = User("system:node:n1", groups=(NODES,))

POD = {
    "metadata": {"name": "web", "namespace": "x"},
    "spec": {
        "nodeName": "n1",
        "serviceAccountName": "bot",
        "imagePullSecrets": [{"name": "pull"}],
        "containers": [
            {
                "name": "a",
                "envFrom": [{"configMapRef": {"name": "env"}}],
                "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "key", "key": "k"}}}],
            }
        ],
        "volumes": [
            {"name": "v", "secret": {"secretName": "vol"}},
            {"name": "c", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "p", "projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}},
        ],
    },
}


@pytest.fixture
def authorizer():
    found = NodeAuthorizer(claim_of={"pv": ("x", "data")}.get, attached_to={"va": "n1"}.get)
    found.graph.put_pod(codec.from_dict(core_v1.Pod, POD))
    return found


def may(authorizer, verb, resource, *, user=NODE, **more):
    return asyncio.run(authorizer.authorize(Attributes(user=user, verb=verb, resource=resource, **more)))


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("secrets", "pull"),
        ("secrets", "key"),
        ("secrets", "vol"),
        ("configmaps", "env"),
        ("configmaps", "kube-root-ca.crt"),
        ("persistentvolumeclaims", "data"),
        ("serviceaccounts", "bot"),
        ("pods", "web"),
    ],
)
def test_what_the_pod_refers_to_can_be_read(authorizer, resource, name):
    assert may(authorizer, "get", resource, namespace="x", name=name).allowed
    assert not may(authorizer, "get", resource, namespace="y", name=name).allowed
    other = User("system:node:n2", groups=(NODES,))
    refused = may(authorizer, "get", resource, namespace="x", name=name, user=other)
    assert refused.allowed is None
    assert refused.reason == "no relationship found between node 'n2' and this object"


def test_secrets_cannot_be_listed_or_written(authorizer):
    assert may(authorizer, "list", "secrets", namespace="x").reason == "No Object name found"
    assert may(authorizer, "list", "secrets").reason == "can only read namespaced object of this type"
    assert (
        may(authorizer, "update", "secrets", namespace="x", name="vol").reason == "can only read resources of this type"
    )
    assert may(authorizer, "watch", "secrets", namespace="x", name="vol").allowed


def test_volumes_are_reached_through_their_claim(authorizer):
    assert may(authorizer, "get", "persistentvolumes", name="pv").allowed
    assert not may(authorizer, "get", "persistentvolumes", name="other").allowed
    assert may(authorizer, "get", "volumeattachments", group="storage.k8s.io", name="va").allowed


def test_tokens_only_for_accounts_of_its_pods(authorizer):
    assert may(authorizer, "create", "serviceaccounts", subresource="token", namespace="x", name="bot").allowed
    assert not may(authorizer, "create", "serviceaccounts", subresource="token", namespace="x", name="root").allowed


def test_its_own_node_and_lease(authorizer):
    assert may(authorizer, "get", "nodes", name="n1").allowed
    assert may(authorizer, "patch", "nodes", name="n1", subresource="status").allowed
    assert "only its own Node object" in may(authorizer, "get", "nodes", name="n2").reason
    lease = {"group": "coordination.k8s.io", "namespace": "kube-node-lease"}
    assert may(authorizer, "update", "leases", name="n1", **lease).allowed
    assert not may(authorizer, "update", "leases", name="n2", **lease).allowed


def test_pods_are_listed_by_node(authorizer):
    assert may(authorizer, "watch", "pods", field_selector="spec.nodeName=n1").allowed
    assert not may(authorizer, "list", "pods", field_selector="spec.nodeName=n2").allowed
    assert not may(authorizer, "list", "pods").allowed


def test_plain_rules_hold_for_all_nodes(authorizer):
    assert may(authorizer, "list", "services").allowed
    assert may(authorizer, "create", "events", namespace="x").allowed
    assert not may(authorizer, "list", "deployments", group="apps").allowed


def test_the_edge_goes_with_the_last_pod(authorizer):
    second = codec.from_dict(core_v1.Pod, POD)
    second.metadata.name = "web2"
    authorizer.graph.put_pod(second)
    authorizer.graph.drop_pod("x", "web")
    assert may(authorizer, "get", "secrets", namespace="x", name="vol").allowed
    authorizer.graph.drop_pod("x", "web2")
    assert not may(authorizer, "get", "secrets", namespace="x", name="vol").allowed


def test_others_are_no_concern(authorizer):
    assert may(authorizer, "get", "nodes", name="n1", user=User("alice")).allowed is None


def test_secrets_of_the_volumes_behind_its_claims():
    secrets = {("x", "data"): [("vault", "mount")]}
    found = NodeAuthorizer(secrets_of=lambda namespace, claim: secrets.get((namespace, claim), ()))
    found.graph.put_pod(codec.from_dict(core_v1.Pod, POD))
    assert may(found, "get", "secrets", namespace="vault", name="mount").allowed
    assert not may(found, "get", "secrets", namespace="vault", name="other").allowed
    assert not may(found, "get", "secrets", namespace="x", name="mount").allowed


def test_which_secrets_a_volume_is_mounted_with():
    spec = {
        "claimRef": {"namespace": "x", "name": "data"},
        "csi": {
            "driver": "d",
            "volumeHandle": "h",
            "nodeStageSecretRef": {"name": "stage", "namespace": "y"},
            "nodePublishSecretRef": {"name": "publish"},
            "controllerPublishSecretRef": {"name": "controller", "namespace": "y"},
        },
    }
    volume = codec.from_dict(core_v1.PersistentVolume, {"metadata": {"name": "pv"}, "spec": spec})
    assert set(volume_secrets(volume)) == {("y", "stage"), ("x", "publish")}


def test_resource_slices_are_those_of_the_node():
    found = NodeAuthorizer(slice_of={"mine": "n1", "theirs": "n2"}.get)
    where = {"resource": "resourceslices", "group": "resource.k8s.io"}
    for verb in ("get", "update", "patch", "delete"):
        assert may(found, verb, name="mine", **where).allowed
        assert not may(found, verb, name="theirs", **where).allowed
    assert may(found, "create", **where).allowed
    assert may(found, "list", field_selector="spec.nodeName=n1", **where).allowed
    assert not may(found, "list", **where).allowed


def test_a_selector_that_cannot_be_read_is_none(authorizer):
    assert may(authorizer, "list", "pods", field_selector="spec.nodeName=n1").allowed
    assert not may(authorizer, "list", "pods", field_selector="spec.nodeName=n1,junk").allowed
    assert not may(authorizer, "list", "pods", field_selector="spec.nodeName!=n1").allowed
