"""Runs of containers that only the API still knows of: the runtime has lost them, with a reboot or by hand."""

from __future__ import annotations

from pykube.api import core_v1

from . import inputs as inp


def told_by_api(pod: core_v1.Pod) -> list[inp.ObservedContainer]:
    """The runs that the API's status speaks of, for containers that the runtime knows nothing of any more."""
    status = pod.status
    told = []
    for seen in (*status.init_container_statuses, *status.container_statuses, *status.ephemeral_container_statuses):
        if not seen.container_id:
            continue
        ended = seen.state.terminated or seen.last_state.terminated
        exit_ = inp.Exit(
            137, "ContainerStatusUnknown", "The container could not be located when the pod was terminated"
        )
        if ended is not None and seen.state.running is None:
            times = (ended.started_at, ended.finished_at)
            exit_ = inp.Exit(ended.exit_code, ended.reason, ended.message, *times, ended.container_id, ended.signal)
        container_id = seen.container_id.partition("://")[2]
        told.append(
            inp.ObservedContainer(
                seen.name, container_id, seen.restart_count, None, exit_, image=seen.image, image_ref=seen.image_id
            )
        )
    return told
