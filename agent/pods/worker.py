"""The shell around one pod's machine: hands inputs in, performs what comes out, and hands back how that went.

There is no queue and no lock: inputs are taken in where they arise, in the event loop, and each action that takes time
runs as a task of its own. Pods never wait for each other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from agent.cri.errors import CriError
from agent.images import ImageError
from agent.volumes.pod_volumes import follows_pod, references
from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.api import core_v1

from . import actions as act
from . import inputs as inp
from . import status
from .container import LIVE, Kind, Stage
from .keyed_tasks import KeyedTasks
from .lifecycle import run_hook
from .parts import Part
from .pod_events import PodEvents
from .probe_actions import Target
from .probes import ContainerProbes
from .references import referenced
from .removal import Removal
from .reporter import StatusReporter
from .runtime import PodRuntime, StartError
from .state import PodMachine
from .surroundings import Surroundings
from .volume_upkeep import VolumeUpkeep

log = logging.getLogger(__name__)

LEAST_STOP = 2
"""Seconds that remain for the stop signal at least, however long the preStop hook took."""
EXIT_PATIENCE = 10.0
"""Seconds for which the runtime is asked again when it says that something stopped and still shows it running."""


class PodWorker:
    """One pod on this node, from its arrival to its end."""

    def __init__(
        self, pod: core_v1.Pod, surroundings: Surroundings, removal: Removal, ended: Callable[[PodWorker], None]
    ) -> None:
        """`ended` is called once, when nothing is left to do for the pod but what `removal` does."""
        self._at = surroundings
        self._removal = removal
        self._ended = ended
        started = pod.status.start_time or surroundings.clock.now()
        self.machine = PodMachine(pod, started)
        self.runtime = PodRuntime(surroundings)
        self.status = pod.status
        self._events = PodEvents(surroundings.recorder)
        self._reporter = StatusReporter(surroundings.client, surroundings.clock, pod, surroundings.writes)
        self._tasks = KeyedTasks(f"{pod.metadata.namespace}/{pod.metadata.name}")
        self.upkeep = VolumeUpkeep(self.runtime, surroundings.clock, self._tasks, self)
        self._probes: dict[str, ContainerProbes] = {}
        self._timer: tuple[datetime, asyncio.Task[None]] | None = None
        self._stopped = False
        self._unclaimed: set[str] = set()
        """Ids that were heard of while a container was being started: one of them may be that container's own."""
        self.exits: dict[str, asyncio.Event] = {}
        """For those who wait: set when the container of that id has ended."""

    @property
    def pod(self) -> core_v1.Pod:
        """The API object as it was seen last."""
        return self.machine.pod

    @property
    def uid(self) -> str:
        """The pod's uid."""
        return self.machine.pod.metadata.uid

    # Inputs

    def tell(self, event: inp.Input) -> None:
        """Take in what happened, and set in motion what follows."""
        if self._stopped:
            return
        for action in self.machine.handle(event, self._at.clock.now()):
            self._perform(action)
        self._set_timer()

    def begin(self, adopted: inp.Adopted) -> None:
        """Take up the pod, with what the runtime has of it already."""
        self.runtime.sandbox_id = adopted.sandbox_id
        self.runtime.ips = tuple(adopted.ips)
        if adopted.sandbox_id:
            self.runtime.configure(self.pod, adopted.sandbox_attempt)
        self._follow_references()
        self.tell(adopted)
        self.tell(inp.PodChanged(self.pod))

    def changed(self, pod: core_v1.Pod) -> None:
        """The API object has changed."""
        before = self.machine.pod
        self._reporter.overtaken(pod.status)
        self.tell(inp.PodChanged(pod))
        meta, known = pod.metadata, before.metadata
        if follows_pod(pod) and (meta.labels != known.labels or meta.annotations != known.annotations):
            self.refresh_volumes()
        if pod.spec != before.spec:
            self._follow_references()

    def gone(self) -> None:
        """The API has the pod no longer."""
        self._reporter.forget()
        self.tell(inp.PodGone())

    def references_changed(self) -> None:
        """A ConfigMap or Secret that the pod names has changed, or has come into being."""
        self.tell(inp.Nudged())
        self.refresh_volumes()

    def _follow_references(self) -> None:
        pod = self.pod
        self._at.references.hold(self.uid, pod.metadata.namespace, references(pod) | referenced(pod))

    def check_container(self, container_id: str) -> None:
        """Ask the runtime whether this container still runs."""
        for container in self.machine.containers.values():
            if container.container_id == container_id and container.stage in LIVE:
                if self._tasks.runs(f"stop {container.name}"):
                    return  # whoever stops it is told of the exit
                self._start(f"check {container_id}", self._check(container.spec, container_id))
            elif container.stage is Stage.STARTING:
                self._unclaimed.add(container_id)

    def check_sandbox(self, sandbox_id: str) -> None:
        """Ask the runtime whether this sandbox is still there."""
        if self.machine.sandbox.id == sandbox_id and self.machine.sandbox.stage is Part.READY:
            self._start(f"check {sandbox_id}", self._check_sandbox(sandbox_id))

    async def _check_sandbox(self, sandbox_id: str) -> None:
        delay = 0.005
        while delay < EXIT_PATIENCE:
            try:
                if not await self.runtime.sandbox_ready(sandbox_id):
                    self.tell(inp.SandboxLost(sandbox_id))
                    return
            except CriError as error:
                log.debug("cannot see to sandbox %s: %s", sandbox_id, error)
                return
            await self._at.clock.sleep(delay)
            delay *= 2

    async def _check(self, container: core_v1.Container, container_id: str) -> None:
        """The runtime's word of an exit may come before its own status shows it."""
        delay = 0.005
        while delay < EXIT_PATIENCE:
            try:
                ended = await self.runtime.read_exit(self.pod, container, container_id)
            except CriError as error:
                log.debug("cannot see to container %s: %s", container_id, error)
                return
            if ended is not None:
                self._exited(container.name, container_id, ended)
                return
            await self._at.clock.sleep(delay)
            delay *= 2

    def _exited(self, name: str, container_id: str, ended: inp.Exit) -> None:
        if (waiting := self.exits.pop(container_id, None)) is not None:
            waiting.set()
        self.tell(inp.ContainerExited(name, container_id, ended))

    # Actions

    def _perform(self, action: act.Action) -> None:
        PERFORM[type(action)](self, action)

    def _start(self, key: str, coroutine: Coroutine[Any, Any, None], *, replace: bool = False) -> None:
        self._tasks.start(key, coroutine, replace=replace)

    def _mount(self, action: act.MountVolumes) -> None:
        self._start("volumes", self.upkeep.mount())

    def refresh_volumes(self) -> None:
        """Bring the files that come from the API up to date."""
        if not self.machine.ended:
            self.upkeep.refresh()

    def _unmount(self, action: act.UnmountVolumes) -> None:
        self._at.references.release(self.uid)
        self._tasks.cancel("volumes")
        self._start("unmount", self.upkeep.unmount())

    def _start_sandbox(self, action: act.StartSandbox) -> None:
        self._start(f"sandbox {action.attempt}", self._starting_sandbox(action.attempt))

    async def _starting_sandbox(self, attempt: int) -> None:
        try:
            await self.runtime.start_sandbox(self.pod, attempt)
        except CriError as error:
            self.tell(inp.SandboxFailed(f"rpc error: code = {_go_code(error)} desc = {error.message}"))
        except (errors.ApiError, OSError) as error:
            self.tell(inp.SandboxFailed(str(error)))
        else:
            self.tell(inp.SandboxStarted(self.runtime.sandbox_id, self.runtime.ips))

    def _stop_sandbox(self, action: act.StopSandbox) -> None:
        self._start(f"stop sandbox {action.sandbox_id}", self._stopping_sandbox(action.sandbox_id))

    async def _stopping_sandbox(self, sandbox_id: str) -> None:
        try:
            await self.runtime.stop_sandbox(self.pod, sandbox_id)
        except CriError as error:
            self.tell(inp.SandboxStopFailed(sandbox_id, error.message))
            return
        self.tell(inp.SandboxStopped(sandbox_id))

    def _remove_sandboxes(self, action: act.RemoveSandboxes) -> None:
        self._start("remove", self._removing())

    async def _removing(self) -> None:
        """End at once what an earlier try may have left running; the removal itself can wait."""
        pod, runtime = self.pod, self.runtime
        try:
            await runtime.stop_strays(pod)
        except CriError as error:
            log.warning("cannot stop the sandboxes of %s: %s", self.machine.label, error)
        self._removal.add(self.machine.label, lambda: runtime.remove_all(pod))

    def _ensure_image(self, action: act.EnsureImage) -> None:
        container = self.machine.containers[action.name].spec
        self._start(f"image {action.name}", self._ensuring_image(container), replace=True)

    async def _ensuring_image(self, container: core_v1.Container) -> None:
        try:
            reference = await self.runtime.ensure_image(self.pod, container, self._announcer(container.name))
        except ImageError as error:
            if error.reason != "ErrImagePull":
                self._announce(act.Announce("Warning", "Failed", f"Error: {error.reason}", container.name))
            self.tell(inp.ImageFailed(container.name, error.reason, error.message))
            return
        self.tell(inp.ImageReady(container.name, reference))

    def _start_container(self, action: act.StartContainer) -> None:
        container = self.machine.containers[action.name]
        target = ""
        wanted = getattr(container.spec, "target_container_name", "")
        if container.kind is Kind.EPHEMERAL and wanted in self.machine.containers:
            target = self.machine.containers[wanted].container_id
        self._start(f"start {action.name}", self._starting(container.spec, action.attempt, target))

    async def _starting(self, container: core_v1.Container, attempt: int, target: str) -> None:
        announce = self._announcer(container.name)
        try:
            begun = await self.runtime.start_container(self.pod, container, attempt, target=target, announce=announce)
        except StartError as error:
            self.tell(inp.StartFailed(container.name, error.reason, error.message, error.exit))
        except OSError as error:
            self.tell(inp.StartFailed(container.name, "CreateContainerError", str(error)))
        else:
            self.tell(begun)
            if begun.container_id in self._unclaimed:
                self.check_container(begun.container_id)
        if not any(known.stage is Stage.STARTING for known in self.machine.containers.values()):
            self._unclaimed.clear()

    def _target(self, name: str, container_id: str) -> Target:
        ips = self._at.host.ips if self.pod.spec.host_network else self.runtime.ips
        return Target(self.machine.containers[name].spec, container_id, ips[0] if ips else "127.0.0.1")

    def _post_start(self, action: act.RunPostStart) -> None:
        self._start(f"hook {action.name}", self._post_starting(action), replace=True)

    async def _post_starting(self, action: act.RunPostStart) -> None:
        target = self._target(action.name, action.container_id)
        lifecycle = target.container.lifecycle
        failed = ""
        if lifecycle is not None and lifecycle.post_start is not None:
            failed = await run_hook(lifecycle.post_start, target, self._at.probes, self._at.clock)
        if failed:
            log.info("postStart hook in %s: %s", self.machine.label, failed)
            self._announce(act.Announce("Warning", "FailedPostStartHook", "PostStartHook failed", action.name))
        self.tell(inp.PostStartDone(action.name, action.container_id, failed))

    def _stop_container(self, action: act.StopContainer) -> None:
        if action.message:
            self._announce(act.Announce("Normal", "Killing", action.message, action.name))
        self._tasks.cancel(f"hook {action.name}")
        self._start(f"stop {action.name}", self._stopping(action), replace=True)

    async def _stopping(self, action: act.StopContainer) -> None:
        began = self._at.clock.monotonic()
        target = self._target(action.name, action.container_id)
        hook = target.container.lifecycle.pre_stop if target.container.lifecycle is not None else None
        grace = action.grace
        if hook is not None and action.pre_stop and grace > 0:
            failed = await run_hook(hook, target, self._at.probes, self._at.clock, timeout=grace)
            if failed:
                log.info("preStop hook in %s: %s", self.machine.label, failed)
                self._announce(act.Announce("Warning", "FailedPreStopHook", "PreStopHook failed", action.name))
            grace = max(grace - int(self._at.clock.monotonic() - began), LEAST_STOP)
        try:
            await self._at.cri.stop_container(action.container_id, grace)
            ended = await self.runtime.read_exit(self.pod, target.container, action.container_id)
        except CriError as error:
            self.tell(inp.StopFailed(action.name, action.container_id, error.message))
            return
        if ended is None:
            self.tell(inp.StopFailed(action.name, action.container_id, "the runtime did not stop it"))
            return
        self._exited(action.name, action.container_id, ended)

    def _remove_container(self, action: act.RemoveContainer) -> None:
        self._start(f"tidy {action.name}", self._tidying(action.name))

    async def _tidying(self, name: str) -> None:
        try:
            await self.runtime.remove_dead(self.pod, name)
        except CriError as error:
            log.debug("cannot remove dead containers of %s: %s", self.machine.label, error)

    def _start_probes(self, action: act.StartProbes) -> None:
        name = action.name
        probes = ContainerProbes(
            self._at.probes,
            self._target(name, action.container_id),
            self._at.clock,
            tell=self.tell,
            complain=lambda kind, said: self._complain(name, kind, said),
        )
        self._stop_probes(act.StopProbes(name))
        self._probes[name] = probes
        probes.start(self.machine.containers[name].started_at, started=action.started)

    def _complain(self, name: str, kind: inp.Probe, said: str) -> None:
        self._announce(act.Announce("Warning", "Unhealthy", f"{kind.value} probe failed: {said}", name))

    def _stop_probes(self, action: act.StopProbes) -> None:
        probes = self._probes.pop(action.name, None)
        if probes is not None:
            self._start(f"end of probes {id(probes)}", probes.stop())

    # Telling

    def _report(self, action: act.ReportStatus) -> None:
        self.status = status.render(self.machine, self.status, self._at.host, self._at.clock.now())
        # While a container is replaced by one of another image, the pod stays what it was, as long as that is quick.
        replacing = any(container.restart_anyway for container in self.machine.containers.values())
        self._reporter.report(self.status, patient=replacing and self.machine.ending is None)

    def complain_of_volumes(self, message: str) -> None:
        """Files that come from the API could not be brought up to date."""
        self._announce(act.Announce("Warning", "FailedMount", message))

    def _announce(self, action: act.Announce) -> None:
        self._events.announce(self.machine, action.type, action.reason, action.message, action.container)

    def _announcer(self, container: str) -> Callable[[str, str, str], None]:
        return lambda type_, reason, message: self._announce(act.Announce(type_, reason, message, container))

    # Ending

    def _delete(self, action: act.DeletePod) -> None:
        self._start("delete", self._deleting())

    async def _deleting(self) -> None:
        """Delete the object for good, once its last status is written; until it is gone."""
        meta = self.pod.metadata
        backoff = Backoff(base=0.2, cap=15.0, jitter=0.2)
        await self._reporter.flush()
        while True:
            try:
                await self._at.client.delete(core_v1.Pod, meta.name, meta.namespace, grace_period=0, uid=meta.uid)
                return
            except (errors.NotFound, errors.Conflict):
                return
            except errors.ApiError as error:
                log.warning("cannot delete %s: %s", self.machine.label, error)
            await self._at.clock.sleep(backoff.next())

    def _forget(self, action: act.Forget) -> None:
        self._start("forget", self._forgetting())

    async def _forgetting(self) -> None:
        await self._tasks.wait("remove")
        self._at.references.release(self.uid)
        self._at.tokens.forget(self.uid)
        self._ended(self)

    def _set_timer(self) -> None:
        """Wake when time alone will change something."""
        wakeup = self.machine.next_wakeup()
        if self._timer is not None:
            if self._timer[0] == wakeup and not self._timer[1].done():
                return
            self._timer[1].cancel()
            self._timer = None
        if wakeup is not None:
            self._timer = (wakeup, asyncio.create_task(self._wake(wakeup)))

    async def _wake(self, moment: datetime) -> None:
        await self._at.clock.sleep((moment - self._at.clock.now()).total_seconds())
        self._timer = None
        self.tell(inp.Tick())

    async def close(self) -> None:
        """Let go of the pod, which goes on running."""
        self._stopped = True
        self._reporter.close()
        if self._timer is not None:
            self._timer[1].cancel()
        await asyncio.gather(self._tasks.close(), *(probes.stop() for probes in self._probes.values()))


def _go_code(error: CriError) -> str:
    """gRPC's code as Go prints it: ``NOT_FOUND`` is ``NotFound``."""
    return "".join(word.capitalize() for word in error.code.split("_"))


Performer = Callable[[PodWorker, Any], None]

PERFORM: dict[type, Performer] = {
    act.MountVolumes: PodWorker._mount,
    act.UnmountVolumes: PodWorker._unmount,
    act.StartSandbox: PodWorker._start_sandbox,
    act.StopSandbox: PodWorker._stop_sandbox,
    act.RemoveSandboxes: PodWorker._remove_sandboxes,
    act.EnsureImage: PodWorker._ensure_image,
    act.StartContainer: PodWorker._start_container,
    act.RunPostStart: PodWorker._post_start,
    act.StopContainer: PodWorker._stop_container,
    act.RemoveContainer: PodWorker._remove_container,
    act.StartProbes: PodWorker._start_probes,
    act.StopProbes: PodWorker._stop_probes,
    act.ReportStatus: PodWorker._report,
    act.Announce: PodWorker._announce,
    act.DeletePod: PodWorker._delete,
    act.Forget: PodWorker._forget,
}
