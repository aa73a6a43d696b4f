"""Amounts of CPU, memory and other resources that containers and pods ask for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from .. import names
from ..core_v1 import PodSpec, ResourceClaim, ResourceRequirements
from ..field_errors import (
    Errors,
    ErrorType,
    FieldError,
    Path,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from ..quantity import ZERO, Quantity, QuantityError
from . import checks

STANDARD_CONTAINER = frozenset({"cpu", "memory", "ephemeral-storage"})
STANDARD_QUOTA = frozenset(
    {
        "cpu",
        "memory",
        "ephemeral-storage",
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "persistentvolumeclaims",
        "configmaps",
        "services.nodeports",
        "services.loadbalancers",
    }
)
_STANDARD = STANDARD_QUOTA | {"storage"}
INTEGER = frozenset(
    {
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
_HUGE_PAGES = "hugepages-"
_NATIVE = "kubernetes.io/"
_NOT_INTEGER = "must be an integer"


def is_huge_pages(name: str) -> bool:
    return name.startswith(_HUGE_PAGES)


def is_extended(name: str) -> bool:
    """A resource that a device plugin offers: ``example.com/gpu``."""
    if is_native(name) or name.startswith("requests."):
        return False
    return not names.qualified_name(f"requests.{name}")


def is_native(name: str) -> bool:
    return "/" not in name or _NATIVE in name


def may_overcommit(name: str) -> bool:
    return is_native(name) and not is_huge_pages(name)


def is_integer(name: str) -> bool:
    """Resources that come in whole units only."""
    return name in INTEGER or is_extended(name)


def is_quota(name: str) -> bool:
    """Names that a quota knows without a domain."""
    return name in STANDARD_QUOTA or is_huge_pages(name) or name.startswith("requests.hugepages-")


def resource_name(name: str, path: Path) -> Errors:
    found = False
    for message in names.qualified_name(name):
        found = True
        yield invalid_value(path, name, message)
    if not found and "/" not in name and not (name in _STANDARD or is_quota(name)):
        yield invalid_value(path, name, "must be a standard resource type or fully qualified")


def container_resource_name(name: str, path: Path) -> Errors:
    if name in STANDARD_CONTAINER:
        return
    yield from resource_name(name, path)
    if "/" not in name:
        if not is_huge_pages(name):
            yield invalid_value(path, name, "must be a standard resource for containers")
    elif not is_native(name) and not is_extended(name):
        yield invalid_value(path, name, "doesn't follow extended resource name standard")


def _pod_resource_name(name: str, path: Path) -> Errors:
    if name not in ("cpu", "memory") and not is_huge_pages(name):
        yield from resource_name(name, path)
        yield not_supported(path, name, ("cpu", "hugepages-", "memory"))


def amount(name: str, value: Quantity, path: Path) -> Errors:
    """A quantity of a resource: not negative, and whole where the resource is."""
    yield from checks.amount_not_negative(path, value)
    if is_integer(name) and not value.is_integer:
        yield invalid_value(path, str(value), _NOT_INTEGER)


def requirements(
    found: ResourceRequirements,
    claims: Collection[str],
    path: Path,
    check_name: Callable[[str, Path], Errors] = container_resource_name,
) -> Errors:
    """`claims` are the names of the pod's resource claims."""
    if found.limits:
        yield from _amounts(found.limits, path.child("limits"), check_name)
    if found.requests:
        yield from _amounts(found.requests, path.child("requests"), check_name)
        yield from _within_limits(found, path)
    mentioned = {*found.limits, *found.requests}
    if any(is_huge_pages(name) for name in mentioned) and not mentioned & {"cpu", "memory"}:
        yield forbidden(path, "HugePages require cpu or memory")
    if found.claims:
        yield from _claims(found.claims, claims, path.child("claims"))


def _amounts(found: Mapping[str, Quantity], path: Path, check_name: Callable[[str, Path], Errors]) -> Errors:
    for name, value in found.items():
        place = path.key(name)
        yield from check_name(name, place)
        yield from amount(name, value, place)
        if is_huge_pages(name) and not _whole_pages(name, value):
            yield invalid_value(place, str(value), f"{value} is not positive integer multiple of {name}")


