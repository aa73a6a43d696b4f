"""ReplicationController: what ReplicaSets replaced, still served."""

from __future__ import annotations

from typing import Any

from pykube.api import core_v1, selectors

from .replicaset import ReplicaSetController


class ReplicationControllerController(ReplicaSetController):
    """A ReplicaSet whose selector is a plain map, by default the template's labels."""

    name = "replication-controller"
    kind = core_v1.ReplicationController
    condition = core_v1.ReplicationControllerCondition

    def selector(self, owner: Any) -> selectors.LabelSelector:
        return selectors.from_labels(owner.spec.selector)

    def template(self, owner: Any) -> core_v1.PodTemplateSpec:
        return owner.spec.template or core_v1.PodTemplateSpec()

    def count_terminating(self, owner: Any, status: Any) -> None:
        """The status of this kind has no such count."""
