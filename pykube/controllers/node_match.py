"""Whether a pod's own rules allow a node: selector, required affinity, taints. Pure."""

from __future__ import annotations

from pykube.api import core_v1, selectors

from . import taints


def _term(term: core_v1.NodeSelectorTerm, node: core_v1.Node) -> bool:
    if not term.match_expressions and not term.match_fields:
        return False
    fields = {"metadata.name": node.metadata.name}
    return all(
        selectors.from_node_requirement(each).matches(node.metadata.labels) for each in term.match_expressions
    ) and all(selectors.from_node_requirement(each).matches(fields) for each in term.match_fields)


def affinity_matches(spec: core_v1.PodSpec, node: core_v1.Node) -> bool:
    """The node meets ``nodeSelector`` and the required node affinity."""
    if not spec.node_selector.items() <= node.metadata.labels.items():
        return False
    if spec.affinity is None or spec.affinity.node_affinity is None:
        return True
    required = spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution
    return required is None or any(_term(each, node) for each in required.node_selector_terms)


def bears(spec: core_v1.PodSpec, node: core_v1.Node, effects: tuple[str, ...]) -> bool:
    """The pod tolerates every taint of these effects."""
    return all(
        taint.effect not in effects or any(taints.tolerates(each, taint) for each in spec.tolerations)
        for taint in node.spec.taints
    )
