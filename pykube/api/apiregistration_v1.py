"""``apiregistration.k8s.io/v1``: APIService."""

from __future__ import annotations

from typing import Annotated

import msgspec

from . import meta_v1
from .meta_v1 import Time
from .schema import Int32, ListAtomic, ListMap, PatchMerge, Required, Struct, always, constant


class APIServiceList(Struct):
    api_version: str = constant("apiregistration.k8s.io/v1")
    kind: str = constant("APIServiceList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[APIService], Required] = always(list)


class ServiceReference(Struct):
    """A Service that answers for an API."""

    namespace: str = ""
    """Namespace of the Service."""
    name: str = ""
    """Name of the Service."""
    port: Int32 | None = None
    """Port of the Service. Default: 443."""


class APIServiceSpec(Struct):
    """A group version and who serves it."""

    service: ServiceReference | None = None
    """The Service that requests are handed to; absent: this server answers itself."""
    group: str = ""
    """The API group."""
    version: str = ""
    """The version."""
    insecure_skip_tls_verify: bool = msgspec.field(default=False, name="insecureSkipTLSVerify")
    """Whether the Service's certificate is taken unseen. Default: false."""
    ca_bundle: Annotated[bytes, ListAtomic] = b""
    """PEM certificates that the Service's certificate must lead to."""
    group_priority_minimum: Annotated[Int32, Required] = always(int)
    """Groups with a higher number are listed first."""
    version_priority: Annotated[Int32, Required] = always(int)
    """Versions of the group with a higher number are listed first."""


class APIServiceCondition(Struct):
    """One aspect of an APIService's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class APIServiceStatus(Struct):
    """What became of an APIService."""

    conditions: Annotated[list[APIServiceCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state, such as Available."""


class APIService(Struct):
    """Who serves a group version."""

    api_version: str = constant("apiregistration.k8s.io/v1")
    kind: str = constant("APIService")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: APIServiceSpec = always(APIServiceSpec)
    status: APIServiceStatus = always(APIServiceStatus)