def _whole_pages(name: str, value: Quantity) -> bool:
    try:
        size = Quantity.parse(name[len(_HUGE_PAGES) :])
    except QuantityError:
        return False
    return size.sign > 0 and value.sign >= 0 and value.nano % size.nano == 0


def _within_limits(found: ResourceRequirements, path: Path) -> Errors:
    place = path.child("requests")
    for name, value in found.requests.items():
        limit = found.limits.get(name)
        if limit is None:
            if not may_overcommit(name):
                yield required(path.child("limits"), "Limit must be set for non overcommitable resources")
        elif value != limit and not may_overcommit(name):
            yield invalid_value(place, str(value), f"must be equal to {name} limit of {limit}")
        elif value > limit:
            yield invalid_value(place, str(value), f"must be less than or equal to {name} limit of {limit}")


def _claims(found: list[ResourceClaim], known: Collection[str], path: Path) -> Errors:
    seen: set[tuple[str, str]] = set()
    taken: set[str] = set()
    for index, claim in enumerate(found):
        place = path.index(index)
        if not claim.name:
            yield required(place)
            continue
        if claim.request:
            yield from checks.follows(place.child("request"), claim.request, names.dns_label)
        whole_taken = (claim.name, "") in seen
        part_taken = not claim.request and claim.name in taken
        if whole_taken or part_taken:
            yield duplicate(place, claim.name)
        elif (claim.name, claim.request) in seen:
            yield duplicate(place, f"{claim.name}/{claim.request}")
        seen.add((claim.name, claim.request))
        taken.add(claim.name)
        if claim.name not in known:
            shown = f": {', '.join(sorted(known))}" if known else " which is empty"
            detail = f"must be one of the names in pod.spec.resourceClaims{shown}"
            yield FieldError(str(place), ErrorType.NOT_FOUND, claim.name, detail)


def pod_level(spec: PodSpec, claims: Collection[str], path: Path) -> Errors:
    """What a pod as a whole asks for must cover what its containers ask for."""
    own = spec.resources
    if own is None:
        return
    if own.claims:
        yield forbidden(path.child("claims"), "claims may not be set for Resources at pod-level")
    yield from requirements(own, claims, path, _pod_resource_name)
    for name, total in _together(spec, lambda found: found.requests).items():
        if name in own.requests and total > own.requests[name]:
            message = f"must be greater than or equal to aggregate container requests of {total}"
            yield invalid_value(path.child("requests").key(name), str(own.requests[name]), message)
    for name, total in _together(spec, lambda found: found.limits).items():
        if is_huge_pages(name) and name in own.limits and total > own.limits[name]:
            message = f"must be greater than or equal to aggregate container limits of {total}"
            yield invalid_value(path.child("limits").key(name), str(own.limits[name]), message)
    for index, container in enumerate(spec.containers):
        for name, limit in container.resources.limits.items():
            if name in own.limits and limit > own.limits[name]:
                place = path.child("containers").index(index).key(name).child("limits")
                message = f"must be less than or equal to pod limits of {own.limits[name]}"
                yield invalid_value(place, str(limit), message)


Amounts = Mapping[str, Quantity]


def _together(spec: PodSpec, part: Callable[[ResourceRequirements], Amounts]) -> Amounts:
    """The most that a pod's containers take at any time: init containers run one by one, beside the sidecars so far."""
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in spec.init_containers:
        amounts = part(container.resources)
        taken = _sum(sidecars, amounts)
        if container.restart_policy == "Always":
            sidecars = taken
        peak = {name: max(taken.get(name, ZERO), peak.get(name, ZERO)) for name in {**peak, **taken}}
    total = sidecars
    for regular in spec.containers:
        total = _sum(total, part(regular.resources))
    return {name: max(total.get(name, ZERO), peak.get(name, ZERO)) for name in {**total, **peak}}


def _sum(one: Amounts, other: Amounts) -> Amounts:
    return {name: one.get(name, ZERO) + other.get(name, ZERO) for name in {**one, **other}}
