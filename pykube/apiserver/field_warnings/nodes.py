"""Nodes, and what describes them."""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1, node_v1, resource_v1
from pykube.api.field_errors import SPEC

from . import addresses
from .node_labels import DEPRECATED


def of_node(new: core_v1.Node, old: core_v1.Node | None) -> Iterator[str]:
    if new.spec.config_source is not None:
        yield "spec.configSource: the feature is removed"
    if new.spec.external_id:
        yield "spec.externalID: this field is deprecated, and is unused by Kubernetes"
    yield from addresses.of_cidrs(SPEC.child("podCIDRs"), new.spec.pod_cidrs)


def of_runtime_class(new: node_v1.RuntimeClass, old: node_v1.RuntimeClass | None) -> Iterator[str]:
    if new.scheduling is not None:
        for label in new.scheduling.node_selector:
            if (message := DEPRECATED.get(label)) is not None:
                yield f"scheduling.nodeSelector: {message}"


def of_resource_slice(new: resource_v1.ResourceSlice, old: resource_v1.ResourceSlice | None) -> Iterator[str]:
    driver = new.spec.driver
    if driver != driver.lower():
        yield f'spec.driver: driver names should be lowercase; "{driver}" contains uppercase characters'
