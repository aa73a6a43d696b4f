"""What drivers publish of their devices. Source: validateResourceSliceSpec in pkg/apis/resource/validation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import names
from ..core_v1 import NodeSelector
from ..field_errors import SPEC, Errors, Path, duplicate, invalid_value, required, too_long, too_many
from ..resource_v1 import CounterSet, Device, DeviceAttribute, DeviceTaint, ResourcePool, ResourceSlice
from . import checks, scheduling, volumes

_DEVICES_MAX = 128
_DEVICES_MAX_ADVANCED = 64
_COUNTER_SETS_MAX = 8
_PROPERTIES_MAX = 32
_VALUE_MAX = 64
_ID_MAX = 32
_POOL_MAX = 253
_TAINTS_MAX = 16
_CONSUMED_MAX = 2
_EFFECTS = ("NoExecute", "NoSchedule", "None")
_TRUE_OR_NOTHING = "must be either unset or set to true"
_NUMBER = "(0|[1-9][0-9]*)"
_PRE = r"(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_BUILD = "[0-9a-zA-Z-]+"
_version = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_PRE}(\.{_PRE})*)?(\+{_BUILD}(\.{_BUILD})*)?").fullmatch


def create(found: ResourceSlice) -> Errors:
    spec = found.spec
    yield from volumes.driver_name(spec.driver, SPEC.child("driver"))
    yield from _pool(spec.pool, SPEC.child("pool"))
    chosen: list[str] = []
    yield from _nodes(spec.node_name, spec.node_selector, SPEC, chosen)
    if spec.node_selector is not None and len(spec.node_selector.node_selector_terms) != 1:
        place = SPEC.child("nodeSelector").child("nodeSelectorTerms")
        yield invalid_value(place, spec.node_selector.node_selector_terms, "must have exactly one node selector term")
    yield from _flag(spec.all_nodes, "allNodes", SPEC, chosen)
    yield from _flag(spec.per_device_node_selection, "perDeviceNodeSelection", SPEC, chosen)
    rule = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
    yield from _exactly_one(chosen, rule, f"{rule}, but multiple fields are set", SPEC)
    if spec.shared_counters and spec.devices:
        yield invalid_value(SPEC, "", "only one of `sharedCounters` or `devices` is allowed")
    yield from _devices(spec.devices, per_device=bool(spec.per_device_node_selection))
    yield from _counters(spec.shared_counters, SPEC.child("sharedCounters"))


def update(new: ResourceSlice, old: ResourceSlice) -> Errors:
    yield from create(new)
    yield from checks.immutable(SPEC.child("pool").child("name"), new.spec.pool.name, old.spec.pool.name)
    yield from checks.immutable(SPEC.child("driver"), new.spec.driver, old.spec.driver)
    yield from checks.immutable(SPEC.child("nodeName"), new.spec.node_name, old.spec.node_name)


def _pool(pool: ResourcePool, path: Path) -> Errors:
    if not pool.name:
        yield required(path.child("name"))
    else:
        if len(pool.name) > _POOL_MAX:
            yield too_long(path.child("name"), _POOL_MAX)
        for part in pool.name.split("/"):
            yield from checks.follows(path.child("name"), part, names.dns_subdomain)
    if pool.resource_slice_count <= 0:
        yield invalid_value(path.child("resourceSliceCount"), pool.resource_slice_count, "must be greater than zero")
    if pool.generation < 0:
        yield invalid_value(path.child("generation"), pool.generation, "must be greater than or equal to zero")


def _nodes(name: str | None, selector: NodeSelector | None, path: Path, chosen: list[str]) -> Errors:
    """One node by name, or those that a selector chooses; `chosen` collects what is set."""
    if name:
        chosen.append("`nodeName`")
        yield from checks.follows(path.child("nodeName"), name, names.dns_subdomain)
    elif name is not None:
        yield invalid_value(path.child("nodeName"), name, "must be either unset or set to a non-empty string")
    if selector is not None:
        chosen.append("`nodeSelector`")
        yield from scheduling.node_selector(selector, path.child("nodeSelector"))


def _flag(value: bool | None, name: str, path: Path, chosen: list[str]) -> Errors:
    if value:
        chosen.append(f"`{name}`")
    elif value is not None:
        yield invalid_value(path.child(name), value, _TRUE_OR_NOTHING)


def _exactly_one(chosen: Sequence[str], none: str, several: str, path: Path) -> Errors:
    if not chosen:
        yield required(path, none)
    elif len(chosen) > 1:
        yield invalid_value(path, f"{{{', '.join(chosen)}}}", several)


def _devices(found: list[Device], *, per_device: bool) -> Errors:
    path = SPEC.child("devices")
    advanced = any(device.taints or device.consumes_counters or _has_lists(device) for device in found)
    limit = _DEVICES_MAX_ADVANCED if advanced else _DEVICES_MAX
    if len(found) > limit:
        yield too_many(path, len(found), limit)
    seen: set[str] = set()
    for index, device in enumerate(found):
        place = path.index(index)
        yield from checks.named(place.child("name"), device.name, names.dns_label)
        if device.name in seen:
            yield duplicate(place.child("name"), device.name)
        seen.add(device.name)
        yield from _device(device, place)
        yield from _reach(device, place, per_device=per_device)


def _has_lists(device: Device) -> bool:
    return any(one.ints or one.bools or one.strings or one.versions for one in device.attributes.values())


def _device(device: Device, path: Path) -> Errors:
    total = len(device.attributes) + len(device.capacity)
    if total > _PROPERTIES_MAX:
        message = f"the total number of attributes and capacities must not exceed {_PROPERTIES_MAX}"
        yield invalid_value(path, total, message)
    for name, attribute in device.attributes.items():
        place = path.child("attributes").key(name)
        yield from _qualified(name, place)
        yield from _attribute(attribute, place)
    for name, capacity in device.capacity.items():
        place = path.child("capacity").key(name)
        yield from _qualified(name, place)
        if capacity.request_policy is not None and not device.allow_multiple_allocations:
            yield invalid_value(
                place.child("requestPolicy"), capacity.request_policy, "allowMultipleAllocations must be true"
            )
    if len(device.taints) > _TAINTS_MAX:
        yield too_many(path.child("taints"), len(device.taints), _TAINTS_MAX)
    for index, taint in enumerate(device.taints):
        yield from _taint(taint, path.child("taints").index(index))
    place = path.child("consumesCounters")
    if len(device.consumes_counters) > _CONSUMED_MAX:
        yield too_many(place, len(device.consumes_counters), _CONSUMED_MAX)
    for index, consumed in enumerate(device.consumes_counters):
        yield from checks.named(place.index(index).child("counterSet"), consumed.counter_set, names.dns_label)
        if not consumed.counters:
            yield required(place.index(index).child("counters"))
    yield from _conditions(device, path)


def _qualified(name: str, path: Path) -> Errors:
    """``example.com/size``, or a name of the driver's own."""
    domain, slash, own = name.rpartition("/")
    if slash:
        if domain:
            yield from volumes.driver_name(domain, path)
        else:
            yield invalid_value(path, "", "the domain must not be empty")
    if not own and slash:
        yield invalid_value(path, "", "the name must not be empty")
        return
    if len(own) > _ID_MAX:
        yield too_long(path, _ID_MAX)
    yield from checks.follows(path, own, names.c_identifier)


