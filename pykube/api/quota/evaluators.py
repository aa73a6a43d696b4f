"""How each kind of object is measured: five have rules of their own, all others are counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .. import core_v1
from ..quantity import Quantity
from ..scheme import Resource
from . import amounts, device_claims, pods, services, volume_claims
from .amounts import ONE, ZERO
from .charge import Charge

UNBOUNDED: Final = frozenset({"events", "events.events.k8s.io"})
"""Kinds that no quota counts."""

_ALIASES: Final = frozenset({"configmaps", "replicationcontrollers", "resourcequotas", "secrets"})
"""Core kinds that quotas may also bound by their bare name."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """How objects of one kind are measured.

    `names` picks from the names in a quota those that this kind uses. `reads` says that `charge` looks at more of an
    object than its metadata, `on_update` that a change may use more.
    """

    names: Callable[[Collection[str]], set[str]]
    charge: Callable[[Any], Charge]
    reads: bool = False
    on_update: bool = False


_OWN: Final = {
    "pods": Evaluator(pods.names, pods.charge, reads=True, on_update=True),
    "services": Evaluator(services.names, services.charge, reads=True, on_update=True),
    "persistentvolumeclaims": Evaluator(volume_claims.names, volume_claims.charge, reads=True, on_update=True),
    "resourceclaims.resource.k8s.io": Evaluator(device_claims.names, device_claims.charge, reads=True, on_update=True),
}


def evaluator(resource: Resource) -> Evaluator:
    """The rules for objects of `resource`."""
    name = resource.group_resource
    if (own := _OWN.get(name)) is not None:
        return own
    counted = frozenset({f"count/{name}", name}) if name in _ALIASES else frozenset({f"count/{name}"})
    charge = Charge(dict.fromkeys(counted, ONE))
    return Evaluator(lambda hard: {each for each in hard if each in counted}, lambda obj: charge)


def used(
    spec: core_v1.ResourceQuotaSpec, names: Collection[str], charges: Iterable[Charge], now: datetime
) -> dict[str, Quantity]:
    """What all `charges` together use of a quota's `names`; what nobody uses is zero."""
    found = dict.fromkeys(names, ZERO)
    for charge in charges:
        if charge.counts_for(spec):
            amounts.add(found, amounts.only(charge.at(now), names))
    return found


def used_by_many(
    spec: core_v1.ResourceQuotaSpec, names: Collection[str], charge: Charge, number: int
) -> dict[str, Quantity]:
    """What `number` objects of the same charge use of a quota's `names`."""
    found = dict.fromkeys(names, ZERO)
    if charge.counts_for(spec):
        found.update({name: amount * number for name, amount in charge.usage.items() if name in found})
    return found
