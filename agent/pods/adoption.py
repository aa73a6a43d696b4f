"""What the runtime holds from before this agent started, by pod, as the machines take it over."""

from __future__ import annotations

import logging
from collections import defaultdict

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.errors import NotFound

from .config import CONTAINER_NAME, POD_UID
from .inputs import Adopted, Exit, ObservedContainer
from .runtime import moment, sandbox_ips

log = logging.getLogger(__name__)

KEPT = 2
"""How many runs of each container are looked at: the newest, and the one before it."""


async def observe(cri: CriClient) -> dict[str, Adopted]:
    """All pods that the runtime knows, by uid.

    Containers that were created and never started are removed: their start is done anew.

    Raises:
        CriError: the runtime does not answer.
    """
    sandboxes: dict[str, list[pb.PodSandbox]] = defaultdict(list)
    for sandbox in await cri.list_pod_sandboxes():
        sandboxes[sandbox.labels[POD_UID]].append(sandbox)
    containers: dict[str, list[pb.Container]] = defaultdict(list)
    for container in await cri.list_containers():
        if container.state == pb.ContainerState.CONTAINER_CREATED:
            await cri.remove_container(container.id)
        else:
            containers[container.labels[POD_UID]].append(container)
    return {uid: await _pod(cri, sandboxes[uid], containers[uid]) for uid in {*sandboxes, *containers} if uid}


async def _pod(cri: CriClient, sandboxes: list[pb.PodSandbox], containers: list[pb.Container]) -> Adopted:
    """The newest sandbox is the pod's; older ones go when the pod goes."""
    if not sandboxes:
        return Adopted(containers=await _containers(cri, containers))
    newest = max(sandboxes, key=lambda sandbox: sandbox.created_at)
    ready = newest.state == pb.PodSandboxState.SANDBOX_READY
    ips: tuple[str, ...] = ()
    if ready:
        ips = sandbox_ips(await cri.pod_sandbox_status(newest.id))
    return Adopted(newest.id, newest.metadata.attempt, ready, ips, await _containers(cri, containers))


async def _containers(cri: CriClient, containers: list[pb.Container]) -> list[ObservedContainer]:
    by_name: dict[str, list[pb.Container]] = defaultdict(list)
    for container in sorted(containers, key=lambda container: container.created_at):
        by_name[container.labels[CONTAINER_NAME]].append(container)
    return [
        seen
        for found in by_name.values()
        for container in found[-KEPT:]
        if (seen := await _container(cri, container)) is not None
    ]


async def _container(cri: CriClient, container: pb.Container) -> ObservedContainer | None:
    try:
        status = (await cri.container_status(container.id)).status
    except NotFound:
        return None
    ended = None
    if status.state != pb.ContainerState.CONTAINER_RUNNING:
        ended = Exit(
            code=status.exit_code,
            reason=status.reason or "Error",
            message=status.message,
            started_at=moment(status.started_at),
            finished_at=moment(status.finished_at),
            container_id=container.id,
        )
    return ObservedContainer(
        name=container.labels[CONTAINER_NAME],
        container_id=container.id,
        restart_count=status.metadata.attempt,
        started_at=moment(status.started_at),
        exit=ended,
        image=status.image.user_specified_image or status.image.image,
        image_ref=status.image_ref,
    )
