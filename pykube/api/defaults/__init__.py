"""The values that the API fills in where a user leaves them out, per type. Facts: Kubernetes v1.36.

One file per group version, each with a ``TABLE`` from type to a function that completes an object in place. They are
imported when an object of their group version is first seen, as the types themselves are.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any

from ..schema import Struct

Table = Mapping[type[Struct], Callable[[Any], None]]

_MODULES = frozenset(
    {
        "admissionregistration_v1",
        "apiextensions_v1",
        "apiregistration_v1",
        "apps_v1",
        "authentication_v1",
        "autoscaling_v1",
        "autoscaling_v2",
        "batch_v1",
        "core_v1",
        "discovery_v1",
        "flowcontrol_v1",
        "networking_v1",
        "node_v1",
        "rbac_v1",
        "resource_v1",
        "scheduling_v1",
        "storage_v1",
    }
)


def apply(obj: Struct) -> None:
    """Complete `obj` in place; applying twice changes nothing more."""
    complete = _find(type(obj))
    if complete is not None:
        complete(obj)


@functools.cache
def _find(cls: type[Struct]) -> Callable[[Any], None] | None:
    module = cls.__module__.rpartition(".")[2]
    if module not in _MODULES:
        return None
    table: Table = importlib.import_module(f"{__name__}.{module}").TABLE
    return table.get(cls)
