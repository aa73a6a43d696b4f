"""The agent's side of the Container Runtime Interface.

Each method is one call of CRI v1; messages are those of `api_pb2`. A method takes what the call needs and returns what
its answer holds, so that callers do not unwrap responses. Every failure is a `CriError`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from google.protobuf.message import Message

from agent.cri import api_pb2 as pb
from agent.cri.events import ContainerEvent, container_events
from agent.cri.pinned import hides_pinned, mark_pinned
from agent.cri.transport import IMAGES, RUNTIME, Transport

CALL_TIMEOUT = 120.0
"""Seconds for a call that does not wait on anything slow; the kubelet's runtime-request-timeout."""
SANDBOX_TIMEOUT = 240.0
"""Seconds for RunPodSandbox, which may pull an image and waits for the pod network."""


class CriClient:
    """A container runtime behind a socket such as ``unix:///run/pykube/containerd/containerd.sock``."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._transport = Transport(endpoint)
        self._hides_pinned: bool | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._transport.close()

    async def _runtime(self, method: str, request: Message, timeout: float | None = CALL_TIMEOUT) -> Any:
        return await self._transport.unary(RUNTIME, method, request, timeout=timeout)

    async def _image(self, method: str, request: Message, timeout: float | None = CALL_TIMEOUT) -> Any:
        return await self._transport.unary(IMAGES, method, request, timeout=timeout)

    # The runtime itself

    async def version(self, *, timeout: float = CALL_TIMEOUT) -> pb.VersionResponse:
        """Name and version of the runtime."""
        answer: pb.VersionResponse = await self._runtime("Version", pb.VersionRequest(version="v1"), timeout)
        return answer

    async def runtime_config(self) -> pb.RuntimeConfigResponse:
        """The runtime's cgroup driver.

        Raises:
            Unimplemented: the runtime is older than the call (containerd before 2.0).
        """
        answer: pb.RuntimeConfigResponse = await self._runtime("RuntimeConfig", pb.RuntimeConfigRequest())
        return answer

    async def status(self, *, verbose: bool = False) -> pb.StatusResponse:
        """The conditions RuntimeReady and NetworkReady."""
        answer: pb.StatusResponse = await self._runtime("Status", pb.StatusRequest(verbose=verbose))
        return answer

    async def update_runtime_config(self, pod_cidr: str) -> None:
        """Tell the runtime the node's pod subnet; containerd fills a CNI template with it."""
        config = pb.RuntimeConfig(network_config=pb.NetworkConfig(pod_cidr=pod_cidr))
        await self._runtime("UpdateRuntimeConfig", pb.UpdateRuntimeConfigRequest(runtime_config=config))

    # Sandboxes

    async def run_pod_sandbox(self, config: pb.PodSandboxConfig, handler: str = "") -> str:
        """Create and start a sandbox with its network; returns its id. `handler` is the RuntimeClass's handler."""
        answer: pb.RunPodSandboxResponse = await self._runtime(
            "RunPodSandbox", pb.RunPodSandboxRequest(config=config, runtime_handler=handler), SANDBOX_TIMEOUT
        )
        return answer.pod_sandbox_id

    async def stop_pod_sandbox(self, sandbox_id: str) -> None:
        """Kill what runs in the sandbox and take its network down; no error if it is gone already."""
        await self._runtime("StopPodSandbox", pb.StopPodSandboxRequest(pod_sandbox_id=sandbox_id))

    async def remove_pod_sandbox(self, sandbox_id: str) -> None:
        """Remove the sandbox and its containers; no error if it is gone already."""
        await self._runtime("RemovePodSandbox", pb.RemovePodSandboxRequest(pod_sandbox_id=sandbox_id))

    async def pod_sandbox_status(self, sandbox_id: str, *, verbose: bool = False) -> pb.PodSandboxStatusResponse:
        """State, address and labels; with `verbose` also ``info`` (JSON of the runtime's own).

        Raises:
            NotFound: no such sandbox.
        """
        request = pb.PodSandboxStatusRequest(pod_sandbox_id=sandbox_id, verbose=verbose)
        answer: pb.PodSandboxStatusResponse = await self._runtime("PodSandboxStatus", request)
        return answer

    async def list_pod_sandboxes(self, filter: pb.PodSandboxFilter | None = None) -> list[pb.PodSandbox]:
        """The sandboxes that match `filter`; all without one."""
        answer: pb.ListPodSandboxResponse = await self._runtime(
            "ListPodSandbox", pb.ListPodSandboxRequest(filter=filter)
        )
        return list(answer.items)

    async def update_pod_sandbox_resources(
        self, sandbox_id: str, *, overhead: pb.LinuxContainerResources, resources: pb.LinuxContainerResources
    ) -> None:
        """Tell the runtime of a pod's new sums of requests and limits."""
        request = pb.UpdatePodSandboxResourcesRequest(pod_sandbox_id=sandbox_id, overhead=overhead, resources=resources)
        await self._runtime("UpdatePodSandboxResources", request)

    # Containers

    async def create_container(
        self, sandbox_id: str, config: pb.ContainerConfig, sandbox_config: pb.PodSandboxConfig
    ) -> str:
        """Create a container in the sandbox, not yet running; returns its id.

        `sandbox_config` is the one that the sandbox was run with.
        """
        answer: pb.CreateContainerResponse = await self._runtime(
            "CreateContainer",
            pb.CreateContainerRequest(pod_sandbox_id=sandbox_id, config=config, sandbox_config=sandbox_config),
        )
        return answer.container_id

    async def start_container(self, container_id: str) -> None:
        """Start a created container."""
        await self._runtime("StartContainer", pb.StartContainerRequest(container_id=container_id))

    async def stop_container(self, container_id: str, timeout: int = 0) -> None:
        """Send the stop signal, kill after `timeout` seconds (at once for 0), return when it has stopped."""
        await self._runtime(
            "StopContainer",
            pb.StopContainerRequest(container_id=container_id, timeout=timeout),
            CALL_TIMEOUT + timeout,
        )

    async def remove_container(self, container_id: str) -> None:
        """Remove the container, killing it if it runs; no error if it is gone already."""
        await self._runtime("RemoveContainer", pb.RemoveContainerRequest(container_id=container_id))

    async def container_status(self, container_id: str, *, verbose: bool = False) -> pb.ContainerStatusResponse:
        """State, exit code and log path; with `verbose` also ``info`` (JSON of the runtime's own).

        Raises:
            NotFound: no such container.
        """
        request = pb.ContainerStatusRequest(container_id=container_id, verbose=verbose)
        answer: pb.ContainerStatusResponse = await self._runtime("ContainerStatus", request)
        return answer

    async def list_containers(self, filter: pb.ContainerFilter | None = None) -> list[pb.Container]:
        """The containers that match `filter`; all without one."""
        answer: pb.ListContainersResponse = await self._runtime(
            "ListContainers", pb.ListContainersRequest(filter=filter)
        )
        return list(answer.containers)

    async def update_container_resources(self, container_id: str, resources: pb.LinuxContainerResources) -> None:
        """Change the limits of a running container."""
        await self._runtime(
            "UpdateContainerResources", pb.UpdateContainerResourcesRequest(container_id=container_id, linux=resources)
        )

    async def reopen_container_log(self, container_id: str) -> None:
        """Make the runtime open the log file anew; called after the file was renamed away."""
        await self._runtime("ReopenContainerLog", pb.ReopenContainerLogRequest(container_id=container_id))

    async def events(self) -> AsyncIterator[ContainerEvent]:
        """Changes of containers and sandboxes from now on, until the connection breaks.

        Raises:
            Unimplemented: the runtime has no events; the caller lists instead.
        """
        async for event in container_events(self._transport):
            yield event

    # Commands and streams

    async def exec_sync(self, container_id: str, command: Sequence[str], timeout: int = 0) -> tuple[bytes, bytes, int]:
        """Run `command` in the container to its end: stdout, stderr and exit code. `timeout` in seconds, 0 for none.

        Raises:
            DeadlineExceeded: it ran longer than `timeout` and was killed.
        """
        answer: pb.ExecSyncResponse = await self._runtime(
            "ExecSync",
            pb.ExecSyncRequest(container_id=container_id, cmd=list(command), timeout=timeout),
            CALL_TIMEOUT + timeout if timeout else None,
        )
        return answer.stdout, answer.stderr, answer.exit_code

    async def exec(self, request: pb.ExecRequest) -> str:
        """Prepare a stream to a command; returns the URL at which the runtime serves it."""
        answer: pb.ExecResponse = await self._runtime("Exec", request)
        return answer.url

    async def attach(self, request: pb.AttachRequest) -> str:
        """Prepare a stream to the container's main process; returns the URL at which the runtime serves it."""
        answer: pb.AttachResponse = await self._runtime("Attach", request)
        return answer.url

    async def port_forward(self, sandbox_id: str, ports: Sequence[int] = ()) -> str:
        """Prepare streams to ports of the sandbox; returns the URL at which the runtime serves them."""
        answer: pb.PortForwardResponse = await self._runtime(
            "PortForward", pb.PortForwardRequest(pod_sandbox_id=sandbox_id, port=list(ports))
        )
        return answer.url

    # Usage

    async def container_stats(self, container_id: str) -> pb.ContainerStats:
        """CPU, memory and writable layer of one container."""
        answer: pb.ContainerStatsResponse = await self._runtime(
            "ContainerStats", pb.ContainerStatsRequest(container_id=container_id)
        )
        return answer.stats

    async def list_container_stats(self, filter: pb.ContainerStatsFilter | None = None) -> list[pb.ContainerStats]:
        """CPU, memory and writable layer of running containers."""
        answer: pb.ListContainerStatsResponse = await self._runtime(
            "ListContainerStats", pb.ListContainerStatsRequest(filter=filter)
        )
        return list(answer.stats)

    async def list_pod_sandbox_stats(self, filter: pb.PodSandboxStatsFilter | None = None) -> list[pb.PodSandboxStats]:
        """CPU, memory, network and processes of pods, each with its containers."""
        answer: pb.ListPodSandboxStatsResponse = await self._runtime(
            "ListPodSandboxStats", pb.ListPodSandboxStatsRequest(filter=filter)
        )
        return list(answer.stats)

    # Images

    async def list_images(self, filter: pb.ImageFilter | None = None) -> list[pb.Image]:
        """The images the runtime has; `pinned` is true to what was asked for at their import."""
        answer: pb.ListImagesResponse = await self._image("ListImages", pb.ListImagesRequest(filter=filter))
        images = list(answer.images)
        if self._hides_pinned is None:
            self._hides_pinned = hides_pinned(await self.version())
        if self._hides_pinned:
            await mark_pinned(self._transport, images)
        return images

    async def image_status(self, image: str) -> pb.Image | None:
        """The image of that name, digest or id; None where the runtime does not have it."""
        answer: pb.ImageStatusResponse = await self._image(
            "ImageStatus", pb.ImageStatusRequest(image=pb.ImageSpec(image=image))
        )
        return answer.image if answer.HasField("image") else None

    async def pull_image(
        self,
        image: str,
        auth: pb.AuthConfig | None = None,
        sandbox_config: pb.PodSandboxConfig | None = None,
    ) -> str:
        """Pull `image`, however long it takes; returns the reference by which containers name it."""
        answer: pb.PullImageResponse = await self._image(
            "PullImage",
            pb.PullImageRequest(image=pb.ImageSpec(image=image), auth=auth, sandbox_config=sandbox_config),
            None,
        )
        return answer.image_ref

    async def remove_image(self, image: str) -> None:
        """Remove the image; no error if it is gone already."""
        await self._image("RemoveImage", pb.RemoveImageRequest(image=pb.ImageSpec(image=image)))

    async def image_fs_info(self) -> pb.ImageFsInfoResponse:
        """How much the images take, and where they lie."""
        answer: pb.ImageFsInfoResponse = await self._image("ImageFsInfo", pb.ImageFsInfoRequest())
        return answer
