"""``coordination.k8s.io/v1``: Lease."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .microtime import MicroTime
from .schema import Int32, Required, Struct, always, constant


class LeaseSpec(Struct):
    holder_identity: str | None = None
    lease_duration_seconds: Int32 | None = None
    acquire_time: MicroTime | None = None
    renew_time: MicroTime | None = None
    lease_transitions: Int32 | None = None
    strategy: str | None = None
    preferred_holder: str | None = None


class Lease(Struct):
    """A lock, or a sign of life, that expires unless renewed."""

    api_version: str = constant("coordination.k8s.io/v1")
    kind: str = constant("Lease")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: LeaseSpec = always(LeaseSpec)


class LeaseList(Struct):
    api_version: str = constant("coordination.k8s.io/v1")
    kind: str = constant("LeaseList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Lease], Required] = always(list)
