"""What the scheduler needs to tell users what it did."""

from __future__ import annotations

from typing import Any, Protocol


class Recorder(Protocol):
    """Writes events; see `pykube.client.events.EventRecorder`."""

    def event(self, obj: Any, type_: str, reason: str, message: str) -> None: ...
