"""``coordination.k8s.io/v1``: Lease."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .microtime import MicroTime
from .schema import Int32, Required, Struct, always, constant


class LeaseSpec(Struct):
    """Who holds a lease, and until when."""

    holder_identity: str | None = None
    """Who holds it; empty: nobody."""
    lease_duration_seconds: Int32 | None = None
    """Seconds after renewTime when it is free for others."""
    acquire_time: MicroTime | None = None
    """When the holder got it."""
    renew_time: MicroTime | None = None
    """When the holder last renewed it."""
    lease_transitions: Int32 | None = None
    """How often it went from one holder to another."""
    strategy: str | None = None
    """How the holder is chosen when candidates are compared by the cluster."""
    preferred_holder: str | None = None
    """Who should get it next; the present holder gives way."""


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
