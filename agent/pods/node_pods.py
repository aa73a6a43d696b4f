"""All pods of this node: one worker each, from the API's list and from what the runtime held before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from agent.cri import api_pb2 as pb
from agent.cri.errors import CriError
from agent.server.directory import ContainerRef
from pykube.aio.backoff import Backoff
from pykube.aio.tasks import Supervisor
from pykube.api import core_v1
from pykube.client.informer import Informer

from .admission import refusal
from .adoption import observe
from .config import CONTAINER_NAME, POD_UID, log_directory
from .container import LIVE, Stage
from .inputs import Adopted, Evicted
from .observer import Observer
from .orphans import Orphans
from .parts import Part
from .removal import Removal
from .surroundings import Surroundings
from .worker import PodWorker

log = logging.getLogger(__name__)


class NodePods:
    """Keeps the node's pods as the API wants them; also answers the node API's questions about them."""

    def __init__(self, surroundings: Surroundings, informer: Informer[core_v1.Pod]) -> None:
        """`informer` knows the pods of this node and no others."""
        self._at = surroundings
        self._informer = informer
        self._workers: dict[str, PodWorker] = {}
        self._before: dict[str, Adopted] = {}
        self._observer = Observer(surroundings.cri, surroundings.clock, self.workers)
        self.removal = Removal(surroundings.clock, self._starting)
        self._tasks = Supervisor(surroundings.clock)

    def workers(self) -> Sequence[PodWorker]:
        """The workers of all pods."""
        return tuple(self._workers.values())

    async def run(self) -> None:
        """Take over what runs, then follow the API until cancelled; containers go on running after that."""
        await self._informer.wait_synced()
        self._before = await self._observe()
        known = {pod.metadata.uid for pod in self._informer.list()}
        orphans = Orphans(self._at, set(self._before) - known, known)
        self._informer.add_handler(on_add=self._added, on_update=self._updated, on_delete=self._deleted)
        self._tasks.start("orphans", orphans.remove())
        self._tasks.keep("removal", self.removal.run)
        try:
            await self._observer.run()
        finally:
            await self._tasks.close()
            await asyncio.gather(*(worker.close() for worker in self.workers()))

    async def _observe(self) -> dict[str, Adopted]:
        backoff = Backoff(base=0.1, cap=5.0)
        while True:
            try:
                return await observe(self._at.cri)
            except CriError as error:
                log.warning("cannot list what the runtime holds: %s", error)
            await self._at.clock.sleep(backoff.next())

    def _starting(self) -> bool:
        """Whether a sandbox or a container is being started just now."""
        return any(
            worker.machine.sandbox.stage is Part.STARTING
            or any(container.stage is Stage.STARTING for container in worker.machine.containers.values())
            for worker in self._workers.values()
        )

    def references_changed(self, uid: str) -> None:
        """A ConfigMap or Secret that this pod names has changed."""
        if (worker := self._workers.get(uid)) is not None:
            worker.references_changed()

    def _added(self, pod: core_v1.Pod) -> None:
        uid = pod.metadata.uid
        worker = self._workers.get(uid)
        if worker is not None:
            worker.changed(pod)
            return
        adopted = self._before.pop(uid, None)
        refused = self._refusal(pod) if adopted is None else None
        worker = self._workers[uid] = PodWorker(pod, self._at, self.removal, self._ended)
        if refused is not None:
            worker.tell(refused)
        worker.begin(adopted or Adopted())

    def _refusal(self, pod: core_v1.Pod) -> Evicted | None:
        """Why a pod that is new here cannot be taken."""
        if pod.status.start_time is not None or pod.metadata.deletion_timestamp is not None:
            return None
        present = [worker.pod for worker in self.workers() if not worker.machine.ended]
        return refusal(pod, present, self._at.allocatable)

    def _updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        self._added(new)

    def _deleted(self, pod: core_v1.Pod) -> None:
        if (worker := self._workers.get(pod.metadata.uid)) is not None:
            worker.gone()

    def _ended(self, worker: PodWorker) -> None:
        self._workers.pop(worker.uid, None)
        self._tasks.start("end of a worker", worker.close())

    def running_logs(self) -> list[tuple[str, Path]]:
        """The ids of all running containers, each with the log it writes."""
        return [
            (container.container_id, self._log_path(worker.pod, container.name, container.restart_count))
            for worker in self.workers()
            for container in worker.machine.containers.values()
            if container.stage in LIVE
        ]

    def _log_path(self, pod: core_v1.Pod, container: str, attempt: int) -> Path:
        return Path(log_directory(pod, str(self._at.log_dir)), container, f"{attempt}.log")

    # The node API's questions (agent.server.directory.PodDirectory)

    def pods(self) -> list[core_v1.Pod]:
        """Every pod, with its latest status."""
        return [_with_status(worker) for worker in self.workers()]

    def pod(self, namespace: str, name: str, uid: str = "") -> core_v1.Pod | None:
        """The pod of that name (the youngest, if an old one is still ending), and of that uid where one is given."""
        for worker in reversed(self.workers()):
            meta = worker.pod.metadata
            if (meta.namespace, meta.name) == (namespace, name) and uid in ("", meta.uid):
                return _with_status(worker)
        return None

    async def container(self, pod: core_v1.Pod, name: str, *, previous: bool = False) -> ContainerRef | None:
        """The newest container called `name`, or the one before it."""
        worker = self._workers.get(pod.metadata.uid)
        machine = worker.machine.containers.get(name) if worker is not None else None
        if machine is None or not machine.container_id:
            return None
        if not previous:
            log_path = self._log_path(pod, name, machine.restart_count)
            return ContainerRef(machine.container_id, name, log_path, machine.stage in LIVE, machine.spec.tty)
        chosen = pb.ContainerFilter(label_selector={POD_UID: pod.metadata.uid, CONTAINER_NAME: name})
        found = [one for one in await self._at.cri.list_containers(chosen) if one.id != machine.container_id]
        if not found:
            return None
        newest = max(found, key=lambda one: one.created_at)
        log_path = self._log_path(pod, name, newest.metadata.attempt)
        return ContainerRef(newest.id, name, log_path, False, machine.spec.tty)

    async def sandbox_id(self, pod: core_v1.Pod) -> str | None:
        """The pod's sandbox, while it is ready."""
        worker = self._workers.get(pod.metadata.uid)
        if worker is None or worker.machine.sandbox.stage is not Part.READY:
            return None
        return worker.machine.sandbox.id

    async def wait_stopped(self, container_id: str) -> None:
        """Return when the container has ended."""
        for worker in self.workers():
            for container in worker.machine.containers.values():
                if container.container_id == container_id and container.stage in LIVE:
                    await worker.exits.setdefault(container_id, asyncio.Event()).wait()
                    return


def _with_status(worker: PodWorker) -> core_v1.Pod:
    return msgspec.structs.replace(worker.pod, status=worker.status)
