"""Where a kind keeps what its ``scale`` subresource shows."""

from __future__ import annotations

from typing import Any

from pykube.api import autoscaling_v1, selectors


class Scaling:
    """The built-in kinds: ``spec.replicas``, ``status.replicas``, ``spec.selector``."""

    def scale(self, obj: Any) -> autoscaling_v1.Scale:
        """The scale of an object."""
        scale = scale_of_meta(obj)
        scale.spec.replicas = obj.spec.replicas or 0
        scale.status.replicas = obj.status.replicas
        selector = obj.spec.selector
        if isinstance(selector, dict):
            scale.status.selector = str(selectors.from_labels(selector))
        elif selector is not None:
            scale.status.selector = str(selectors.from_label_selector(selector))
        return scale

    def set_replicas(self, obj: Any, replicas: int) -> None:
        """Wish for another number of replicas."""
        obj.spec.replicas = replicas


def scale_of_meta(obj: Any) -> autoscaling_v1.Scale:
    """A scale that has the object's name and nothing else yet."""
    scale = autoscaling_v1.Scale()
    for name in ("name", "namespace", "uid", "resource_version", "creation_timestamp"):
        setattr(scale.metadata, name, getattr(obj.metadata, name))
    return scale
