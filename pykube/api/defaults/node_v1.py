"""Defaults of runtime classes."""

from __future__ import annotations

from .. import node_v1
from .resources import round_up


def _runtime_class(found: node_v1.RuntimeClass) -> None:
    if found.overhead is not None:
        round_up(found.overhead.pod_fixed)


TABLE = {node_v1.RuntimeClass: _runtime_class}
