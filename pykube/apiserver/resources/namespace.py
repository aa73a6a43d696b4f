"""Namespaces: deletion waits until the namespace controller has emptied them and finalized ``spec.finalizers``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pykube.api import core_v1

from ..write import Write
from .strategy import Strategy

FINALIZER = "kubernetes"
NAME_LABEL = "kubernetes.io/metadata.name"


class NamespaceStrategy(Strategy):
    """Phase, finalizers and the label that carries the name are the server's business."""

    returns_deleted = True

    def prepare_create(self, write: Write) -> None:
        namespace = write.object
        namespace.status = core_v1.NamespaceStatus(phase="Active")
        if FINALIZER not in namespace.spec.finalizers:
            namespace.spec.finalizers.append(FINALIZER)
        namespace.metadata.labels[NAME_LABEL] = namespace.metadata.name

    def prepare_update(self, write: Write) -> None:
        namespace, old = write.object, write.old
        namespace.status = old.status
        if write.subresource != "finalize":
            namespace.spec.finalizers = old.spec.finalizers
        namespace.metadata.labels[NAME_LABEL] = namespace.metadata.name

    def prepare_status(self, write: Write) -> None:
        write.object.spec = write.old.spec

    def finalizers(self, obj: Any) -> Sequence[str]:
        return [*obj.metadata.finalizers, *obj.spec.finalizers]

    def prepare_deletion(self, obj: Any) -> None:
        obj.status.phase = "Terminating"
