"""What a kubelet may do: its own node, lease and CSINode, its pods, and what those pods refer to.

It never denies; where it has no opinion its reason explains the refusal, and RBAC may still allow.
Source: plugin/pkg/auth/authorizer/node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pykube.api import codec, core_v1, rbac_v1, resource_v1, storage_v1

from ..authn.user import NODE_PREFIX, NODES, User, node_name
from .authorizer import NO_OPINION, Attributes, Decision, Permissions
from .default_roles.components import COMPONENTS
from .node_graph import NodeGraph, volume_secrets
from .rules import CompiledRule
from .selection import exact_field

if TYPE_CHECKING:
    from ..registry import Registry
    from ..watch_cache import CacheEvent

ALLOWED = Decision(True)
LEASE_NAMESPACE = "kube-node-lease"
OWN_OBJECT_VERBS = ("get", "create", "update", "patch", "delete")
READ_VERBS = ("get", "list", "watch")

PvLookup = Callable[[str], tuple[str, str] | None]
"""From a PersistentVolume's name to the namespace and name of the claim it is bound to."""
NodeLookup = Callable[[str], str]
"""From the name of a VolumeAttachment or a ResourceSlice to its node."""
SecretsLookup = Callable[[str, str], Iterable[tuple[str, str]]]
"""From a claim to the namespaces and names of the Secrets that its volume is mounted with."""


