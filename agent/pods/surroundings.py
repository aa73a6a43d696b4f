"""What every pod of this agent works with: one value, made by the composition root."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.cgroups import Cgroups
from agent.cri.client import CriClient
from agent.images import Images
from pykube.aio.clock import Clock
from pykube.api import core_v1
from pykube.api.quantity import Quantity
from pykube.client.events import EventRecorder
from pykube.client.rest import Client
from pykube.config import Network

from .dns import Resolver
from .fields import Facts
from .probe_actions import ProbeActions
from .references import References
from .status import Host
from .tokens import ServiceAccountTokens


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The host, the runtime, the API, as pods see them."""

    clock: Clock
    client: Client
    writes: asyncio.Semaphore
    """How many pods may write to the API at once: each write beyond the open connections costs a TLS handshake."""
    cri: CriClient
    images: Images
    cgroups: Cgroups
    references: References
    tokens: ServiceAccountTokens
    recorder: EventRecorder
    probes: ProbeActions
    services: Callable[[], Iterable[core_v1.Service]]
    """The Services of the cluster, as far as they are known."""
    services_known: Callable[[], bool]
    """Whether the Services have been listed once."""
    resolver: Callable[[], Resolver]
    """The host's own resolver."""
    network: Network
    host: Host
    node_name: str
    memory_capacity: int
    """The node's memory in bytes."""
    allocatable: Mapping[str, Quantity]
    pods_dir: Path
    """Holds one directory per pod, by uid."""
    log_dir: Path

    def directory(self, pod: core_v1.Pod) -> Path:
        """The pod's own directory."""
        return self.pods_dir / pod.metadata.uid

    def facts(self, ips: tuple[str, ...]) -> Facts:
        """What the pod may learn of itself and its node."""
        return Facts(ips, self.host.ips, self.node_name, self.allocatable)
