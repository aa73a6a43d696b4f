"""Metadata, labels, annotations, owners and label selectors: what all kinds share.

Source: k8s.io/apimachinery/pkg/api/validation/objectmeta.go and pkg/apis/meta/v1/validation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from .. import names
from ..field_errors import (
    METADATA,
    Errors,
    Path,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from ..meta_v1 import Condition, LabelSelector, LabelSelectorRequirement, ManagedFieldsEntry, ObjectMeta, OwnerReference
from . import checks

_ANNOTATIONS_MAX_BYTES = 256 * 1024
_MANAGER_MAX = 128
_SUBRESOURCE_MAX = 256
_REASON_MAX = 1024
_MESSAGE_MAX = 32 * 1024
_CONDITION_STATUS = ("False", "True", "Unknown")
_ORPHAN = "orphan"
_FOREGROUND = "foregroundDeletion"

_NAME = METADATA.child("name")
_GENERATE_NAME = METADATA.child("generateName")
_NAMESPACE = METADATA.child("namespace")
_GENERATION = METADATA.child("generation")
_LABELS = METADATA.child("labels")
_ANNOTATIONS = METADATA.child("annotations")
_OWNERS = METADATA.child("ownerReferences")
_FINALIZERS = METADATA.child("finalizers")
_MANAGED = METADATA.child("managedFields")


def object_meta(meta: ObjectMeta, rule: names.NameRule, *, namespaced: bool) -> Errors:
    """The metadata of a new object, its name already generated."""
    if meta.generate_name:
        for message in rule(names.as_prefix(meta.generate_name)):
            yield invalid_value(_GENERATE_NAME, meta.generate_name, message)
    if not meta.name:
        yield required(_NAME, "name or generateName is required")
    else:
        yield from checks.follows(_NAME, meta.name, rule)
    if namespaced:
        yield from checks.named(_NAMESPACE, meta.namespace, names.dns_label)
    elif meta.namespace:
        yield forbidden(_NAMESPACE, "not allowed on this type")
    yield from checks.not_negative(_GENERATION, meta.generation)
    yield from _shared(meta)
    yield from finalizers(meta.finalizers, _FINALIZERS)


def object_meta_update(new: ObjectMeta, old: ObjectMeta) -> Errors:
    """The metadata of a changed object: most of it never changes."""
    if old.deletion_timestamp is not None:
        extra = sorted(set(new.finalizers) - set(old.finalizers))
        if extra:
            shown = ", ".join(f'"{name}"' for name in extra)
            yield forbidden(
                _FINALIZERS,
                "no new finalizers can be added if the object is being deleted,"
                f" found new finalizers []string{{{shown}}}",
            )
    if not new.resource_version:
        yield invalid_value(METADATA.child("resourceVersion"), "", "must be specified for an update")
    if new.generation < old.generation:
        yield invalid_value(_GENERATION, new.generation, "must not be decremented")
    if new.name != old.name:
        yield invalid_value(_NAME, new.name, checks.IMMUTABLE)
    if new.namespace != old.namespace:
        yield invalid_value(_NAMESPACE, new.namespace, checks.IMMUTABLE)
    if new.uid != old.uid:
        yield invalid_value(METADATA.child("uid"), new.uid, checks.IMMUTABLE)
    yield from _times(new, old)
    yield from _shared(new)


def _times(new: ObjectMeta, old: ObjectMeta) -> Errors:
    pairs: tuple[tuple[str, datetime | int | None, datetime | int | None], ...] = (
        ("creationTimestamp", new.creation_timestamp, old.creation_timestamp),
        ("deletionTimestamp", new.deletion_timestamp, old.deletion_timestamp),
        ("deletionGracePeriodSeconds", new.deletion_grace_period_seconds, old.deletion_grace_period_seconds),
    )
    for name, value, before in pairs:
        if value != before:
            yield invalid_value(METADATA.child(name), value, checks.IMMUTABLE)


def _shared(meta: ObjectMeta) -> Errors:
    if meta.labels:
        yield from labels(meta.labels, _LABELS)
    if meta.annotations:
        yield from annotation_map(meta.annotations, _ANNOTATIONS)
    if meta.owner_references:
        yield from owner_references(meta.owner_references)
    if meta.managed_fields:
        yield from managed_fields(meta.managed_fields)


def labels(found: Mapping[str, str], path: Path) -> Errors:
    for key, value in found.items():
        for message in names.qualified_name(key):
            yield invalid_value(path, key, message)
        for message in names.label_value(value):
            yield invalid_value(path, value, message)


def annotation_map(found: Mapping[str, str], path: Path) -> Errors:
    """Keys are qualified names whose case does not matter; all together must not be too large."""
    size = 0
    for key, value in found.items():
        size += len(key.encode()) + len(value.encode())
        for message in names.qualified_name(key.lower()):
            yield invalid_value(path, key, message)
    if size > _ANNOTATIONS_MAX_BYTES:
        yield too_long(path, _ANNOTATIONS_MAX_BYTES)


def owner_references(found: list[OwnerReference]) -> Errors:
    first = ""
    for reference in found:
        yield from _owner(reference, _OWNERS)
        if reference.controller:
            current = f"{reference.kind}/{reference.name}"
            if first:
                yield invalid_value(
                    _OWNERS,
                    found,
                    "Only one reference can have Controller set to true."
                    f' Found "true" in references for {first} and {current}',
                )
                return
            else:
                first = current


def _owner(reference: OwnerReference, path: Path) -> Errors:
    if not reference.api_version.rpartition("/")[2]:
        yield invalid_value(path.child("apiVersion"), reference.api_version, "version must not be empty")
    for field, value in (("kind", reference.kind), ("name", reference.name), ("uid", reference.uid)):
        if not value:
            yield invalid_value(path.child(field), value, "must not be empty")
    if reference.api_version == "v1" and reference.kind == "Event":
        yield invalid_value(path, reference, "/v1, Kind=Event is disallowed from being an owner")


def finalizers(found: list[str], path: Path) -> Errors:
    for finalizer in found:
        yield from checks.follows(path, finalizer, names.qualified_name)
    if _ORPHAN in found and _FOREGROUND in found:
        yield invalid_value(path, found, f"finalizer {_ORPHAN} and {_FOREGROUND} cannot be both set")


def managed_fields(found: list[ManagedFieldsEntry]) -> Errors:
    for index, entry in enumerate(found):
        path = _MANAGED.index(index)
        if entry.operation not in ("Apply", "Update"):
            yield invalid_value(path.child("operation"), entry.operation, "must be `Apply` or `Update`")
        if entry.fields_type not in ("", "FieldsV1"):
            yield invalid_value(path.child("fieldsType"), entry.fields_type, "must be `FieldsV1`")
        yield from field_manager(entry.manager, path.child("manager"))
        if len(entry.subresource) > _SUBRESOURCE_MAX:
            yield too_long(path.child("subresource"), _SUBRESOURCE_MAX)


def field_manager(name: str, path: Path) -> Errors:
    """The name under which a client owns fields."""
    if len(name.encode()) > _MANAGER_MAX:
        yield too_long(path, _MANAGER_MAX)
    if not name.isprintable():
        position, letter = next((i, letter) for i, letter in enumerate(name) if not letter.isprintable())
        yield invalid_value(path, name, f"invalid character U+{ord(letter):04X} (at position {position})")


def label_selector(selector: LabelSelector | None, path: Path) -> Errors:
    """A selector in a spec; an absent one is no error here."""
    if selector is None:
        return
    if selector.match_labels:
        yield from labels(selector.match_labels, path.child("matchLabels"))
    for index, requirement in enumerate(selector.match_expressions):
        yield from _requirement(requirement, path.child("matchExpressions").index(index))


def selects_everything(selector: LabelSelector | None) -> bool:
    """True for a selector without any requirement, which would select everything."""
    return selector is not None and not selector.match_labels and not selector.match_expressions


def _requirement(found: LabelSelectorRequirement, path: Path) -> Errors:
    if found.operator in ("In", "NotIn"):
        if not found.values:
            yield required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'")
    elif found.operator in ("Exists", "DoesNotExist"):
        if found.values:
            yield forbidden(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    else:
        yield invalid_value(path.child("operator"), found.operator, "not a valid selector operator")
    yield from checks.follows(path.child("key"), found.key, names.qualified_name)
    for index, value in enumerate(found.values):
        yield from checks.follows(path.child("values").index(index), value, names.label_value)


def conditions(found: Iterable[Condition], path: Path) -> Errors:
    """``metav1.Condition``: each type once, all of its fields well-formed."""
    seen: set[str] = set()
    for index, condition in enumerate(found):
        place = path.index(index)
        if condition.type in seen:
            yield duplicate(place.child("type"), condition.type)
        seen.add(condition.type)
        yield from _condition(condition, place)


def _condition(condition: Condition, path: Path) -> Errors:
    yield from checks.follows(path.child("type"), condition.type, names.qualified_name)
    if condition.status not in _CONDITION_STATUS:
        yield not_supported(path.child("status"), condition.status, _CONDITION_STATUS)
    if condition.observed_generation < 0:
        yield invalid_value(
            path.child("observedGeneration"), condition.observed_generation, "must be greater than or equal to zero"
        )
    if condition.last_transition_time is None:
        yield required(path.child("lastTransitionTime"))
    if not condition.reason:
        yield required(path.child("reason"))
    else:
        yield from checks.follows(path.child("reason"), condition.reason, names.condition_reason)
        if len(condition.reason) > _REASON_MAX:
            yield too_long(path.child("reason"), _REASON_MAX)
    if len(condition.message.encode()) > _MESSAGE_MAX:
        yield too_long(path.child("message"), _MESSAGE_MAX)


class Template(Protocol):
    """Something with metadata of its own inside a spec."""

    metadata: ObjectMeta


def template(found: Template, path: Path) -> Errors:
    """The metadata in a template: labels and annotations only matter."""
    yield from labels(found.metadata.labels, path.child("labels"))
    yield from annotation_map(found.metadata.annotations, path.child("annotations"))
