"""A node changes only itself, and its own pods' status."""

import asyncio

import pytest

from pykube.api import authentication_v1, codec, coordination_v1, core_v1, scheme
from pykube.apiserver.authn.user import NODES, User
from pykube.apiserver.authz.node_restriction import check_token_request, forbidden_labels, node_restriction
from pykube.apiserver.write import Operation, Write
from pykube.errors import Forbidden

NODE = User("system:node:n1", groups=(NODES,))


class Objects:
    """The part of a registry that the check reads."""

    def __init__(self, *items):
        self.items = items

    def get(self, cls, name, namespace=""):
        return next(item for item in self.items if isinstance(item, cls) and item.metadata.name == name)


def check(operation, new=None, old=None, *, user=NODE, subresource=""):
    item = new if new is not None else old
    write = Write(
        operation,
        scheme.resource_of(item),
        item.metadata.namespace,
        item.metadata.name,
        Objects(),
        user=user,
        subresource=subresource,
        object=new,
        old=old,
    )
    asyncio.run(node_restriction(write))


def node(name="n1", labels=None, taints=()):
    spec = {"taints": [{"key": key, "effect": "NoSchedule"} for key in taints]}
    return codec.from_dict(core_v1.Node, {"metadata": {"name": name, "labels": labels or {}}, "spec": spec})


def pod(on="n1", **parts):
    data = {"metadata": {"name": "p", "namespace": "x", "uid": "u"}, "spec": {"nodeName": on}, **parts}
    return codec.from_dict(core_v1.Pod, data)


def refused(match, *args, **more):
    with pytest.raises(Forbidden, match=match):
        check(*args, **more)


def test_a_node_registers_and_reports_itself():
    labels = {"kubernetes.io/hostname": "n1", "kubernetes.io/os": "linux", "rack": "7", "example.com/a": "b"}
    check(Operation.CREATE, node(labels=labels))
    check(Operation.UPDATE, node(), node(), subresource="status")
    refused('node "n1" is not allowed to modify node "n2"', Operation.UPDATE, node("n2"), node("n2"))


def test_it_draws_no_workloads_to_itself():
    role = {"node-role.kubernetes.io/control-plane": ""}
    refused("not allowed to set the following labels: node-role", Operation.CREATE, node(labels=role))
    refused("is not allowed to modify labels: node-role", Operation.UPDATE, node(labels=role), node())
    refused("is not allowed to modify taints", Operation.UPDATE, node(), node(taints=["dedicated"]))
    assert forbidden_labels({"node-restriction.kubernetes.io/a": "b"}, {}) == {"node-restriction.kubernetes.io/a"}
    assert forbidden_labels({"x.node.kubernetes.io/a": "b", "k8s.io/c": "d"}, {}) == {"k8s.io/c"}


def test_pods_of_its_own_only():
    check(Operation.UPDATE, pod(), pod(), subresource="status")
    check(Operation.DELETE, old=pod())
    refused("can only update pod status", Operation.UPDATE, pod("n2"), pod("n2"), subresource="status")
    refused("can only delete pods", Operation.DELETE, old=pod("n2"))
    refused("can only create and delete mirror pods", Operation.UPDATE, pod(), pod())
    refused("unexpected pod subresource", Operation.UPDATE, pod(), pod(), subresource="resize")
    relabelled = pod()
    relabelled.metadata.labels = {"a": "b"}
    refused("cannot update labels", Operation.UPDATE, relabelled, pod(), subresource="status")


def test_mirror_pods():
    owner = {"apiVersion": "v1", "kind": "Node", "name": "n1", "uid": "u", "controller": True}
    metadata = {
        "name": "p",
        "namespace": "x",
        "annotations": {"kubernetes.io/config.mirror": "hash"},
        "ownerReferences": [owner],
    }
    check(Operation.CREATE, pod(metadata=metadata))
    refused("can only create mirror pods", Operation.CREATE, pod())
    unowned = {**metadata, "ownerReferences": []}
    refused("with an owner reference set to itself", Operation.CREATE, pod(metadata=unowned))
    spec = {"nodeName": "n1", "volumes": [{"name": "v", "secret": {"secretName": "s"}}]}
    refused("can not create pods that reference secrets", Operation.CREATE, pod(metadata=metadata, spec=spec))


def test_its_own_lease():
    def lease(name):
        metadata = {"name": name, "namespace": "kube-node-lease"}
        return codec.from_dict(coordination_v1.Lease, {"metadata": metadata})

    check(Operation.CREATE, lease("n1"))
    refused("with the same name as the requesting node", Operation.CREATE, lease("n2"))


def test_claims_grow_and_nothing_else():
    def claim(capacity, volume="v"):
        data = {
            "metadata": {"name": "c"},
            "spec": {"volumeName": volume},
            "status": {"capacity": {"storage": capacity}},
        }
        return codec.from_dict(core_v1.PersistentVolumeClaim, data)

    check(Operation.UPDATE, claim("2Gi"), claim("1Gi"), subresource="status")
    refused("other than status.quantity", Operation.UPDATE, claim("1Gi", "w"), claim("1Gi"), subresource="status")
    refused("may only update PVC status", Operation.UPDATE, claim("1Gi"), claim("1Gi"))


def test_tokens_only_for_its_own_pods():
    def ask(on="n1", uid="u", kind="Pod", user=NODE):
        reference = authentication_v1.BoundObjectReference(api_version="v1", kind=kind, name="p", uid=uid)
        request = authentication_v1.TokenRequest(
            spec=authentication_v1.TokenRequestSpec(bound_object_ref=reference if kind else None)
        )
        check_token_request(Objects(pod(on)), user, "x", request)

    ask()
    ask("n2", user=User("alice"))
    for arguments in ({"on": "n2"}, {"uid": "other"}, {"uid": ""}, {"kind": "Secret"}, {"kind": ""}):
        with pytest.raises(Forbidden):
            ask(**arguments)


def test_others_pass():
    check(Operation.DELETE, old=node("n2"), user=User("alice"))
    refused("could not determine node", Operation.DELETE, old=node(), user=User("odd", groups=(NODES,)))
