"""ResourceQuotas and LimitRanges."""

from __future__ import annotations

from collections.abc import Mapping

from .. import names
from ..core_v1 import LimitRange, LimitRangeItem, ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement
from ..field_errors import SPEC, STATUS, Errors, Path, duplicate, forbidden, invalid_value, required
from ..quantity import Quantity
from . import checks, resources
from .rules import Rules

_SCOPES = frozenset(
    {
        "Terminating",
        "NotTerminating",
        "BestEffort",
        "NotBestEffort",
        "PriorityClass",
        "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    }
)
_POD_SCOPES = _SCOPES - {"BestEffort", "VolumeAttributesClass"}
_COMPUTE = frozenset(name for name in resources.STANDARD_QUOTA if name.rpartition(".")[2] in ("cpu", "memory"))
_CONFLICTS = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_LIMIT_TYPES = frozenset({"Pod", "Container", "PersistentVolumeClaim"})
_EXISTS_ONLY = _SCOPES - {"PriorityClass", "VolumeAttributesClass"}
_ONE = Quantity.of(1)


def _quota_name(name: str, path: Path) -> Errors:
    yield from resources.resource_name(name, path)
    if "/" not in name and not resources.is_quota(name):
        yield invalid_value(path, name, "must be a standard resource for quota")


def _amounts(found: Mapping[str, Quantity], path: Path) -> Errors:
    for name, value in found.items():
        yield from _quota_name(name, path.key(name))
        yield from resources.amount(name, value, path.key(name))


def _scope_fits(scope: str, name: str) -> bool:
    """Whether objects counted by the resource `name` can be told apart by `scope`."""
    if scope == "BestEffort":
        return name == "pods"
    if scope == "VolumeAttributesClass":
        return name == "persistentvolumeclaims" or name == "requests.storage"
    if scope in _POD_SCOPES:
        return name == "pods" or name in _COMPUTE
    return True


def _scopes(spec: ResourceQuotaSpec) -> Errors:
    path = SPEC.child("scopes")
    for scope in spec.scopes:
        if scope not in _SCOPES:
            yield invalid_value(path, spec.scopes, "unsupported scope")
        for name in sorted(spec.hard):
            if resources.is_quota(name) and not _scope_fits(scope, name):
                yield invalid_value(path, spec.scopes, "unsupported scope applied to resource")
    yield from _conflicting(set(spec.scopes), spec, path)
    if spec.scope_selector is None:
        return
    path = SPEC.child("scopeSelector").child("matchExpressions")
    for requirement in spec.scope_selector.match_expressions:
        yield from _scope_requirement(requirement, path)
        for name in sorted(spec.hard):
            if resources.is_quota(name) and not _scope_fits(requirement.scope_name, name):
                yield invalid_value(path, spec.scope_selector, "unsupported scope applied to resource")
    chosen = {requirement.scope_name for requirement in spec.scope_selector.match_expressions}
    yield from _conflicting(chosen, spec, path)


def _conflicting(chosen: set[str], spec: ResourceQuotaSpec, path: Path) -> Errors:
    for pair in _CONFLICTS:
        if chosen.issuperset(pair):
            yield invalid_value(path, spec.scopes, "conflicting scopes")


def _scope_requirement(found: ScopedResourceSelectorRequirement, path: Path) -> Errors:
    if found.scope_name not in _SCOPES:
        yield invalid_value(path.child("scopeName"), found.scope_name, "unsupported scope")
    if found.scope_name in _EXISTS_ONLY and found.operator != "Exists":
        yield invalid_value(
            path.child("operator"),
            found.operator,
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating,"
            " ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or"
            " ResourceQuotaScopeCrossNamespacePodAffinity",
        )
    if found.operator in ("In", "NotIn"):
        if not found.values:
            message = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            yield required(path.child("values"), message)
    elif found.operator in ("Exists", "DoesNotExist"):
        if found.values:
            message = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
            yield invalid_value(path.child("values"), found.values, message)
    else:
        yield invalid_value(path.child("operator"), found.operator, "not a valid selector operator")


def _quota(found: ResourceQuota) -> Errors:
    yield from _amounts(found.spec.hard, SPEC.child("hard"))
    yield from _scopes(found.spec)
    yield from _quota_status(found, found)


def _quota_update(new: ResourceQuota, old: ResourceQuota) -> Errors:
    yield from _amounts(new.spec.hard, SPEC.child("hard"))
    yield from _scopes(new.spec)
    if set(new.spec.scopes) != set(old.spec.scopes):
        yield invalid_value(SPEC.child("scopes"), new.spec.scopes, checks.IMMUTABLE)


def _quota_status(new: ResourceQuota, old: ResourceQuota) -> Errors:
    yield from _amounts(new.status.hard, STATUS.child("hard"))
    yield from _amounts(new.status.used, STATUS.child("used"))


def _limit_range(found: LimitRange) -> Errors:
    seen: set[str] = set()
    for index, item in enumerate(found.spec.limits):
        path = SPEC.child("limits").index(index)
        messages = names.qualified_name(item.type)
        for message in messages:
            yield invalid_value(path.child("type"), item.type, message)
        if not messages and "/" not in item.type and item.type not in _LIMIT_TYPES:
            yield invalid_value(path.child("type"), item.type, "must be a standard limit type or fully qualified")
        if item.type in seen:
            yield duplicate(path.child("type"), item.type)
        seen.add(item.type)
        yield from _limit_names(item, path)
        for name in {**item.max, **item.min, **item.default, **item.default_request, **item.max_limit_request_ratio}:
            yield from _limit_order(item, name, path)


def _limit_names(item: LimitRangeItem, path: Path) -> Errors:
    check = resources.container_resource_name if item.type in ("Pod", "Container") else resources.resource_name
    for field, amounts in (
        ("max", item.max),
        ("min", item.min),
        ("default", item.default),
        ("defaultRequest", item.default_request),
        ("maxLimitRequestRatio", item.max_limit_request_ratio),
    ):
        if item.type == "Pod" and field.startswith("default"):
            if amounts:
                yield forbidden(path.child(field), "may not be specified when `type` is 'Pod'")
            continue
        for name in amounts:
            yield from check(name, path.child(field).key(name))
    if item.type == "PersistentVolumeClaim" and "storage" not in item.min and "storage" not in item.max:
        message = "either minimum or maximum storage value is required, but neither was provided"
        yield required(path.child("limits"), message)


def _limit_order(item: LimitRangeItem, name: str, path: Path) -> Errors:
    """Minimum, default request, default limit and maximum must not cross."""
    low, high = item.min.get(name), item.max.get(name)
    default, request = item.default.get(name), item.default_request.get(name)
    chain = (
        ("min", low, "min value", low, high, "max value"),
        ("defaultRequest", request, "min value", low, request, "default request value"),
        ("defaultRequest", request, "default request value", request, high, "max value"),
        ("defaultRequest", request, "default request value", request, default, "default limit value"),
        ("default", low, "min value", low, default, "default value"),
        ("default", high, "default value", default, high, "max value"),
    )
    for field, shown, small_name, small, large, large_name in chain:
        if small is not None and large is not None and small > large:
            message = f"{small_name} {small} is greater than {large_name} {large}"
            yield invalid_value(path.child(field).key(name), str(shown), message)
    ratio = item.max_limit_request_ratio.get(name)
    if ratio is not None:
        place = path.child("maxLimitRequestRatio").key(name)
        if ratio < _ONE:
            yield invalid_value(place, str(ratio), f"ratio {ratio} is less than 1")
        if low and high is not None and float(ratio) > float(high) / float(low):
            message = f"ratio {ratio} is greater than max/min = {float(high) / float(low):f}"
            yield invalid_value(place, str(ratio), message)
    if not resources.may_overcommit(name) and default is not None and request is not None and default != request:
        message = f"default value {default} must equal to defaultRequest value {request} in {name}"
        yield invalid_value(path.child("defaultRequest").key(name), str(request), message)


QUOTA = Rules(create=_quota, update=_quota_update, status=_quota_status)
LIMIT_RANGE = Rules(create=_limit_range)
