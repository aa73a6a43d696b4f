"""A containerd of the agent's own: configured, started, watched and adopted again by the agent.

It lives in a session of its own, so that it and every container go on when the agent ends or is killed. A new agent
finds it and takes it over. When containerd itself dies, its shims keep the containers running and the
containerd that is started next finds them again.

Where systemd makes the cgroups, containerd and its shims get a scope of their own, so that ``systemctl kill`` of the
agent's unit does not reach them. Elsewhere under systemd the agent's unit needs ``KillMode=process``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from agent.cri import host_facts
from agent.cri.client import CriClient
from agent.cri.containerd_config import SANDBOX_IMAGE, ContainerdConfig, chosen_snapshotter
from agent.cri.containerd_images import ContainerdError, ContainerdImages, output_of
from agent.cri.errors import CriError
from agent.cri.image_build import BuildError
from agent.cri.sandbox_image import build_sandbox_image
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock

log = logging.getLogger(__name__)

START_TIMEOUT = 60.0
"""Seconds after which a containerd that does not answer counts as failed."""
MAX_LOG_BYTES = 16 * 1024 * 1024
"""Size at which containerd's log is moved aside."""
TRIM_SECONDS = 600.0
"""How often its size is looked at."""
SCOPE = (
    "systemd-run",
    "--scope",
    "--quiet",
    "--collect",
    "--slice=system.slice",
    "--description=pykube: container runtime",
    "--property=Delegate=yes",
    "--property=TasksMax=infinity",
    "--property=TimeoutStopSec=5",
)
"""Runs a command, as the same process, in a scope of systemd's; shims ignore SIGTERM when the host shuts down."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A pid that is not mistaken for a later process of the same number: `started` is in ticks since boot."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """The process that has `pid` now; None where there is none, or it is a zombie."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in ("Z", "X") else cls(pid, int(fields[19]))