class NodeAuthorizer:
    """The authorizer over a graph of the pods on each node."""

    def __init__(
        self,
        graph: NodeGraph | None = None,
        *,
        claim_of: PvLookup = lambda name: None,
        attached_to: NodeLookup = lambda name: "",
        slice_of: NodeLookup = lambda name: "",
        secrets_of: SecretsLookup = lambda namespace, claim: (),
    ) -> None:
        self.graph = graph or NodeGraph()
        self._claim_of = claim_of
        self._attached_to = attached_to
        self._slice_of = slice_of
        self._secrets_of = secrets_of
        self._rules = _static_rules()

    def follow(self, registry: Registry) -> None:
        """Keep the graph like the registry's pods, and look volumes up there, from now on."""
        registry.cache(core_v1.Pod).subscribe(self._pod_changed)

        def claim_of(name: str) -> tuple[str, str] | None:
            volume = registry.find(core_v1.PersistentVolume, name)
            claim = volume.spec.claim_ref if volume else None
            return (claim.namespace, claim.name) if claim else None

        def attached_to(name: str) -> str:
            attachment = registry.find(storage_v1.VolumeAttachment, name)
            return attachment.spec.node_name if attachment else ""

        def slice_of(name: str) -> str:
            found = registry.find(resource_v1.ResourceSlice, name)
            return (found.spec.node_name or "") if found else ""

        def secrets_of(namespace: str, claim: str) -> Iterable[tuple[str, str]]:
            found = registry.find(core_v1.PersistentVolumeClaim, claim, namespace)
            volume = registry.find(core_v1.PersistentVolume, found.spec.volume_name) if found else None
            reference = volume.spec.claim_ref if volume else None
            if volume is None or reference is None or (reference.namespace, reference.name) != (namespace, claim):
                return ()
            return volume_secrets(volume)

        self._claim_of, self._attached_to = claim_of, attached_to
        self._slice_of, self._secrets_of = slice_of, secrets_of

    def _pod_changed(self, event: CacheEvent) -> None:
        """A pod's references are read once, when it is bound; only two parts of it can add more later."""
        changed = event.object
        if event.type == "DELETED":
            self.graph.drop_pod(changed.namespace, changed.name)
            return
        node = changed.fields.get("spec.nodeName", "")
        if not node:
            return
        grows = b'"ephemeralContainers"' in changed.data or b'"resourceClaimStatuses"' in changed.data
        if grows or self.graph.node_of(changed.namespace, changed.name) != node:
            self.graph.put_pod(codec.decode(core_v1.Pod, changed.data))

    async def authorize(self, attributes: Attributes) -> Decision:
        if NODES not in attributes.user.groups:
            return NO_OPINION
        node = node_name(attributes.user)
        if not node:
            if attributes.user.name.startswith(NODE_PREFIX):
                return Decision(None, f'unknown node for user "{attributes.user.name}"')
            return NO_OPINION
        if attributes.is_resource and (check := self._CHECKS.get((attributes.group, attributes.resource))):
            return check(self, node, attributes)
        if not attributes.is_resource:
            return NO_OPINION
        full_resource = attributes.full_resource
        allowed = any(rule.concerns(full_resource) and rule.allows(attributes) for rule in self._rules)
        return ALLOWED if allowed else NO_OPINION

    def permissions(self, user: User, namespace: str) -> Permissions:
        """What a node may do depends on its pods, and is not listed."""
        if node_name(user):
            return Permissions(incomplete=True, error="node authorizer does not support user rule resolution")
        return Permissions()

    def _read(self, node: str, a: Attributes) -> Decision:
        if a.verb not in READ_VERBS:
            return Decision(None, "can only read resources of this type")
        if a.subresource:
            return Decision(None, "cannot read subresource")
        if not a.namespace:
            return Decision(None, "can only read namespaced object of this type")
        return self._related(node, a)

    def _get(self, node: str, a: Attributes) -> Decision:
        if a.verb != "get":
            return Decision(None, "can only get individual resources of this type")
        if a.subresource:
            return Decision(None, "cannot get subresource")
        return self._related(node, a)

    def _related(self, node: str, a: Attributes) -> Decision:
        if not a.name:
            return Decision(None, "No Object name found")
        if self._has_path(node, a):
            return ALLOWED
        return self._unrelated(node)

    def _has_path(self, node: str, a: Attributes) -> bool:
        if a.resource == "persistentvolumes":
            claim = self._claim_of(a.name)
            return claim is not None and self.graph.related(node, "persistentvolumeclaims", *claim)
        if a.resource == "volumeattachments":
            return self._attached_to(a.name) == node
        if self.graph.related(node, a.resource, a.namespace, a.name):
            return True
        return a.resource == "secrets" and any(
            (a.namespace, a.name) in self._secrets_of(*claim)
            for claim in self.graph.related_any(node, "persistentvolumeclaims")
        )

    def _claim(self, node: str, a: Attributes) -> Decision:
        if a.subresource != "status":
            return self._get(node, a)
        if a.verb not in ("update", "patch"):
            return Decision(None, "can only get/update/patch this type")
        return self._related(node, a)

    def _service_account(self, node: str, a: Attributes) -> Decision:
        if a.verb == "get" and not a.subresource:
            return self._read(node, a)
        if a.verb != "create" or not a.name:
            return Decision(None, "can only create tokens for individual service accounts")
        if a.subresource != "token":
            return Decision(None, "can only create token subresource of serviceaccount")
        return self._related(node, a)

    def _lease(self, node: str, a: Attributes) -> Decision:
        if a.verb not in OWN_OBJECT_VERBS:
            return Decision(None, "can only get, create, update, patch, or delete a node lease")
        if a.namespace != LEASE_NAMESPACE:
            return Decision(None, f'can only access leases in the "{LEASE_NAMESPACE}" system namespace')
        if a.verb != "create" and a.name != node:
            return Decision(None, "can only access node lease with the same name as the requesting node")
        return ALLOWED

    def _csi_node(self, node: str, a: Attributes) -> Decision:
        if a.verb not in OWN_OBJECT_VERBS:
            return Decision(None, "can only get, create, update, patch, or delete a CSINode")
        if a.subresource:
            return Decision(None, "cannot authorize CSINode subresources")
        if a.verb != "create" and a.name != node:
            return Decision(None, "can only access CSINode with the same name as the requesting node")
        return ALLOWED

    def _node(self, node: str, a: Attributes) -> Decision:
        if a.subresource == "status":
            return ALLOWED if a.verb in ("update", "patch") else NO_OPINION
        if a.subresource or a.verb not in (*READ_VERBS, "create", "update", "patch"):
            return NO_OPINION
        if a.verb not in READ_VERBS or a.name == node:
            return ALLOWED
        if not a.name:
            return Decision(None, f"node '{node}' cannot read all nodes, only its own Node object")
        return Decision(None, f"node '{node}' cannot read '{a.name}', only its own Node object")

    def _pod(self, node: str, a: Attributes) -> Decision:
        if a.subresource:
            allowed = (a.subresource == "status" and a.verb in ("update", "patch")) or (
                a.subresource == "eviction" and a.verb == "create"
            )
            return ALLOWED if allowed else NO_OPINION
        if a.verb in ("create", "delete"):
            return ALLOWED
        if a.verb == "get":
            return self._get(node, a)
        if a.verb not in READ_VERBS:
            return NO_OPINION
        if exact_field(a, "spec.nodeName") == node:
            return ALLOWED
        if a.name:
            return self._related(node, a)
        return Decision(None, "can only list/watch pods with spec.nodeName field selector")

    def _resource_slice(self, node: str, a: Attributes) -> Decision:
        if a.subresource:
            return Decision(None, "cannot authorize ResourceSlice subresources")
        if a.verb == "create":
            return ALLOWED  # NodeRestriction looks at whose it is
        if a.verb in OWN_OBJECT_VERBS:
            return ALLOWED if self._slice_of(a.name) == node else self._unrelated(node)
        if exact_field(a, "spec.nodeName") == node:
            return ALLOWED
        return Decision(None, "can only list/watch/deletecollection resourceslices with nodeName field selector")

    @staticmethod
    def _unrelated(node: str) -> Decision:
        return Decision(None, f"no relationship found between node '{node}' and this object")

    _CHECKS = {  # noqa: RUF012 - a table, never changed
        ("", "secrets"): _read,
        ("", "configmaps"): _read,
        ("", "persistentvolumeclaims"): _claim,
        ("", "persistentvolumes"): _get,
        ("", "serviceaccounts"): _service_account,
        ("", "nodes"): _node,
        ("", "pods"): _pod,
        ("resource.k8s.io", "resourceclaims"): _get,
        ("resource.k8s.io", "resourceslices"): _resource_slice,
        ("storage.k8s.io", "volumeattachments"): _get,
        ("storage.k8s.io", "csinodes"): _csi_node,
        ("coordination.k8s.io", "leases"): _lease,
    }


def _static_rules() -> tuple[CompiledRule, ...]:
    """The rules of ``system:node`` that need no graph."""
    role = next(role for role in COMPONENTS if role.name == "system:node")
    return tuple(
        CompiledRule(
            rbac_v1.PolicyRule(
                verbs=list(rule.verbs),
                api_groups=list(rule.groups),
                resources=list(rule.resources),
                resource_names=list(rule.names),
            )
        )
        for rule in role.rules
    )
