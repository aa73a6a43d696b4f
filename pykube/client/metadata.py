"""Objects of any kind, as far as their metadata goes: for collectors that treat all kinds alike."""

from __future__ import annotations

from pykube.api import meta_v1
from pykube.api.schema import Struct, always

ACCEPT = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
ACCEPT_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


class PartialObjectMetadata(Struct):
    """What the API server answers when asked for metadata only (meta.k8s.io/v1).

    ``api_version`` and ``kind`` are those of this envelope; the resource asked for says what the object is.
    """

    api_version: str = "meta.k8s.io/v1"
    kind: str = "PartialObjectMetadata"
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
