"""What every controller is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from pykube.aio.clock import Clock
from pykube.client.informer import InformerSet
from pykube.client.rest import Client
from pykube.config import ServerConfig

from .kinds import Kinds


class Recorder(Protocol):
    """Writes events; see `pykube.client.events.EventRecorder`."""

    def event(self, obj: Any, type_: str, reason: str, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """The process's shared things; controllers keep no others."""

    client: Client
    informers: InformerSet
    recorder: Callable[[str], Recorder]
    """A recorder that speaks in the name of a component."""
    kinds: Kinds
    """Every object of every kind, as far as metadata goes."""
    config: ServerConfig
    clock: Clock
