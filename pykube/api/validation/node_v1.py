"""Rules of runtime classes."""

from __future__ import annotations

from .. import names
from ..core_v1 import ResourceRequirements
from ..field_errors import Errors, Path, duplicate
from ..node_v1 import RuntimeClass
from . import checks, meta, resources, scheduling
from .rules import Rules


def _create(found: RuntimeClass) -> Errors:
    yield from checks.named(Path("handler"), found.handler, names.dns_label)
    if found.overhead is not None:
        fixed = ResourceRequirements(limits=found.overhead.pod_fixed)
        yield from resources.requirements(fixed, (), Path("overhead"))
    if found.scheduling is None:
        return
    path = Path("scheduling")
    yield from meta.labels(found.scheduling.node_selector, path.child("nodeSelector"))
    place = path.child("tolerations")
    yield from scheduling.tolerations(found.scheduling.tolerations, place)
    seen = set()
    for index, toleration in enumerate(found.scheduling.tolerations):
        key = (toleration.key, toleration.operator, toleration.value, toleration.effect)
        if key in seen:
            yield duplicate(place.index(index), toleration)
        seen.add(key)


def _update(new: RuntimeClass, old: RuntimeClass) -> Errors:
    yield from checks.immutable(Path("handler"), new.handler, old.handler)


CATALOG = {RuntimeClass: Rules(create=_create, update=_update)}
