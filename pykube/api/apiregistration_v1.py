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
    namespace: str = ""
    name: str = ""
    port: Int32 | None = None


class APIServiceSpec(Struct):
    service: ServiceReference | None = None
    group: str = ""
    version: str = ""
    insecure_skip_tls_verify: bool = msgspec.field(default=False, name="insecureSkipTLSVerify")
    ca_bundle: Annotated[bytes, ListAtomic] = b""
    group_priority_minimum: Annotated[Int32, Required] = always(int)
    version_priority: Annotated[Int32, Required] = always(int)


class APIServiceCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class APIServiceStatus(Struct):
    conditions: Annotated[list[APIServiceCondition], ListMap("type"), PatchMerge("type")] = []


class APIService(Struct):
    """Who serves a group version."""

    api_version: str = constant("apiregistration.k8s.io/v1")
    kind: str = constant("APIService")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: APIServiceSpec = always(APIServiceSpec)
    status: APIServiceStatus = always(APIServiceStatus)
