"""What workloads have in common: a selector, a template that matches it, counters; and ReplicationControllers."""

from __future__ import annotations

from collections.abc import Mapping

from .. import selectors
from ..core_v1 import PodTemplateSpec, ReplicationController
from ..field_errors import SPEC, STATUS, Errors, Path, forbidden, invalid_value, not_supported, required
from ..meta_v1 import LabelSelector
from ..selectors import SelectorError
from . import checks, meta, pods
from .rules import Rules

_MISMATCH = "`selector` does not match template `labels`"
_TEMPLATE = SPEC.child("template")
_LABELS = _TEMPLATE.child("metadata").child("labels")


def selector(found: LabelSelector | None, kind: str) -> Errors:
    """The selector of a workload: there, well-formed, and not empty."""
    path = SPEC.child("selector")
    if found is None:
        yield required(path)
        return
    yield from meta.label_selector(found, path)
    if meta.selects_everything(found):
        yield invalid_value(path, found, f"empty selector is invalid for {kind}")


def matches(found: LabelSelector | None, labels: Mapping[str, str]) -> Errors:
    """Pods made from the template must be found again."""
    try:
        parsed = selectors.from_label_selector(found)
    except SelectorError:
        return
    if found is not None and not parsed.empty and not parsed.matches(labels):
        yield invalid_value(_LABELS, labels, _MISMATCH)


def always_running(template: PodTemplateSpec, kind: str) -> Errors:
    """A template of pods that are meant to run for ever."""
    policy = template.spec.restart_policy
    if policy != "Always":
        yield not_supported(_TEMPLATE.child("spec").child("restartPolicy"), policy, ("Always",))
    if template.spec.active_deadline_seconds is not None:
        place = _TEMPLATE.child("spec").child("activeDeadlineSeconds")
        yield forbidden(place, f"activeDeadlineSeconds in {kind} is not Supported")


def counters(values: Mapping[str, int | None]) -> Errors:
    """Numbers in a status are not negative; None is not there."""
    for name, value in values.items():
        if value is not None and value < 0:
            yield from checks.not_negative(STATUS.child(name), value)


def at_most(values: Mapping[str, int], limit: int, message: str) -> Errors:
    for name, value in values.items():
        if value > limit:
            yield invalid_value(STATUS.child(name), value, message)


def collisions(new: int | None, old: int | None) -> Errors:
    """The counter of name collisions only grows."""
    if old is not None and (new is None or new < old):
        yield invalid_value(STATUS.child("collisionCount"), new or 0, "cannot be decremented")


def _replication_controller(found: ReplicationController) -> Errors:
    spec = found.spec
    yield from checks.not_negative(SPEC.child("minReadySeconds"), spec.min_ready_seconds)
    if not spec.selector:
        yield required(SPEC.child("selector"))
    if spec.replicas is None:
        yield required(SPEC.child("replicas"))
    yield from checks.not_negative(SPEC.child("replicas"), spec.replicas)
    if spec.template is None:
        yield required(_TEMPLATE)
        return
    labels = spec.template.metadata.labels
    if any(labels.get(key) != value for key, value in spec.selector.items()):
        yield invalid_value(_LABELS, labels, _MISMATCH)
    yield from pods.template_spec(spec.template, _TEMPLATE)
    yield from always_running(spec.template, "ReplicationController")


def _status(new: ReplicationController, old: ReplicationController) -> Errors:
    status = new.status
    parts = {
        "fullyLabeledReplicas": status.fully_labeled_replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
    }
    yield from replica_status(parts, status.replicas, status.observed_generation)


def replica_status(parts: Mapping[str, int], replicas: int, generation: int) -> Errors:
    """The counters that ReplicaSets and ReplicationControllers share."""
    yield from counters({"replicas": replicas, **parts, "observedGeneration": generation})
    yield from at_most(parts, replicas, "cannot be greater than status.replicas")
    available, ready = parts["availableReplicas"], parts["readyReplicas"]
    yield from at_most({"availableReplicas": available}, ready, "cannot be greater than readyReplicas")


def template(found: PodTemplateSpec, path: Path = _TEMPLATE) -> Errors:
    yield from pods.template_spec(found, path)


REPLICATION_CONTROLLER = Rules(create=_replication_controller, status=_status)
