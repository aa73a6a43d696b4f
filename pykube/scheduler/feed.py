"""Turns what the API tells into changes of the cache and the queue, and into events that may help waiting pods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pykube.aio.clock import Clock
from pykube.api import core_v1, storage_v1
from pykube.client.informer import Informer, InformerSet

from .cluster import Cluster
from .cycle import Cycle
from .plugin import ClusterEvent
from .podinfo import PodInfo
from .queue import SchedulingQueue
from .spreading import DefaultSelectors

NAME: Final = "default-scheduler"


def _ended(pod: core_v1.Pod) -> bool:
    return pod.status.phase in ("Succeeded", "Failed")


class Feed:
    """Handlers of all watches; `wake` is called when the queue may have something to do."""

    def __init__(
        self,
        informers: InformerSet,
        cluster: Cluster,
        queue: SchedulingQueue,
        cycle: Cycle,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._cluster = cluster
        self._queue = queue
        self._cycle = cycle
        self._clock = clock
        self._wake = wake
        self._informers: list[Informer[Any]] = []
        self._selectors = DefaultSelectors(informers)
        self._informers += self._selectors.informers
        cluster.default_selector = self._selectors.of
        self._watch(informers, core_v1.Namespace, self._namespace, lambda gone: self._drop(cluster.namespaces, gone))
        self._watch(informers, core_v1.Node, self._node, lambda gone: cluster.remove_node(gone.metadata.name))
        self._keep(informers, core_v1.PersistentVolumeClaim, cluster.claims)
        self._keep(informers, core_v1.PersistentVolume, cluster.volumes)
        self._keep(informers, storage_v1.StorageClass, cluster.storage_classes)
        pods = informers.informer(core_v1.Pod)
        pods.add_handler(on_add=self._pod_added, on_update=self._pod_updated, on_delete=self._pod_gone)
        self._informers.append(pods)

    async def wait_synced(self) -> None:
        """Return once everything that the cache is made of has arrived."""
        for informer in self._informers:
            await informer.wait_synced()

    def _watch(
        self, informers: InformerSet, cls: type, put: Callable[[Any, Any], None], drop: Callable[[Any], None]
    ) -> None:
        informer: Informer[Any] = informers.informer(cls)
        informer.add_handler(on_add=lambda new: put(None, new), on_update=put, on_delete=drop)
        self._informers.append(informer)

    def _keep(self, informers: InformerSet, cls: type, into: dict[str, Any]) -> None:
        def put(old: Any, new: Any) -> None:
            into[_key(new)] = new
            self._happened(ClusterEvent.VOLUMES)

        self._watch(informers, cls, put, lambda gone: self._drop(into, gone))

    @staticmethod
    def _drop(kept: dict[str, Any], gone: Any) -> None:
        kept.pop(_key(gone), None)

    def _happened(self, event: ClusterEvent) -> None:
        if len(self._queue):
            self._queue.move(event, self._clock.monotonic())
            self._wake()

    def _namespace(self, old: core_v1.Namespace | None, new: core_v1.Namespace) -> None:
        self._cluster.namespaces[new.metadata.name] = new.metadata.labels

    # -- nodes

    def _node(self, old: core_v1.Node | None, new: core_v1.Node) -> None:
        if old is not None and not _matters(old, new):
            return  # a heartbeat
        self._cluster.set_node(new)
        if old is None:
            self._happened(ClusterEvent.NODE_ADDED)
            return
        if old.status.allocatable != new.status.allocatable:
            self._happened(ClusterEvent.NODE_ALLOCATABLE)
        if old.metadata.labels != new.metadata.labels:
            self._happened(ClusterEvent.NODE_LABELS)
        if old.spec.taints != new.spec.taints or old.spec.unschedulable != new.spec.unschedulable:
            self._happened(ClusterEvent.NODE_TAINTS)

    # -- pods

    def _pod_added(self, pod: core_v1.Pod) -> None:
        if _ended(pod):
            return
        if pod.spec.node_name:
            self._placed(pod)
        elif pod.spec.scheduler_name == NAME and pod.metadata.deletion_timestamp is None:
            self._enqueue(PodInfo(pod))

    def _enqueue(self, info: PodInfo) -> None:
        plugin, _ = self._cycle.gate(info)
        self._queue.add(info, self._clock.monotonic(), gated_by=plugin)
        if info.pod.status.nominated_node_name:
            self._cluster.nominate(info, info.pod.status.nominated_node_name)
        self._wake()

    def _placed(self, pod: core_v1.Pod) -> None:
        self._queue.remove(pod.metadata.uid)
        self._cluster.withdraw(pod.metadata.uid)
        if not self._cluster.confirm(pod):
            self._cluster.set_pod(PodInfo(pod), pod.spec.node_name)
        self._happened(ClusterEvent.POD_ADDED)

    def _pod_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        if _ended(new) or (not new.spec.node_name and new.metadata.deletion_timestamp is not None):
            if not _ended(old):
                self._pod_gone(new)
        elif not new.spec.node_name:
            self._waiting_updated(old, new)
        elif not old.spec.node_name:
            self._placed(new)
        elif _placing_changed(old, new):
            self._cluster.set_pod(PodInfo(new), new.spec.node_name)
            self._happened(ClusterEvent.POD_LABELS)
            if new.metadata.deletion_timestamp is not None or old.spec != new.spec:
                self._happened(ClusterEvent.POD_GONE)

    def _waiting_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        if new.spec.scheduler_name != NAME or self._cluster.is_assumed(new.metadata.uid):
            return
        info = PodInfo(new)
        if info.uid not in self._queue or self._queue.is_gated(info.uid):
            self._enqueue(info)
        elif old.spec != new.spec or old.metadata.labels != new.metadata.labels:
            self._queue.update(info, self._clock.monotonic())
            self._wake()
        else:
            self._queue.refresh(info)

    def _pod_gone(self, pod: core_v1.Pod) -> None:
        uid = pod.metadata.uid
        self._queue.remove(uid)
        self._cluster.withdraw(uid)
        was_placed = self._cluster.node_of(uid) is not None
        self._cluster.remove_pod(uid)
        if was_placed:
            self._happened(ClusterEvent.POD_GONE)


def _key(obj: Any) -> str:
    metadata = obj.metadata
    return f"{metadata.namespace}/{metadata.name}" if metadata.namespace else str(metadata.name)


def _matters(old: core_v1.Node, new: core_v1.Node) -> bool:
    """Whether scheduling can see the difference."""
    return (
        old.spec != new.spec
        or old.metadata.labels != new.metadata.labels
        or old.status.allocatable != new.status.allocatable
        or old.status.images != new.status.images
    )


def _placing_changed(old: core_v1.Pod, new: core_v1.Pod) -> bool:
    """Whether a pod on a node counts differently now."""
    return (
        old.metadata.labels != new.metadata.labels
        or old.metadata.deletion_timestamp != new.metadata.deletion_timestamp
        or old.status.start_time != new.status.start_time
        or old.spec != new.spec
    )
