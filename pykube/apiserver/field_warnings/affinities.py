"""What pods want of the nodes they are on, and of the pods beside them."""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1
from pykube.api.field_errors import Path

from .node_labels import of_term, of_terms

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def of_node_affinity(path: Path, affinity: core_v1.Affinity) -> Iterator[str]:
    """Deprecated labels."""
    found = affinity.node_affinity
    if found is None:
        return
    place = path.child("nodeAffinity")
    required = found.required_during_scheduling_ignored_during_execution
    if required is not None:
        yield from of_terms(place.child(_REQUIRED).child("nodeSelectorTerms"), required.node_selector_terms)
    for index, term in enumerate(found.preferred_during_scheduling_ignored_during_execution):
        yield from of_term(place.child(_PREFERRED).index(index).child("preference"), term.preference, values=True)


def of_pod_affinity(path: Path, affinity: core_v1.Affinity) -> Iterator[str]:
    """Terms that are about no pod at all."""
    for name, found in (("podAffinity", affinity.pod_affinity), ("podAntiAffinity", affinity.pod_anti_affinity)):
        if found is None:
            continue
        place = path.child(name)
        for index, term in enumerate(found.required_during_scheduling_ignored_during_execution):
            yield from _of_term(place.child(_REQUIRED).index(index), term)
        for index, weighted in enumerate(found.preferred_during_scheduling_ignored_during_execution):
            yield from _of_term(
                place.child(_PREFERRED).index(index).child("podAffinityTerm"), weighted.pod_affinity_term
            )


def _of_term(path: Path, term: core_v1.PodAffinityTerm) -> Iterator[str]:
    if term.label_selector is None:
        yield f"{path.child('labelSelector')}: a null labelSelector results in matching no pod"
