"""What of a pod may change once it exists: little."""

from __future__ import annotations

from collections.abc import Mapping

from .. import codec
from ..core_v1 import NodeAffinity, NodeSelectorTerm, Pod, PodSpec, Toleration
from ..field_errors import METADATA, SPEC, Errors, Path, forbidden, invalid_value
from . import checks
from .difference import difference

_INT32_MAX = 2**31 - 1
_UPDATABLE = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
    " additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was"
    " previously negative)"
)
_MIRROR = "kubernetes.io/config.mirror"
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"


def update(new: Pod, old: Pod) -> Errors:
    """`new` is valid by itself; may `old` become it?"""
    yield from fixed_annotations(new.metadata.annotations, old.metadata.annotations)
    for name, after, before in (
        ("containers", new.spec.containers, old.spec.containers),
        ("initContainers", new.spec.init_containers, old.spec.init_containers),
    ):
        if len(after) != len(before):
            yield forbidden(SPEC.child(name), "pod updates may not add or remove containers")
            return
    if wrong := list(_deadline(new.spec.active_deadline_seconds, old.spec.active_deadline_seconds)):
        yield from wrong
        if new.spec.active_deadline_seconds is not None:
            return
    yield from _tolerations(new.spec.tolerations, old.spec.tolerations)
    yield from _gates(new.spec, old.spec)
    if new.spec == old.spec:
        return
    wanted = _with_mutable_fields_of(old.spec, codec.copy(new.spec))
    if old.spec.scheduling_gates:
        yield from _gated(wanted, old.spec)
    if wanted != old.spec:
        message = f"pod updates may not change fields other than {_UPDATABLE}\n{difference(old.spec, wanted)}"
        yield forbidden(SPEC, message)


def fixed_annotations(new: Mapping[str, str], old: Mapping[str, str]) -> Errors:
    """That a pod mirrors a file on a node, or how it is confined, is not for clients to say later on."""
    for prefix, what in ((_MIRROR, "mirror pod annotation"), (_APP_ARMOR, "AppArmor annotations")):
        for key in {**old, **new}:
            if not key.startswith(prefix) or new.get(key) == old.get(key):
                continue
            change = "add" if key not in old else "remove or update"
            yield forbidden(METADATA.child("annotations").key(key), f"may not {change} {what}")


def _deadline(new: int | None, old: int | None) -> Errors:
    path = SPEC.child("activeDeadlineSeconds")
    if new is None:
        if old is not None:
            yield invalid_value(path, None, "must not update from a positive integer to nil value")
    elif not 0 <= new <= _INT32_MAX:
        yield from checks.in_range(path, new, 0, _INT32_MAX)
    elif old is not None and old < new:
        yield invalid_value(path, new, "must be less than or equal to previous value")


def _tolerations(new: list[Toleration], old: list[Toleration]) -> Errors:
    """None may go or change, except in for how long it holds."""
    if new == old:
        return
    kept = {(one.key, one.operator, one.value, one.effect) for one in new}
    if any((one.key, one.operator, one.value, one.effect) not in kept for one in old):
        message = "existing toleration can not be modified except its tolerationSeconds"
        yield forbidden(SPEC.child("tolerations"), message)


def _gates(new: PodSpec, old: PodSpec) -> Errors:
    known = {gate.name for gate in old.scheduling_gates}
    for index, gate in enumerate(new.scheduling_gates):
        if gate.name not in known:
            place = SPEC.child("schedulingGates").index(index).child("name")
            yield forbidden(place, f"only deletion is allowed, but found new scheduling gate '{gate.name}'")


def _with_mutable_fields_of(old: PodSpec, spec: PodSpec) -> PodSpec:
    """`spec` with everything that may change set back to what it was."""
    for container, before in zip(
        (*spec.containers, *spec.init_containers), (*old.containers, *old.init_containers), strict=True
    ):
        container.image = before.image
    spec.active_deadline_seconds = old.active_deadline_seconds
    spec.scheduling_gates = old.scheduling_gates
    spec.tolerations = old.tolerations
    grace = old.termination_grace_period_seconds
    if grace is not None and grace < 0 and spec.termination_grace_period_seconds == 1:
        spec.termination_grace_period_seconds = grace
    return spec


def _gated(spec: PodSpec, old: PodSpec) -> Errors:
    """A pod that waits to be scheduled may still narrow where it can run."""
    if spec.node_selector != old.node_selector:
        for key, value in old.node_selector.items():
            if spec.node_selector.get(key) != value:
                message = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
                yield invalid_value(SPEC.child("nodeSelector"), spec.node_selector, message)
                break
        spec.node_selector = old.node_selector
    new_affinity = spec.affinity.node_affinity if spec.affinity is not None else None
    old_affinity = old.affinity.node_affinity if old.affinity is not None else None
    if new_affinity == old_affinity:
        return
    yield from _narrower(new_affinity, old_affinity, SPEC.child("affinity").child("nodeAffinity"))
    if spec.affinity is not None:
        spec.affinity.node_affinity = old_affinity
        if old.affinity is None and not (spec.affinity.pod_affinity or spec.affinity.pod_anti_affinity):
            spec.affinity = None


def _narrower(new: NodeAffinity | None, old: NodeAffinity | None, path: Path) -> Errors:
    before = old.required_during_scheduling_ignored_during_execution if old is not None else None
    if before is None:
        return
    place = path.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms")
    after = new.required_during_scheduling_ignored_during_execution if new is not None else None
    terms = after.node_selector_terms if after is not None else []
    if len(terms) != len(before.node_selector_terms):
        yield invalid_value(place, terms, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")
        return
    for index, (term, was) in enumerate(zip(terms, before.node_selector_terms, strict=True)):
        if not _only_added(term, was):
            message = (
                "only additions are allowed (no mutations or deletions)"
                if was.match_expressions or was.match_fields
                else "nodeSelectorTerms can not be updated when empty"
            )
            yield invalid_value(place.index(index), term, message)


def _only_added(new: NodeSelectorTerm, old: NodeSelectorTerm) -> bool:
    if not old.match_expressions and not old.match_fields:
        return new == old
    expressions, fields = len(old.match_expressions), len(old.match_fields)
    return (
        new.match_expressions[:expressions] == old.match_expressions and new.match_fields[:fields] == old.match_fields
    )


def ephemeral_containers(new: Pod, old: Pod) -> Errors:
    """Debug containers can be added; none can go or change."""
    if _MIRROR in old.metadata.annotations:
        yield forbidden(Path(""), "static pods do not support ephemeral containers")
        return
    path = SPEC.child("ephemeralContainers")
    present = {container.name: container for container in new.spec.ephemeral_containers}
    for before in old.spec.ephemeral_containers:
        after = present.get(before.name)
        if after is None:
            yield forbidden(path, f'existing ephemeral containers "{before.name}" may not be removed\n')
        elif after != before:
            shown = difference(before, after)
            yield forbidden(path, f'existing ephemeral containers "{before.name}" may not be changed\n{shown}')
