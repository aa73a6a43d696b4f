"""One pod's dealings with the container runtime: sandbox, images, containers.

Every method does one thing and raises what `worker` turns into an input for the machine. Nothing here decides what
happens next.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agent.cri import api_pb2 as pb
from agent.cri.errors import CriError, NotFound, Unavailable
from agent.images import Announce, Wanted
from agent.volumes.container_mounts import HOSTS, container_mounts, wants_hosts_file
from agent.volumes.context import VolumeContext, VolumeError
from agent.volumes.pod_volumes import PodVolumes, tear_down
from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.api import core_v1, node_v1

from . import termination
from .config import CONTAINER_NAME, POD_UID, Parts, container_config, log_directory, sandbox_config
from .dns import hosts_file, pod_resolver
from .env import ConfigError, environment
from .inputs import ContainerStarted, Exit
from .service_env import service_env
from .surroundings import Surroundings

EXITED = pb.ContainerState.CONTAINER_EXITED
RUNNING = pb.ContainerState.CONTAINER_RUNNING
PATIENCE = 20
"""How often a runtime that has gone away is asked what became of a start."""
KILLED = 137
"""The exit code of a container that SIGKILL has ended."""
START_ERROR = 128
"""The exit code of a container whose process could not be started."""


class StartError(Exception):
    """A container could not be started; `reason` is upstream's word for it."""

    def __init__(self, reason: str, message: str, exit_: Exit | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.exit = exit_


class PodRuntime:
    """What exists of one pod in the runtime and on the disk."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._at = surroundings
        self.volumes = PodVolumes()
        self.sandbox_id = ""
        self.ips: tuple[str, ...] = ()
        self._stopped: set[str] = set()
        """Sandboxes that the runtime has stopped for us."""
        self._strays = False
        """Whether the runtime may have sandboxes of the pod besides the present one."""
        self._config: pb.PodSandboxConfig | None = None
        self._oom_kills = 0
        """How many kills for want of memory have been told of."""
        self._oom_killed: set[str] = set()
        """The containers they were told of."""
        self._images: dict[str, pb.Image] = {}

    # Volumes and directories

    def _context(self, pod: core_v1.Pod) -> VolumeContext:
        at = self._at
        ips = at.host.ips if pod.spec.host_network else self.ips
        return VolumeContext(pod, at.directory(pod), at.references, at.tokens, at.clock, at.facts(ips))

    async def mount_volumes(self, pod: core_v1.Pod) -> None:
        """Make the pod's directories and volumes.

        Raises:
            VolumeError: one of them could not be set up.
        """
        self._at.directory(pod).mkdir(mode=0o750, parents=True, exist_ok=True)
        await self.volumes.set_up(self._context(pod))

    async def refresh_volumes(self, pod: core_v1.Pod) -> None:
        """Bring what comes from the API up to date.

        Raises:
            VolumeError: something could not be had; the old files stay.
        """
        await self.volumes.refresh(self._context(pod))

    async def unmount_volumes(self, pod: core_v1.Pod) -> None:
        """Take down volumes and directories.

        Raises:
            VolumeError: something could not be unmounted.
        """
        await tear_down(self._at.directory(pod))

    # The sandbox

    def configure(self, pod: core_v1.Pod, attempt: int) -> pb.PodSandboxConfig:
        """The sandbox's configuration, which every container of it is created with too."""
        at = self._at
        self._strays = self._strays or attempt > 0
        self._config = sandbox_config(
            pod,
            attempt=attempt,
            cgroup_parent=at.cgroups.parent(pod),
            log_root=str(at.log_dir),
            network=at.network,
            resolver=pod_resolver(pod, at.network, at.resolver()),
        )
        return self._config

    async def start_sandbox(self, pod: core_v1.Pod, attempt: int) -> None:
        """Run the sandbox; sets `sandbox_id` and `ips`.

        Raises:
            CriError: the runtime or the network refused.
            errors.ApiError: its RuntimeClass cannot be had.
        """
        self._at.cgroups.ensure(pod)
        self._make_log_dir(pod)
        config = self.configure(pod, attempt)
        if attempt:
            await self.stop_strays(pod)
        handler = await self._handler(pod)
        try:
            self.sandbox_id = await self._at.cri.run_pod_sandbox(config, handler)
        except CriError:
            self._strays = True
            raise
        await self._at.cgroups.apply(pod)
        if not pod.spec.host_network:
            self.ips = sandbox_ips(await self._at.cri.pod_sandbox_status(self.sandbox_id))

    async def _handler(self, pod: core_v1.Pod) -> str:
        """The runtime handler that the pod's RuntimeClass names."""
        name = pod.spec.runtime_class_name
        if not name:
            return ""
        return (await self._at.client.get(node_v1.RuntimeClass, name)).handler

    async def stop_strays(self, pod: core_v1.Pod) -> None:
        """Stop sandboxes of the pod that an earlier try has left; they hold addresses and ports.

        Raises:
            CriError: the runtime refused.
        """
        if not self._strays:
            return
        chosen = pb.PodSandboxFilter(label_selector={POD_UID: pod.metadata.uid})
        for sandbox in await self._at.cri.list_pod_sandboxes(chosen):
            if sandbox.state == pb.PodSandboxState.SANDBOX_READY:
                await self._at.cri.stop_pod_sandbox(sandbox.id)

    async def sandbox_ready(self, sandbox_id: str) -> bool:
        """Whether the sandbox is there and lives.

        Raises:
            CriError: the runtime does not answer.
        """
        try:
            answer = await self._at.cri.pod_sandbox_status(sandbox_id)
        except NotFound:
            return False
        return answer.status.state == pb.PodSandboxState.SANDBOX_READY

    async def stop_sandbox(self, pod: core_v1.Pod, sandbox_id: str) -> None:
        """Stop what runs in it, take its network down, and with it the pod's cgroup.

        Raises:
            CriError: the runtime refused.
        """
        await self._at.cri.stop_pod_sandbox(sandbox_id)
        self._stopped.add(sandbox_id)
        await self._at.cgroups.remove(pod)

    async def remove_all(self, pod: core_v1.Pod) -> None:
        """Remove every sandbox of the pod, with containers, cgroup and logs.

        Raises:
            CriError: the runtime refused.
        """
        chosen = pb.PodSandboxFilter(label_selector={POD_UID: pod.metadata.uid})
        for sandbox in await self._at.cri.list_pod_sandboxes(chosen):
            if sandbox.id not in self._stopped:
                await self._at.cri.stop_pod_sandbox(sandbox.id)
            await self._at.cri.remove_pod_sandbox(sandbox.id)
        await self._at.cgroups.remove(pod)
        await asyncio.to_thread(shutil.rmtree, log_directory(pod, str(self._at.log_dir)), ignore_errors=True)

    # Containers

    async def ensure_image(self, pod: core_v1.Pod, container: core_v1.Container, announce: Announce) -> str:
        """Have the container's image; returns its reference.

        Raises:
            ImageError: with upstream's reason and message.
        """
        secrets = []
        for reference in pod.spec.image_pull_secrets:
            with contextlib.suppress(errors.ApiError):
                secrets.append(await self._at.references.secret(pod.metadata.namespace, reference.name))
        wanted = Wanted(container.image, container.image_pull_policy, secrets, self._config)
        image = await self._at.images.ensure(wanted, announce)
        self._images[container.name] = image
        return image.repo_digests[0] if image.repo_digests else image.id

    async def start_container(
        self, pod: core_v1.Pod, container: core_v1.Container, attempt: int, *, target: str, announce: Announce
    ) -> ContainerStarted:
        """Create the container and start it; `target` is the container whose processes it shall see, if any.

        Raises:
            StartError: at whichever step it failed.
        """
        sandbox = self._config or self.configure(pod, 0)
        try:
            config = await self._container_config(pod, container, attempt, target)
        except (ConfigError, VolumeError, errors.ApiError) as error:
            announce("Warning", "Failed", f"Error: {error}")
            raise StartError("CreateContainerConfigError", str(error)) from error
        try:
            identity = await self._create(pod, container, attempt, config, sandbox)
        except CriError as error:
            announce("Warning", "Failed", f"Error: {error.message}")
            raise StartError("CreateContainerError", error.message) from error
        announce("Normal", "Created", "Container created")
        began = self._at.clock.now()
        try:
            await self._at.cri.start_container(identity)
        except CriError as error:
            if not await self._runs(identity):
                announce("Warning", "Failed", f"Error: {error.message}")
                ended = Exit(START_ERROR, "StartError", error.message, began, self._at.clock.now(), identity)
                raise StartError("RunContainerError", error.message, ended) from error
        announce("Normal", "Started", "Container started")
        return ContainerStarted(container.name, identity, began, container.image)

    async def _create(
        self,
        pod: core_v1.Pod,
        container: core_v1.Container,
        attempt: int,
        config: pb.ContainerConfig,
        sandbox: pb.PodSandboxConfig,
    ) -> str:
        """Create the container; one that an earlier try has left under the same name makes way."""
        try:
            return await self._at.cri.create_container(self.sandbox_id, config, sandbox)
        except CriError:
            chosen = pb.ContainerFilter(label_selector={POD_UID: pod.metadata.uid, CONTAINER_NAME: container.name})
            left = [one for one in await self._at.cri.list_containers(chosen) if one.metadata.attempt == attempt]
            if not left:
                raise
            for one in left:
                await self._at.cri.remove_container(one.id)
        return await self._at.cri.create_container(self.sandbox_id, config, sandbox)

    async def _runs(self, container_id: str) -> bool:
        """Whether a start that seemed to fail has succeeded: the answer may have been lost with the connection."""
        backoff = Backoff(base=0.1, cap=2.0)
        for _ in range(PATIENCE):
            try:
                return (await self._at.cri.container_status(container_id)).status.state == RUNNING
            except Unavailable:
                await self._at.clock.sleep(backoff.next())
            except CriError:
                return False
        return False

    async def _container_config(
        self, pod: core_v1.Pod, container: core_v1.Container, attempt: int, target: str
    ) -> pb.ContainerConfig:
        at = self._at
        if not at.services_known():
            raise ConfigError("services have not yet been read at least once, cannot construct envvars")
        image = self._images.get(container.name)
        if image is None:
            raise ConfigError(f'the image of container "{container.name}" has not been looked up')
        ips = at.host.ips if pod.spec.host_network else self.ips
        links = pod.spec.enable_service_links is not False
        variables = await environment(
            pod,
            container,
            objects=at.references,
            services=service_env(at.services(), pod.metadata.namespace, links=links),
            facts=at.facts(ips),
        )
        directory = at.directory(pod)
        mounts = container_mounts(container, self.volumes.paths, directory, variables)
        mounts += self._own_mounts(pod, container, attempt, ips)
        self._make_log_dir(pod, container.name)
        parts = Parts(variables, mounts, (), image, image.id, at.memory_capacity, target)
        return container_config(pod, container, attempt, parts)

    def _own_mounts(
        self, pod: core_v1.Pod, container: core_v1.Container, attempt: int, ips: Sequence[str]
    ) -> list[pb.Mount]:
        """The hosts file and the file for the termination message."""
        directory = self._at.directory(pod)
        mounts = []
        if wants_hosts_file(container):
            hosts = directory / "etc-hosts"
            host_file = Path(HOSTS).read_text() if pod.spec.host_network else ""
            hosts.write_text(hosts_file(pod, ips, self._at.network, host_file))
            hosts.chmod(0o644)
            mounts.append(pb.Mount(container_path=HOSTS, host_path=str(hosts)))
        if container.termination_message_path:
            place = self._message_path(pod, container, attempt)
            place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            place.write_bytes(b"")
            place.chmod(0o666)
            mounts.append(pb.Mount(container_path=container.termination_message_path, host_path=str(place)))
        return mounts

    def _message_path(self, pod: core_v1.Pod, container: core_v1.Container, attempt: int) -> Path:
        return self._at.directory(pod) / "containers" / container.name / f"{attempt}"

    async def read_exit(self, pod: core_v1.Pod, container: core_v1.Container, container_id: str) -> Exit | None:
        """How the container ended; None while it has not. One that has vanished counts as killed.

        Raises:
            CriError: the runtime does not answer.
        """
        try:
            status = (await self._at.cri.container_status(container_id)).status
        except NotFound:
            said = "The container could not be located when the pod was terminated"
            return Exit(137, "ContainerStatusUnknown", said, None, self._at.clock.now(), container_id)
        if status.state != EXITED:
            return None
        place = self._message_path(pod, container, status.metadata.attempt)
        log = Path(status.log_path) if status.log_path else None
        said = termination.message(place, container.termination_message_policy, log, status.exit_code)
        return Exit(
            code=status.exit_code,
            reason=self._reason(pod, status),
            message=said or status.message,
            started_at=moment(status.started_at),
            finished_at=moment(status.finished_at) or self._at.clock.now(),
            container_id=container_id,
        )

    def _reason(self, pod: core_v1.Pod, status: pb.ContainerStatus) -> str:
        """Why the container ended, in the runtime's word where it knows.

        It does not know of kills where the pod's limit was hit before the container's (containerd 1.6), or where the
        container's cgroup was gone before it looked. The pod's own cgroup counts all of them.
        """
        kills = self._at.cgroups.oom_kills(pod)
        if kills > self._oom_kills and status.exit_code == KILLED:
            self._oom_killed.add(status.id)
        self._oom_kills = kills
        return "OOMKilled" if status.id in self._oom_killed else status.reason

    async def remove_dead(self, pod: core_v1.Pod, name: str, keep: int = 2) -> None:
        """Remove all but the newest `keep` containers called `name`, none of which runs, and their logs.

        Raises:
            CriError: the runtime refused.
        """
        chosen = pb.ContainerFilter(label_selector={POD_UID: pod.metadata.uid, "io.kubernetes.container.name": name})
        found = sorted(await self._at.cri.list_containers(chosen), key=lambda known: known.created_at)
        for known in found[:-keep]:
            if known.state != RUNNING:
                await self._at.cri.remove_container(known.id)
                self._remove_logs(pod, name, known.metadata.attempt)

    def _make_log_dir(self, pod: core_v1.Pod, container: str = "") -> None:
        Path(log_directory(pod, str(self._at.log_dir)), container).mkdir(mode=0o755, parents=True, exist_ok=True)

    def _remove_logs(self, pod: core_v1.Pod, container: str, attempt: int) -> None:
        for path in Path(log_directory(pod, str(self._at.log_dir)), container).glob(f"{attempt}.log*"):
            path.unlink(missing_ok=True)


def sandbox_ips(answer: pb.PodSandboxStatusResponse) -> tuple[str, ...]:
    """All addresses of a sandbox."""
    network = answer.status.network
    if not network.ip:
        return ()
    return (network.ip, *(more.ip for more in network.additional_ips))


def moment(nanoseconds: int) -> datetime | None:
    """A time as the runtime gives it; 0 is none."""
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC) if nanoseconds > 0 else None
