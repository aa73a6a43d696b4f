"""DefaultIngressClass: an ingress that names no class gets the default one, the newest where there are several."""

from __future__ import annotations

from pykube.api import networking_v1

from ..write import Operation, Write
from .default_class import newest_default

ANNOTATION = "ingressclass.kubernetes.io/is-default-class"
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"


async def default_ingress_class(write: Write) -> None:
    """Set the class of a new ingress; an annotation of old names one, too."""
    if write.operation is not Operation.CREATE or not write.is_for("ingresses", "networking.k8s.io"):
        return
    ingress: networking_v1.Ingress = write.object
    if ingress.spec.ingress_class_name is not None or _CLASS_ANNOTATION in ingress.metadata.annotations:
        return
    found = newest_default(write.registry.list(networking_v1.IngressClass), (ANNOTATION,))
    if found is not None:
        ingress.spec.ingress_class_name = found
