"""Ways to look things up in the shared caches, declared once so that controllers agree on them."""

from __future__ import annotations

from typing import Any, Final

from pykube.api import core_v1, owners
from pykube.client.informer import Informer

BY_CONTROLLER: Final = "controller"
"""Objects by the uid of what manages them."""
ORPHANS: Final = "orphans"
"""Objects that nothing manages, by namespace."""
BY_NODE: Final = "node"
"""Pods by the name of their node."""
BY_SERVICE: Final = "service"
"""EndpointSlices by the key of their Service."""


def index_by_controller(informer: Informer[Any]) -> None:
    """Add `BY_CONTROLLER` and `ORPHANS`."""
    informer.add_index(BY_CONTROLLER, _controller)
    informer.add_index(ORPHANS, _orphan)


def index_by_node(informer: Informer[core_v1.Pod]) -> None:
    """Add `BY_NODE`."""
    informer.add_index(BY_NODE, _node)


def _controller(obj: Any) -> list[str]:
    reference = owners.controller_of(obj)
    return [reference.uid] if reference is not None else []


def _orphan(obj: Any) -> list[str]:
    return [obj.metadata.namespace] if owners.controller_of(obj) is None else []


def _node(pod: core_v1.Pod) -> list[str]:
    return [pod.spec.node_name] if pod.spec.node_name else []
