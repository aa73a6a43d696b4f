"""What admission knows of a namespace's use of its quotas without decoding every object at every write."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from typing import NamedTuple

from pykube.api import core_v1
from pykube.api.quantity import Quantity
from pykube.api.quota import amounts, evaluators
from pykube.api.quota.charge import Charge
from pykube.api.quota.evaluators import Evaluator

from ...write import Write

_MANY = 32
"""Lists of charges from which on it is worth looking for some that nobody needs."""


class Place(NamedTuple):
    """Where an object is."""

    kind: str
    namespace: str
    name: str


class QuotaMemory:
    """Charges of the objects of namespaces that have quotas, and those promised to writes that are under way."""

    def __init__(self) -> None:
        self._promised: dict[Place, Charge] = {}
        self._charges: dict[tuple[str, str], dict[str, tuple[int, Charge]]] = {}
        """By kind and namespace: revision and charge of each object, by key."""

    def promise(self, place: Place, charge: Charge) -> None:
        """An object is about to be written."""
        self._promised[place] = charge

    def settle(self, place: Place) -> None:
        """Its write is over: the caches show it, or it failed."""
        self._promised.pop(place, None)

    def forget(self, namespace: str) -> None:
        """The namespace has no quotas any more."""
        if self._charges:
            for known in [known for known in self._charges if known[1] == namespace]:
                del self._charges[known]

    def _tidy(self, write: Write) -> None:
        """Forget namespaces that are gone, or have no quotas any more."""
        quotas = write.registry.cache(core_v1.ResourceQuota)
        for known in [known for known in self._charges if not quotas.snapshot(known[1])]:
            del self._charges[known]

    def used(
        self, write: Write, evaluator: Evaluator, spec: core_v1.ResourceQuotaSpec, names: Collection[str]
    ) -> dict[str, Quantity]:
        """What the objects of the written kind use of a quota's `names`, those promised included."""
        now = write.registry.clock.now()
        cache = write.registry.cache(write.resource)
        new = [charge for place, charge in self._promises(write) if cache.find(place.namespace, place.name) is None]
        if not evaluator.reads:
            number = len(cache.snapshot(write.namespace)) + len(new)
            return evaluators.used_by_many(spec, names, evaluator.charge(None), number)
        return evaluators.used(spec, names, [*self._present(write, evaluator), *new], now)

    def _promises(self, write: Write) -> Iterator[tuple[Place, Charge]]:
        kind = write.resource.group_resource
        for place, charge in self._promised.items():
            if (place.kind, place.namespace) == (kind, write.namespace) and place.name != write.name:
                yield place, charge

    def _present(self, write: Write, evaluator: Evaluator) -> Iterator[Charge]:
        """The charges of what the cache shows; of an object that is being changed the dearer state."""
        storage = write.registry.storage(write.resource)
        where = (write.resource.group_resource, write.namespace)
        known = self._charges.get(where, {})
        seen: dict[str, tuple[int, Charge]] = {}
        for cached in storage.cache.snapshot(write.namespace):
            found = known.get(cached.key)
            if found is None or found[0] != cached.revision:
                found = (cached.revision, evaluator.charge(storage.decode(cached.data)))
            seen[cached.key] = found
        if where not in self._charges and len(self._charges) >= _MANY:
            self._tidy(write)
        self._charges[where] = seen
        promised = {storage.cache.key(place.namespace, place.name): charge for place, charge in self._promises(write)}
        for key, (_, charge) in seen.items():
            coming = promised.get(key)
            if coming is not None:
                charge = dataclasses.replace(coming, usage=amounts.largest(charge.usage, coming.usage))
            yield charge
