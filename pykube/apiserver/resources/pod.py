"""Pods: fresh status and QoS class on create, generation by spec, graceful deletion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pykube.api import codec, conditions, core_v1, field_errors, meta_v1, names
from pykube.api.field_errors import FieldError
from pykube.api.patch.apply.field_sets import Fields
from pykube.api.validation import pods

from ..write import Write
from .qos import qos_class
from .strategy import Strategy

_DONE = ("Succeeded", "Failed")

_BUT_STATUS: Fields = {"f:spec": {}, "f:metadata": {"f:deletionTimestamp": {}, "f:ownerReferences": {}}}
"""What the status of a pod does not carry; its labels do come along."""


class PodStrategy(Strategy):
    """The pod's rules; the subresources that change the spec of a living pod are told apart by name."""

    generation = True
    returns_deleted = True

    def prepare_create(self, write: Write) -> None:
        pod = write.object
        pod.metadata.generation = 1
        pod.status = core_v1.PodStatus(phase="Pending", qos_class=qos_class(pod))
        if pod.spec.scheduling_gates:
            pod.status.conditions.append(
                core_v1.PodCondition(
                    type="PodScheduled",
                    status="False",
                    reason="SchedulingGated",
                    message="Scheduling is blocked due to non-empty scheduling gates",
                )
            )
        if messages := names.dns_label(pod.metadata.name):
            write.warnings.append(
                "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; "
                f"a DNS label is recommended: [{' '.join(messages)}]"
            )

    def prepare_update(self, write: Write) -> None:
        if write.subresource == "binding":
            return
        if write.subresource in ("ephemeralcontainers", "resize"):
            self._keep_but_containers(write)
        write.object.status = write.old.status
        if not write.object.spec.scheduling_gates and write.old.spec.scheduling_gates:
            write.object.status = codec.copy(write.old.status)
            write.object.status.conditions = [
                condition
                for condition in write.object.status.conditions
                if (condition.type, condition.reason) != ("PodScheduled", "SchedulingGated")
            ]
        self._count(write)

    def _count(self, write: Write) -> None:
        if write.object.spec != write.old.spec and not write.object.metadata.deletion_timestamp:
            write.object.metadata.generation = write.old.metadata.generation + 1

    def _keep_but_containers(self, write: Write) -> None:
        """What these subresources must not change is put back."""
        new, old = write.object, write.old
        wanted = new.spec
        labels = old.metadata
        new.metadata.labels, new.metadata.annotations = labels.labels, labels.annotations
        new.metadata.finalizers, new.metadata.owner_references = labels.finalizers, labels.owner_references
        spec = self._copy_spec(old)
        if write.subresource == "ephemeralcontainers":
            spec.ephemeral_containers = wanted.ephemeral_containers
        else:
            spec.containers = _with_resources(spec.containers, wanted.containers)
            spec.init_containers = _with_resources(spec.init_containers, wanted.init_containers)
            spec.resources = wanted.resources
        new.spec = spec

    @staticmethod
    def _copy_spec(pod: core_v1.Pod) -> core_v1.PodSpec:
        spec = pod.spec
        return type(spec)(**{name: getattr(spec, name) for name in spec.__struct_fields__})

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        if write.subresource == "binding":
            return list(pods.bound(write.object))
        if write.subresource == "ephemeralcontainers":
            return list(pods.ephemeral_containers_update(write.object, write.old))
        if write.subresource == "resize":
            found = list(pods.resize(write.object, write.old))
            if qos_class(write.object) != qos_class(write.old):
                why = "Pod QOS Class may not change as a result of resizing"
                found.append(field_errors.invalid_value(field_errors.SPEC, write.old.status.qos_class, why))
            return found
        return super().validate_update(write)

    def reset_fields(self, subresource: str) -> Fields:
        return _BUT_STATUS if subresource == "status" else super().reset_fields(subresource)

    def prepare_status(self, write: Write) -> None:
        pod, old = write.object, write.old
        pod.spec = old.spec
        pod.metadata.owner_references = old.metadata.owner_references
        pod.status.qos_class = pod.status.qos_class or old.status.qos_class
        pod.status.observed_generation = pod.status.observed_generation or old.status.observed_generation
        for condition in pod.status.conditions:
            before = conditions.find(old.status.conditions, condition.type)
            if before is not None and not condition.observed_generation:
                condition.observed_generation = before.observed_generation

    def grace(self, obj: Any, options: meta_v1.DeleteOptions) -> int | None:
        pod: core_v1.Pod = obj
        period = options.grace_period_seconds
        if period is None:
            period = pod.spec.termination_grace_period_seconds or 0
        if not pod.spec.node_name or pod.status.phase in _DONE:
            return 0
        return 1 if period < 0 else period


def _with_resources(kept: list[core_v1.Container], wanted: list[core_v1.Container]) -> list[core_v1.Container]:
    """Copies of `kept` with the resources that the containers of the same name in `wanted` have."""
    by_name = {container.name: container for container in wanted}
    found = []
    for container in kept:
        fields = {name: getattr(container, name) for name in container.__struct_fields__}
        if (new := by_name.get(container.name)) is not None:
            fields["resources"], fields["resize_policy"] = new.resources, new.resize_policy
        found.append(type(container)(**fields))
    return found
