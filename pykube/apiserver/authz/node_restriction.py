"""What the node authorizer cannot judge without the object: a node changes only itself, and its own pods' status.

An admission check. Source: plugin/pkg/admission/noderestriction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pykube.api import authentication_v1, codec, core_v1
from pykube.errors import Forbidden

from .. import statuses
from ..authn.user import NODES, User, node_name
from ..write import Operation, Write
from .node_graph import MIRROR, references

if TYPE_CHECKING:
    from ..registry import Registry

OWN_LABELS = frozenset(
    {
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "node.kubernetes.io/instance-type",
        "beta.kubernetes.io/instance-type",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
    }
)
OWN_LABEL_DOMAINS = ("kubelet.kubernetes.io", "node.kubernetes.io")
RESERVED_DOMAINS = ("kubernetes.io", "k8s.io")
RESTRICTED_DOMAIN = "node-restriction.kubernetes.io"
OWN_OBJECTS = {
    ("coordination.k8s.io", "leases"): "lease",
    ("storage.k8s.io", "csinodes"): "CSINode",
}


async def node_restriction(write: Write) -> None:
    """Check a write; those who are no node pass.

    Raises:
        Forbidden: a node writes what is not its own.
    """
    if NODES not in write.user.groups or write.operation is Operation.CONNECT:
        return
    node = node_name(write.user)
    if not node:
        raise _forbidden(write, f'could not determine node from user "{write.user.name}"')
    group, plural = write.resource.group, write.resource.plural
    if (group, plural) == ("", "nodes"):
        _check_node(write, node)
    elif (group, plural) == ("", "pods"):
        _check_pod(write, node)
    elif (group, plural) == ("", "persistentvolumeclaims"):
        _check_claim(write, node)
    elif (group, plural) in OWN_OBJECTS:
        name = write.name or (write.object.metadata.name if write.object is not None else "")
        if name != node:
            what = OWN_OBJECTS[group, plural]
            raise _forbidden(write, f"can only access {what} with the same name as the requesting node")


def check_token_request(
    registry: Registry, user: User, namespace: str, request: authentication_v1.TokenRequest
) -> None:
    """A node asks only for tokens that are bound to a pod of its own; others may ask for any.

    Raises:
        Forbidden: it asks for another.
    """
    node = node_name(user)
    if not node:
        return
    bound = request.spec.bound_object_ref
    if bound is None or bound.api_version != "v1" or bound.kind != "Pod" or not bound.name:
        raise Forbidden("node requested token not bound to a pod")
    if not bound.uid:
        raise Forbidden("node requested token with a pod binding without a uid")
    pod = registry.get(core_v1.Pod, bound.name, namespace)
    if pod.metadata.uid != bound.uid:
        raise Forbidden(
            f"the UID in the bound object reference ({bound.uid}) does not match the UID in record. "
            "The object might have been deleted and then recreated"
        )
    if pod.spec.node_name != node:
        raise Forbidden("node requested token bound to a pod scheduled on a different node")


def _check_node(write: Write, node: str) -> None:
    if write.name and write.name != node:
        raise _forbidden(write, f'node "{node}" is not allowed to modify node "{write.name}"')
    if write.operation is Operation.DELETE:
        return
    new: core_v1.Node = write.object
    if new.metadata.name != node:
        raise _forbidden(write, f'node "{node}" is not allowed to modify node "{new.metadata.name}"')
    old: core_v1.Node | None = write.old
    refused = ", ".join(sorted(forbidden_labels(new.metadata.labels, old.metadata.labels if old else {})))
    if old is None:
        if refused:
            raise _forbidden(write, f'node "{node}" is not allowed to set the following labels: {refused}')
        return
    if refused:
        raise _forbidden(write, f"is not allowed to modify labels: {refused}")
    if new.spec.taints != old.spec.taints:
        raise _forbidden(write, f'node "{node}" is not allowed to modify taints')
    if new.metadata.owner_references != old.metadata.owner_references:
        raise _forbidden(write, f'node "{node}" is not allowed to modify ownerReferences')


def forbidden_labels(new: dict[str, str], old: dict[str, str]) -> set[str]:
    """Labels that differ and would let a node draw workloads to itself that were not meant for it."""
    changed = {key for key in new.keys() | old.keys() if new.get(key) != old.get(key)}
    return {key for key in changed if not _own_label(key)}


def _own_label(key: str) -> bool:
    domain, slash, _ = key.rpartition("/")
    if not slash:
        return True
    if _within(domain, (RESTRICTED_DOMAIN,)):
        return False
    return not _within(domain, RESERVED_DOMAINS) or key in OWN_LABELS or _within(domain, OWN_LABEL_DOMAINS)


def _within(domain: str, domains: tuple[str, ...]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def _check_pod(write: Write, node: str) -> None:
    if write.subresource == "status":
        _check_pod_status(write, node)
    elif write.subresource == "eviction":
        pod = write.old or write.registry.get(core_v1.Pod, write.name, write.namespace)
        if pod.spec.node_name != node:
            raise _forbidden(write, f"node {node} can only evict pods with spec.nodeName set to itself")
    elif write.subresource:
        allowed = "only 'status' and 'eviction' are allowed"
        raise _forbidden(write, f'unexpected pod subresource "{write.subresource}", {allowed}')
    elif write.operation is Operation.CREATE:
        _check_mirror_pod(write, node)
    elif write.operation is Operation.DELETE:
        if write.old.spec.node_name != node:
            raise _forbidden(write, f'node "{node}" can only delete pods with spec.nodeName set to itself')
    else:
        what = f'unexpected operation "{write.operation.value}"'
        raise _forbidden(write, f'{what}, node "{node}" can only create and delete mirror pods')


def _check_pod_status(write: Write, node: str) -> None:
    old: core_v1.Pod = write.old
    new: core_v1.Pod = write.object
    if old.spec.node_name != node:
        raise _forbidden(write, f'node "{node}" can only update pod status for pods with spec.nodeName set to itself')
    if new.metadata.labels != old.metadata.labels:
        raise _forbidden(write, f'node "{node}" cannot update labels through pod status')
    if new.status.resource_claim_statuses != old.status.resource_claim_statuses:
        raise _forbidden(write, f'node "{node}" cannot update resource claim statues')


def _check_mirror_pod(write: Write, node: str) -> None:
    pod: core_v1.Pod = write.object
    if MIRROR not in pod.metadata.annotations:
        raise _forbidden(write, f'pod does not have "{MIRROR}" annotation, node "{node}" can only create mirror pods')
    if pod.spec.node_name != node:
        raise _forbidden(write, f'node "{node}" can only create pods with spec.nodeName set to itself')
    owners = pod.metadata.owner_references
    if len(owners) > 1:
        raise _forbidden(write, f'node "{node}" can only create pods with a single owner reference set to itself')
    if not owners or (owners[0].api_version, owners[0].kind, owners[0].name) != ("v1", "Node", node):
        raise _forbidden(write, f'node "{node}" can only create pods with an owner reference set to itself')
    if not owners[0].controller:
        raise _forbidden(write, f'node "{node}" can only create pods with a controller owner reference set to itself')
    if owners[0].block_owner_deletion:
        raise _forbidden(write, f'node "{node}" must not set blockOwnerDeletion on an owner reference')
    plain = codec.copy(pod)
    plain.metadata.annotations = {}
    for resource, _, _ in references(plain):
        if resource != "pods":
            raise _forbidden(write, f'node "{node}" can not create pods that reference {resource}')


def _check_claim(write: Write, node: str) -> None:
    """Only the sizes and conditions that a kubelet reports after it has grown a volume."""
    if write.subresource != "status" or write.operation is not Operation.UPDATE:
        raise _forbidden(write, "may only update PVC status")
    if _claim_without_sizes(write.object) != _claim_without_sizes(write.old):
        raise _forbidden(
            write, f'node "{node}" is not allowed to update fields other than status.quantity and status.conditions'
        )


def _claim_without_sizes(claim: core_v1.PersistentVolumeClaim) -> Any:
    found = codec.copy(claim)
    found.metadata.resource_version = ""
    found.metadata.managed_fields = []
    found.status.capacity = {}
    found.status.conditions = []
    found.status.allocated_resources = {}
    found.status.allocated_resource_statuses = {}
    return found


def _forbidden(write: Write, why: str) -> Forbidden:
    return statuses.forbidden(write.resource, write.name, why)
