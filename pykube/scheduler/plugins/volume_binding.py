"""VolumeBinding: a pod waits for its claims, and goes where its bound volumes can be reached."""

from __future__ import annotations

from pykube.api import core_v1

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import ClusterEvent, Filter, Plugin, Rejection, Unschedulable
from ..podinfo import PodInfo
from .node_affinity import term_matches


def claim_names(pod: core_v1.Pod) -> list[str]:
    """The claims a pod's volumes use, those made for its ephemeral volumes included."""
    return [
        volume.persistent_volume_claim.claim_name
        if volume.persistent_volume_claim is not None
        else f"{pod.metadata.name}-{volume.name}"
        for volume in pod.spec.volumes
        if volume.persistent_volume_claim is not None or volume.ephemeral is not None
    ]


class VolumeBinding(Plugin):
    """Reads claims, volumes and storage classes; claims that wait for their first consumer are let through."""

    name = "VolumeBinding"
    events = frozenset({ClusterEvent.VOLUMES, ClusterEvent.NODE_ADDED, ClusterEvent.NODE_LABELS})
    conflict = Rejection(name, ("node(s) didn't match PersistentVolume's node affinity",), resolvable=False)
    missing = Rejection(
        name, ("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",), resolvable=False
    )

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        bound = [
            claim.spec.volume_name
            for name in claim_names(pod.pod)
            if (claim := self._claim(pod, name, cluster)).spec.volume_name
        ]
        if not bound:
            return None
        volumes = [cluster.volumes.get(name) for name in bound]

        def check(node: NodeInfo) -> Rejection | None:
            for volume in volumes:
                if volume is None:
                    return self.missing
                affinity = volume.spec.node_affinity
                if affinity is not None and affinity.required is not None:
                    terms = affinity.required.node_selector_terms
                    if not any(term_matches(term, node) for term in terms):
                        return self.conflict
            return None

        return check

    def _claim(self, pod: PodInfo, name: str, cluster: Cluster) -> core_v1.PersistentVolumeClaim:
        claim = cluster.claims.get(f"{pod.namespace}/{name}")
        if claim is None:
            raise Unschedulable(self.name, f'persistentvolumeclaim "{name}" not found')
        if claim.metadata.deletion_timestamp is not None:
            raise Unschedulable(self.name, f'persistentvolumeclaim "{name}" is being deleted')
        if claim.status.phase == "Lost":
            raise Unschedulable(
                self.name,
                f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{claim.spec.volume_name}"',
            )
        if not claim.spec.volume_name and not self._waits(claim, cluster):
            raise Unschedulable(self.name, "pod has unbound immediate PersistentVolumeClaims")
        return claim

    @staticmethod
    def _waits(claim: core_v1.PersistentVolumeClaim, cluster: Cluster) -> bool:
        storage_class = cluster.storage_classes.get(claim.spec.storage_class_name or "")
        return storage_class is not None and storage_class.volume_binding_mode == "WaitForFirstConsumer"
