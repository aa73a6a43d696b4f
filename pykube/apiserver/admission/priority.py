"""Priority: the number behind a pod's PriorityClass, and only one class is the default."""

from __future__ import annotations

from pykube.api import core_v1, scheduling_v1

from .. import statuses
from ..write import Operation, Write

PREEMPT = "PreemptLowerPriority"


async def priority(write: Write) -> None:
    """Set priority and preemption policy of a new pod; check a new default class.

    Raises:
        Forbidden: no such class, a number that is not the class's, or a second default.
    """
    if write.is_for("pods") and write.operation is Operation.CREATE:
        _set(write, write.object)
    elif write.is_for("pods") and write.operation is Operation.UPDATE:
        _keep(write.object.spec, write.old.spec)
    elif write.is_for("priorityclasses", "scheduling.k8s.io") and write.operation in (
        Operation.CREATE,
        Operation.UPDATE,
    ):
        _check_default(write, write.object)


def _set(write: Write, pod: core_v1.Pod) -> None:
    spec = pod.spec
    value, policy = 0, PREEMPT
    if spec.priority_class_name:
        found = write.registry.find(scheduling_v1.PriorityClass, spec.priority_class_name)
        if found is None:
            why = f"no PriorityClass with name {spec.priority_class_name} was found"
            raise statuses.forbidden(write.resource, write.name, why)
        value, policy = found.value, found.preemption_policy or PREEMPT
    elif (default := _default(write)) is not None:
        spec.priority_class_name = default.metadata.name
        value, policy = default.value, default.preemption_policy or PREEMPT
    if spec.priority is not None and spec.priority != value:
        why = (
            f"the integer value of priority ({spec.priority}) must not be provided in pod spec; "
            f"priority admission controller computed {value} from the given PriorityClass name"
        )
        raise statuses.forbidden(write.resource, write.name, why)
    spec.priority = value
    if spec.preemption_policy is not None and spec.preemption_policy != policy:
        why = (
            f"the string value of PreemptionPolicy ({spec.preemption_policy}) must not be provided in pod spec; "
            f"priority admission controller computed {policy} from the given PriorityClass name"
        )
        raise statuses.forbidden(write.resource, write.name, why)
    spec.preemption_policy = policy


def _keep(new: core_v1.PodSpec, old: core_v1.PodSpec) -> None:
    """A client that does not know the fields does not mean to change them."""
    if new.priority is None:
        new.priority = old.priority
    if new.preemption_policy is None:
        new.preemption_policy = old.preemption_policy


def _default(write: Write) -> scheduling_v1.PriorityClass | None:
    """The class of pods that name none; of several (they may have raced) the lowest."""
    cache = write.registry.cache(scheduling_v1.PriorityClass)
    if not any(b'"globalDefault":true' in cached.data for cached in cache):
        return None
    defaults = [found for found in write.registry.list(scheduling_v1.PriorityClass) if found.global_default]
    return min(defaults, key=lambda found: found.value, default=None)


def _check_default(write: Write, wanted: scheduling_v1.PriorityClass) -> None:
    if not wanted.global_default:
        return
    present = _default(write)
    if present is not None and present.metadata.name != wanted.metadata.name:
        why = f"PriorityClass {present.metadata.name} is already marked as default. Only one default can exist"
        raise statuses.forbidden(write.resource, write.name, why)
