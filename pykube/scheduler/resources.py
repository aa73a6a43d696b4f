"""What a pod asks for and what a node offers, as plain integers.

CPU is in milli-cores, everything else in units (bytes for memory and storage). The rules of adding up a pod's requests
are those of "Resource Management for Pods and Containers" and KEP-753 (sidecar containers), KEP-2837 (pod level).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pykube.api import core_v1
from pykube.api.quantity import Quantity

CPU = "cpu"
MEMORY = "memory"
STORAGE = "ephemeral-storage"
PODS = "pods"

DEFAULT_MILLI_CPU = 100
"""What scoring assumes of a container that requests no CPU, so that such pods spread too."""
DEFAULT_MEMORY = 200 * 1024 * 1024
"""The same for memory, in bytes."""


@dataclass(slots=True)
class Resources:
    """Amounts; `other` holds extended resources and huge pages."""

    cpu: int = 0
    memory: int = 0
    storage: int = 0
    other: dict[str, int] = field(default_factory=dict)

    def add(self, more: Resources) -> None:
        """Add `more` in place."""
        self.cpu += more.cpu
        self.memory += more.memory
        self.storage += more.storage
        for name, amount in more.other.items():
            self.other[name] = self.other.get(name, 0) + amount

    def subtract(self, less: Resources) -> None:
        """Take `less` away in place."""
        self.cpu -= less.cpu
        self.memory -= less.memory
        self.storage -= less.storage
        for name, amount in less.other.items():
            self.other[name] = self.other.get(name, 0) - amount

    def raise_to(self, least: Resources) -> None:
        """Make each amount at least that of `least`, in place."""
        self.cpu = max(self.cpu, least.cpu)
        self.memory = max(self.memory, least.memory)
        self.storage = max(self.storage, least.storage)
        for name, amount in least.other.items():
            self.other[name] = max(self.other.get(name, 0), amount)

    def copy(self) -> Resources:
        return Resources(self.cpu, self.memory, self.storage, dict(self.other))


def of_list(amounts: Mapping[str, Quantity]) -> Resources:
    """A ResourceList as integers; ``pods`` is left out (nodes count it apart)."""
    found = Resources()
    for name, quantity in amounts.items():
        if name == CPU:
            found.cpu = quantity.milli
        elif name == MEMORY:
            found.memory = quantity.value
        elif name == STORAGE:
            found.storage = quantity.value
        elif name != PODS:
            found.other[name] = quantity.value
    return found


def _of_container(container: core_v1.Container, *, nonzero: bool) -> Resources:
    amounts = container.resources.requests
    found = of_list(amounts)
    if nonzero:
        if CPU not in amounts:
            found.cpu = DEFAULT_MILLI_CPU
        if MEMORY not in amounts:
            found.memory = DEFAULT_MEMORY
    return found


def requests_of(spec: core_v1.PodSpec, *, nonzero: bool = False) -> Resources:
    """What the pod needs at its hungriest moment; `nonzero` fills in the defaults that scoring uses.

    Init containers run one after another, so each needs only its own share beside the sidecars started before it.
    """
    total = Resources()
    for container in spec.containers:
        total.add(_of_container(container, nonzero=nonzero))
    sidecars = Resources()
    peak = Resources()
    for container in spec.init_containers:
        asked = _of_container(container, nonzero=nonzero)
        if container.restart_policy == "Always":
            sidecars.add(asked)
            peak.raise_to(sidecars)
        else:
            asked.add(sidecars)
            peak.raise_to(asked)
    total.add(sidecars)
    total.raise_to(peak)
    if spec.resources is not None and spec.resources.requests:
        whole = of_list(spec.resources.requests)
        total.cpu = whole.cpu if CPU in spec.resources.requests else total.cpu
        total.memory = whole.memory if MEMORY in spec.resources.requests else total.memory
        total.other.update(whole.other)
    if spec.overhead:
        total.add(of_list(spec.overhead))
    return total
