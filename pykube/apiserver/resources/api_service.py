"""APIServices: one that names no service is served here, and available from its first moment."""

from __future__ import annotations

from pykube.api.apiregistration_v1 import APIServiceCondition

from ..write import Write
from .workload import Exact


class ApiServiceStrategy(Exact):
    """Who serves a group version."""

    def prepare_create(self, write: Write) -> None:
        super().prepare_create(write)
        if write.object.spec.service is None:
            write.object.status.conditions = [
                APIServiceCondition(
                    type="Available",
                    status="True",
                    last_transition_time=write.registry.clock.now().replace(microsecond=0),
                    reason="Local",
                    message="Local APIServices are always available",
                )
            ]

    def prepare_status(self, write: Write) -> None:
        super().prepare_status(write)
        write.object.metadata.annotations = write.old.metadata.annotations
        write.object.metadata.finalizers = write.old.metadata.finalizers