def _attribute(found: DeviceAttribute, path: Path) -> Errors:
    given = [found.bool_, found.int_, found.string, found.version]
    lists = [found.bools, found.ints, found.strings, found.versions]
    number = sum(one is not None for one in given) + sum(bool(one) for one in lists)
    texts = [*([found.string] if found.string is not None else []), *found.strings]
    versions = [*([found.version] if found.version is not None else []), *found.versions]
    for text in (*texts, *versions):
        if len(text) > _VALUE_MAX:
            yield too_long(path.child("version" if text in versions else "string"), _VALUE_MAX)
    for text in versions:
        if not _version(text):
            yield invalid_value(path.child("version"), text, "must be a string compatible with semver.org spec 2.0.0")
    if number != 1:
        yield invalid_value(path, found if number else "", "exactly one value must be specified")


def _taint(taint: DeviceTaint, path: Path) -> Errors:
    yield from checks.follows(path.child("key"), taint.key, names.qualified_name)
    if taint.value:
        yield from checks.follows(path.child("value"), taint.value, names.label_value)
    yield from checks.required_supported(path.child("effect"), taint.effect, _EFFECTS)


def _conditions(device: Device, path: Path) -> Errors:
    """What has to hold of a device before a pod is bound, and what means that it never will."""
    good, bad = path.child("bindingConditions"), path.child("bindingFailureConditions")
    for place, found in ((good, device.binding_conditions), (bad, device.binding_failure_conditions)):
        seen: set[str] = set()
        for index, condition in enumerate(found):
            yield from checks.follows(place.index(index), condition, names.qualified_name)
            if condition in seen:
                yield duplicate(place.index(index), condition)
            seen.add(condition)
    wanted = set(device.binding_conditions)
    for index, condition in enumerate(device.binding_failure_conditions):
        if condition in wanted:
            message = "bindingFailureConditions must not overlap with bindingConditions"
            yield invalid_value(bad.index(index), condition, message)
    if device.binding_failure_conditions and not wanted:
        yield invalid_value(good, [], "bindingConditions are required to use bindingFailureConditions")
    if wanted and not device.binding_failure_conditions:
        yield invalid_value(bad, [], "bindingFailureConditions are required to use bindingConditions")


def _reach(device: Device, path: Path, *, per_device: bool) -> Errors:
    """The nodes that reach a device, where the slice leaves that to its devices."""
    if not per_device:
        if device.node_name is not None or device.node_selector is not None or device.all_nodes is not None:
            message = (
                "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true"
                " in the ResourceSlice spec"
            )
            yield invalid_value(path, None, message)
        return
    chosen: list[str] = []
    yield from _nodes(device.node_name, device.node_selector, path, chosen)
    yield from _flag(device.all_nodes, "allNodes", path, chosen)
    rule = (
        "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to"
        " true in the ResourceSlice spec"
    )
    yield from _exactly_one(chosen, rule, rule, path)


def _counters(found: list[CounterSet], path: Path) -> Errors:
    if len(found) > _COUNTER_SETS_MAX:
        yield too_many(path, len(found), _COUNTER_SETS_MAX)
    seen: set[str] = set()
    for index, one in enumerate(found):
        place = path.index(index)
        yield from checks.named(place.child("name"), one.name, names.dns_label)
        if one.name in seen:
            yield duplicate(place.child("name"), one.name)
        seen.add(one.name)
        if not one.counters:
            yield required(place.child("counters"))
        for name in one.counters:
            yield from checks.follows(place.child("counters"), name, names.dns_label)
