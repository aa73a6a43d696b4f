"""Labels of nodes that have newer names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pykube.api import core_v1, names
from pykube.api.field_errors import Path

DEPRECATED: Final = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
    "app.kubernetes.io/created-by": "deprecated since v1.9",
    "scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
    "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
}
"""What to say about each."""


def of_labels(path: Path, labels: Iterable[str]) -> Iterator[str]:
    """Keys of a map that nodes are chosen by."""
    for label in labels:
        if (message := DEPRECATED.get(label)) is not None:
            yield f"{path.key(label)}: {message}"


def of_terms(path: Path, terms: Iterable[core_v1.NodeSelectorTerm]) -> Iterator[str]:
    """The terms of a node selector."""
    for index, term in enumerate(terms):
        yield from of_term(path.index(index), term)


def of_term(path: Path, term: core_v1.NodeSelectorTerm, *, values: bool = False) -> Iterator[str]:
    """One term; `values` are looked at where validation does not."""
    for index, expression in enumerate(term.match_expressions):
        place = path.child("matchExpressions").index(index)
        if (message := DEPRECATED.get(expression.key)) is not None:
            yield f"{place.child('key')}: {expression.key} is {message}"
        if values:
            for number, value in enumerate(expression.values):
                for wrong in names.label_value(value):
                    yield f"{place.child('values').index(number)}: {value} is invalid, {wrong}"
