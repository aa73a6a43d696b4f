"""DefaultIngressClass: an ingress that names no class gets the default one, the newest where there are several."""

from __future__ import annotations

from datetime import UTC, datetime

from pykube.api import networking_v1

from ..write import Operation, Write

ANNOTATION = "ingressclass.kubernetes.io/is-default-class"
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_LONG_AGO = datetime.fromtimestamp(0, UTC)


async def default_ingress_class(write: Write) -> None:
    """Set the class of a new ingress; an annotation of old names one, too."""
    if write.operation is not Operation.CREATE or not write.is_for("ingresses", "networking.k8s.io"):
        return
    ingress: networking_v1.Ingress = write.object
    if ingress.spec.ingress_class_name is not None or _CLASS_ANNOTATION in ingress.metadata.annotations:
        return
    defaults = [
        found
        for found in write.registry.list(networking_v1.IngressClass)
        if found.metadata.annotations.get(ANNOTATION) == "true"
    ]
    if defaults:
        newest = min(defaults, key=lambda found: (-_born(found).timestamp(), found.metadata.name))
        ingress.spec.ingress_class_name = newest.metadata.name


def _born(found: networking_v1.IngressClass) -> datetime:
    return found.metadata.creation_timestamp or _LONG_AGO
