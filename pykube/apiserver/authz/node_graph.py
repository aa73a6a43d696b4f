"""Which objects a node has to do with: those that the pods bound to it refer to. Pure.

Source: plugin/pkg/auth/authorizer/node (graph) and pkg/api/v1/pod (what a pod refers to).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pykube.api import core_v1

Object = tuple[str, str, str]
"""Plural resource, namespace and name."""

MIRROR = "kubernetes.io/config.mirror"


class NodeGraph:
    """Edges from nodes to objects, each counted by the pods that make it."""

    def __init__(self) -> None:
        self._pods: dict[tuple[str, str], tuple[str, tuple[Object, ...]]] = {}
        self._nodes: dict[str, Counter[Object]] = {}

    def node_of(self, namespace: str, pod: str) -> str:
        """The node a pod is known to be bound to; empty when it is not."""
        entry = self._pods.get((namespace, pod))
        return entry[0] if entry else ""

    def put_pod(self, pod: core_v1.Pod) -> None:
        """Learn of a pod that is bound to a node, or learn what it refers to anew."""
        key = (pod.metadata.namespace, pod.metadata.name)
        self.drop_pod(*key)
        if not pod.spec.node_name:
            return
        objects = tuple(set(references(pod)))
        self._pods[key] = (pod.spec.node_name, objects)
        self._nodes.setdefault(pod.spec.node_name, Counter()).update(objects)

    def drop_pod(self, namespace: str, name: str) -> None:
        """Forget a pod, and with it the edges that no other pod makes."""
        entry = self._pods.pop((namespace, name), None)
        if entry is None:
            return
        node, objects = entry
        counts = self._nodes[node]
        counts.subtract(objects)
        for item in objects:
            if counts[item] <= 0:
                del counts[item]
        if not counts:
            del self._nodes[node]

    def related(self, node: str, resource: str, namespace: str, name: str) -> bool:
        """Whether some pod on `node` refers to the object."""
        return (resource, namespace, name) in self._nodes.get(node, ())

    def related_any(self, node: str, resource: str) -> Iterator[tuple[str, str]]:
        """Namespace and name of each object of `resource` that pods on `node` refer to."""
        for kind, namespace, name in self._nodes.get(node, ()):
            if kind == resource:
                yield namespace, name


def references(pod: core_v1.Pod) -> Iterator[Object]:
    """The pod itself and, unless it only mirrors a static pod, what its kubelet must read to run it."""
    namespace = pod.metadata.namespace
    yield "pods", namespace, pod.metadata.name
    if MIRROR in pod.metadata.annotations:
        return
    if pod.spec.service_account_name:
        yield "serviceaccounts", namespace, pod.spec.service_account_name
    for resource, name in _names(pod):
        if name:
            yield resource, namespace, name


def _names(pod: core_v1.Pod) -> Iterator[tuple[str, str]]:
    for secret in pod.spec.image_pull_secrets:
        yield "secrets", secret.name
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        yield from _container_names(container)
    for ephemeral in pod.spec.ephemeral_containers:
        yield from _container_names(ephemeral)
    for volume in pod.spec.volumes:
        yield from _volume_names(volume, pod.metadata.name)
    for claim in pod.spec.resource_claims:
        if claim.resource_claim_name:
            yield "resourceclaims", claim.resource_claim_name
    for status in pod.status.resource_claim_statuses:
        if status.resource_claim_name:
            yield "resourceclaims", status.resource_claim_name


def _container_names(container: core_v1.Container | core_v1.EphemeralContainer) -> Iterator[tuple[str, str]]:
    for source in container.env_from:
        if source.secret_ref:
            yield "secrets", source.secret_ref.name
        if source.config_map_ref:
            yield "configmaps", source.config_map_ref.name
    for variable in container.env:
        if variable.value_from is None:
            continue
        if variable.value_from.secret_key_ref:
            yield "secrets", variable.value_from.secret_key_ref.name
        if variable.value_from.config_map_key_ref:
            yield "configmaps", variable.value_from.config_map_key_ref.name


def _volume_names(volume: core_v1.Volume, pod: str) -> Iterator[tuple[str, str]]:
    if volume.secret:
        yield "secrets", volume.secret.secret_name
    if volume.config_map:
        yield "configmaps", volume.config_map.name
    if volume.persistent_volume_claim:
        yield "persistentvolumeclaims", volume.persistent_volume_claim.claim_name
    if volume.ephemeral:
        yield "persistentvolumeclaims", f"{pod}-{volume.name}"
    if volume.azure_file:
        yield "secrets", volume.azure_file.secret_name
    if volume.csi and volume.csi.node_publish_secret_ref:
        yield "secrets", volume.csi.node_publish_secret_ref.name
    for source in (volume.cephfs, volume.cinder, volume.flex_volume, volume.rbd, volume.scale_io, volume.iscsi):
        if source and source.secret_ref:
            yield "secrets", source.secret_ref.name
    if volume.storageos and volume.storageos.secret_ref:
        yield "secrets", volume.storageos.secret_ref.name
    for projection in volume.projected.sources if volume.projected else ():
        if projection.secret:
            yield "secrets", projection.secret.name
        if projection.config_map:
            yield "configmaps", projection.config_map.name


def volume_secrets(volume: core_v1.PersistentVolume) -> Iterator[tuple[str, str]]:
    """Namespace and name of each Secret that a kubelet needs to mount the volume.

    Where the reference names no namespace, it is the claim's. Source: pkg/api/v1/persistentvolume.
    """
    spec = volume.spec
    own = spec.claim_ref.namespace if spec.claim_ref else ""
    if spec.azure_file and spec.azure_file.secret_name:
        yield spec.azure_file.secret_namespace or own, spec.azure_file.secret_name
    references: list[core_v1.SecretReference | core_v1.ObjectReference | None] = [
        source.secret_ref
        for source in (spec.cephfs, spec.cinder, spec.flex_volume, spec.rbd, spec.scale_io, spec.iscsi, spec.storageos)
        if source
    ]
    if csi := spec.csi:
        references += [csi.node_publish_secret_ref, csi.node_stage_secret_ref, csi.node_expand_secret_ref]
    for reference in references:
        if reference and reference.name:
            yield reference.namespace or own, reference.name