class PrivateContainerd:
    """The agent's own containerd, with data under `state_dir` and sockets under `run_dir` (``containerd/`` in each)."""

    def __init__(
        self,
        state_dir: Path,
        run_dir: Path,
        cni_conf_dir: Path,
        cni_bin_dir: Path,
        clock: Clock,
        *,
        registries: Path | None = None,
        systemd_cgroup: bool = False,
        binary: str = "containerd",
    ) -> None:
        self._root = state_dir / "containerd"
        self._state = run_dir / "containerd"
        self._cni_conf_dir = cni_conf_dir
        self._cni_bin_dir = cni_bin_dir
        self._clock = clock
        self._registries = registries or cni_conf_dir.parent.parent / "registries"
        self._systemd_cgroup = systemd_cgroup
        self._binary = binary
        self._socket = self._state / "containerd.sock"
        self._ready = asyncio.Event()
        self._config_changed = False

    @property
    def endpoint(self) -> str:
        """Where CRI is served."""
        return f"unix://{self._socket}"

    @property
    def config_path(self) -> Path:
        """The configuration file that `ensure_config` writes."""
        return self._root / "config.toml"

    @property
    def log_path(self) -> Path:
        """What containerd and its shims print."""
        return self._root / "containerd.log"

    @property
    def pid_path(self) -> Path:
        """Pid and start time of the running containerd."""
        return self._state / "containerd.pid"

    # Configuration

    async def ensure_config(self) -> ContainerdConfig:
        """Write the configuration that fits this host; takes effect when containerd starts next.

        Raises:
            ContainerdError: there is no containerd, or its version cannot be told.
        """
        binary = shutil.which(self._binary, path=os.environ.get("PATH", "") + ":" + PATH)
        if binary is None:
            raise ContainerdError("containerd is not installed; on Debian and Ubuntu: apt-get install containerd runc")
        _, text = await output_of(binary, "--version")
        try:
            version = host_facts.parse_containerd_version(text)
        except ValueError as error:
            raise ContainerdError(f"cannot tell the version of {binary}: {error}") from None
        for directory in (self._root, self._state, self._cni_conf_dir, self._registries):
            directory.mkdir(parents=True, exist_ok=True)
        config = ContainerdConfig(
            version=version,
            root=self._root,
            state=self._state,
            socket=self._socket,
            cni_conf_dir=self._cni_conf_dir,
            cni_bin_dir=self._cni_bin_dir,
            registries=self._registries,
            snapshotter=await asyncio.to_thread(self._snapshotter),
            systemd_cgroup=self._systemd_cgroup,
            restrict_oom_score_adj=not host_facts.has_sys_resource(),
        )
        self._config_changed = _write_if_changed(self.config_path, config.render())
        return config

    def _snapshotter(self) -> str:
        """What was chosen before, for the snapshots there are need it; else what the host can do."""
        if chosen := chosen_snapshotter(self.config_path):
            return chosen
        if host_facts.has_overlayfs(self._root):
            return "overlayfs"
        log.warning("no overlay file system under %s: images are copied for each container", self._root)
        return "native"

    # The process

    async def run(self) -> None:
        """Keep containerd running until cancelled; being cancelled leaves it running."""
        backoff = Backoff(base=0.2, cap=30.0)
        while True:
            began = self._clock.monotonic()
            self._ready.clear()
            try:
                process = await self._take_over() or await self._start()
                pidfd = os.pidfd_open(process.pid)
            except (OSError, ContainerdError) as error:
                log.error("cannot start containerd: %s", error)
            else:
                await self._watch(process, pidfd)
                if self._clock.monotonic() - began > backoff.cap:
                    backoff.reset()
            await self._clock.sleep(backoff.next())

    async def wait_ready(self) -> None:
        """Return when containerd answers on its socket; `run` must be running."""
        await self._ready.wait()

    async def _take_over(self) -> ProcessId | None:
        """The containerd that an earlier agent left running, unless it was started with other settings.

        Such a one is ended: its shims and their containers go on, and the one that is started next finds them.
        """
        process = self._running()
        if process is None:
            return None
        await self.ensure_config()
        if self._config_changed:
            log.info("the settings have changed: containerd is started again")
            await self.stop()
            return None
        log.info("found containerd running as process %d", process.pid)
        self._remember(process)
        return process

    def _running(self) -> ProcessId | None:
        """The running containerd, by its pid file or by who listens on its socket.

        An agent that dies right after starting containerd leaves no pid file; a containerd that is still starting
        does not listen yet.
        """
        try:
            pid, started = (int(part) for part in self.pid_path.read_text().split())
        except (OSError, ValueError):
            pid, started = 0, 0
        process = ProcessId.of(pid) if pid else None
        if process is not None and process.started == started:
            return process
        listener = _listener(self._socket)
        return ProcessId.of(listener) if listener else None

    async def _start(self) -> ProcessId:
        config = await self.ensure_config()
        self._socket.unlink(missing_ok=True)
        process = ProcessId.of(self._spawn())
        if process is None:
            raise ContainerdError(f"containerd ended at once; see {self.log_path}")
        self._remember(process)
        log.info("started containerd %d.%d as process %d", *config.version, process.pid)
        return process

    def _remember(self, process: ProcessId) -> None:
        _write_if_changed(self.pid_path, f"{process.pid} {process.started}\n")

    def _spawn(self) -> int:
        """Start containerd in a session of its own and return its pid.

        Not through asyncio: its process transports kill the process when they are collected.
        """
        environment = {**os.environ, "PATH": os.environ.get("PATH", "") + ":" + PATH}
        environment.pop("NOTIFY_SOCKET", None)
        scope = SCOPE if self._systemd_cgroup else ()
        create = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.posix_spawnp(
            "env",
            ["env", "--chdir=/", *scope, self._binary, "--config", str(self.config_path)],
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log_path), create, 0o640),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
        )

    async def _watch(self, process: ProcessId, pidfd: int) -> None:
        """Set `ready` when containerd answers, and return when the process has ended."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(pidfd, ended.set)
        tasks = [loop.create_task(self._announce()), loop.create_task(self._trim_log())]
        try:
            await ended.wait()
            log.error("containerd (process %d) has ended; see %s", process.pid, self.log_path)
        finally:
            for task in tasks:
                task.cancel()
            loop.remove_reader(pidfd)
            os.close(pidfd)
            self._ready.clear()
            _reap(process.pid)

    async def _announce(self) -> None:
        """Set `ready` once CRI answers; what it says instead is logged when it has gone on for long."""
        began = self._clock.monotonic()
        pause = Backoff(base=0.02, cap=1.0, factor=1.3)
        warned = False
        async with CriClient(self.endpoint) as client:
            while True:
                try:
                    await client.version(timeout=5.0)
                except CriError as error:
                    if not warned and self._clock.monotonic() - began > START_TIMEOUT:
                        warned = True
                        log.error(
                            "containerd has not answered for %.0f s (%s): see %s", START_TIMEOUT, error, self.log_path
                        )
                else:
                    self._ready.set()
                    return
                await self._clock.sleep(pause.next())

    async def _trim_log(self) -> None:
        """Keep the log from filling the disk: the old part is moved aside, once."""
        while True:
            with contextlib.suppress(OSError):
                if os.stat(self.log_path).st_size > MAX_LOG_BYTES:
                    # containerd holds the file open for appending, so it is emptied and not renamed.
                    await asyncio.to_thread(shutil.copyfile, self.log_path, self.log_path.with_suffix(".log.1"))
                    os.truncate(self.log_path, 0)
            await self._clock.sleep(TRIM_SECONDS)

    async def stop(self) -> None:
        """End containerd, if it runs; containers go on under their shims. `run` must not be running."""
        process = self._running()
        if process is None:
            return
        pidfd = os.pidfd_open(process.pid)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(pidfd, ended.set)
        try:
            signal.pidfd_send_signal(pidfd, signal.SIGTERM)
            await ended.wait()
        finally:
            loop.remove_reader(pidfd)
            os.close(pidfd)
        self.pid_path.unlink(missing_ok=True)

    # Images

    @property
    def images(self) -> ContainerdImages:
        """What containerd holds under its running socket."""
        return ContainerdImages(self._socket, self._snapshotter())

    async def import_image(self, archive: Path) -> list[str]:
        """Import and pin an archive; see `ContainerdImages.import_archive`."""
        return await self.images.import_archive(archive)

    async def ensure_sandbox_image(self) -> str:
        """Build, import and pin the sandbox image where it is missing; returns its name.

        Raises:
            ContainerdError: catatonit is missing, or containerd refused the image.
        """
        if SANDBOX_IMAGE in await self.images.names(pinned=True):
            return SANDBOX_IMAGE
        archive = self._root / "sandbox-image.tar"
        try:
            await asyncio.to_thread(build_sandbox_image, SANDBOX_IMAGE, archive)
            await self.images.import_archive(archive)
        except BuildError as error:
            raise ContainerdError(str(error)) from error
        finally:
            archive.unlink(missing_ok=True)
        return SANDBOX_IMAGE


def _reap(pid: int) -> None:
    """Let an ended child go; a containerd that was adopted is no child."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _listener(path: Path) -> int:
    """The pid of the process that listens on the unix socket at `path`; 0 where none does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return 0
        pid, _, _ = struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)


def _write_if_changed(path: Path, text: str) -> bool:
    """Replace `path` in one step, so that no reader and no crash finds half of it; False where it held `text`."""
    with contextlib.suppress(OSError):
        if path.read_text() == text:
            return False
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.replace(path)
    return True
