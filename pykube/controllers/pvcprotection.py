"""PVC protection: a claim that is deleted stays until no pod uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pykube.api import core_v1, owners

from . import protection
from .base import Controller, split
from .context import Context

FINALIZER: Final = "kubernetes.io/pvc-protection"
_ENDED: Final = ("Succeeded", "Failed")


def claims_of(pod: core_v1.Pod) -> Iterator[str]:
    """The names of the claims that a pod's volumes stand for."""
    for volume in pod.spec.volumes:
        if volume.persistent_volume_claim is not None:
            yield volume.persistent_volume_claim.claim_name
        elif volume.ephemeral is not None:
            yield f"{pod.metadata.name}-{volume.name}"


def uses(pod: core_v1.Pod, claim: core_v1.PersistentVolumeClaim) -> bool:
    """Whether the claim has to stay for the pod.

    A pod without a node does not count: no node will start it with a claim that is going. A claim that was made for
    the pod may go before it when the pod has been shut down, as the pod may be waiting for just that.
    """
    if not pod.spec.node_name:
        return False
    name = claim.metadata.name
    for volume in pod.spec.volumes:
        named = volume.persistent_volume_claim
        if named is not None and named.claim_name == name:
            return True
        if volume.ephemeral is not None and f"{pod.metadata.name}-{volume.name}" == name:
            owner = owners.controller_of(claim)
            if owner is not None and owner.uid == pod.metadata.uid and not _is_shut_down(pod):
                return True
    return False


def _is_shut_down(pod: core_v1.Pod) -> bool:
    return pod.metadata.deletion_timestamp is not None and pod.metadata.deletion_grace_period_seconds == 0


class PvcProtectionController(Controller):
    """Keys are those of PersistentVolumeClaims."""

    name = "persistentvolumeclaim-protection-controller"
    workers = 2

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.claims = self.informer(core_v1.PersistentVolumeClaim)
        self.claims.add_handler(on_add=self._changed, on_update=lambda old, new: self._changed(new))
        self.pods = self.informer(core_v1.Pod)
        self.pods.add_handler(on_update=self._pod_changed, on_delete=self._let_go)

    def _changed(self, claim: core_v1.PersistentVolumeClaim) -> None:
        if protection.needs_attention(claim, FINALIZER):
            self.enqueue(claim)

    def _pod_changed(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        if new.status.phase in _ENDED or not new.spec.node_name:
            self._let_go(new)

    def _let_go(self, pod: core_v1.Pod) -> None:
        """The pod may have been the last to use its claims."""
        for name in claims_of(pod):
            claim = self.claims.get(name, pod.metadata.namespace)
            if claim is not None:
                self._changed(claim)

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        claim = self.claims.get(name, namespace)
        if claim is None:
            return
        if not protection.is_waiting(claim, FINALIZER):
            await protection.add(self.client, claim, FINALIZER)
        elif not await self._used(claim):
            await protection.remove(self.client, claim, FINALIZER)

    async def _used(self, claim: core_v1.PersistentVolumeClaim) -> bool:
        """Asks the API server in the end: a cache may not have the newest pod."""
        namespace = claim.metadata.namespace
        if any(uses(pod, claim) for pod in self.pods.list(namespace)):
            return True
        return any(uses(pod, claim) for pod in (await self.client.list(core_v1.Pod, namespace)).items)
