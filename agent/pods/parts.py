"""The pieces a pod's machine is made of: its stages, and the state of its sandbox, its volumes and its ending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class PodStage(Enum):
    """See `state`."""

    SYNCING = "syncing"
    TERMINATING = "terminating"
    TERMINATED = "terminated"
    RELEASED = "released"
    FORGOTTEN = "forgotten"


class Part(Enum):
    """The stage of the sandbox, or of the volumes taken together."""

    ABSENT = "absent"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    LOST = "lost"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(slots=True)
class Sandbox:
    """The pod's present sandbox; `attempt` counts those before it."""

    stage: Part = Part.ABSENT
    id: str = ""
    ips: tuple[str, ...] = ()
    attempt: int = 0
    retry_at: datetime | None = None


@dataclass(slots=True)
class Volumes:
    """The pod's volumes, taken together."""

    stage: Part = Part.ABSENT
    retry_at: datetime | None = None


@dataclass(slots=True)
class Ending:
    """Why and since when the pod is being ended; `failed` where that makes the pod Failed whatever its exit codes."""

    began: datetime
    grace: int
    reason: str = ""
    message: str = ""
    failed: bool = False
