"""``resource.k8s.io/v1``: dynamic resource allocation."""

from __future__ import annotations

from typing import Annotated, Any

from . import core_v1, meta_v1
from .meta_v1 import Time
from .quantity import Quantity
from .schema import Enum, Int64, ListAtomic, ListMap, PatchMerge, Required, Struct, always, constant

AllocationConfigSource = Annotated[str, Enum("FromClass", "FromClaim")]
DeviceTaintEffect = Annotated[str, Enum("None", "NoSchedule", "NoExecute")]
DeviceTolerationOperator = Annotated[str, Enum("Exists", "Equal")]


class ResourcePool(Struct):
    name: Annotated[str, Required] = always(str)
    generation: Annotated[Int64, Required] = always(int)
    resource_slice_count: Annotated[Int64, Required] = always(int)


class ResourceSliceSpec(Struct):
    driver: Annotated[str, Required] = always(str)
    pool: Annotated[ResourcePool, Required] = always(ResourcePool)
    node_name: str | None = None
    node_selector: core_v1.NodeSelector | None = None
    all_nodes: bool | None = None
    devices: Annotated[list[Device], ListAtomic] = []
    per_device_node_selection: bool | None = None
    shared_counters: Annotated[list[CounterSet], ListAtomic] = []


class ResourceSlice(Struct):
    """Devices that a driver offers."""

    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceSlice")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[ResourceSliceSpec, Required] = always(ResourceSliceSpec)


class CounterSet(Struct):
    name: Annotated[str, Required] = always(str)
    counters: Annotated[dict[str, Counter], Required] = {}


class Device(Struct):
    name: Annotated[str, Required] = always(str)
    attributes: dict[str, DeviceAttribute] = {}
    capacity: dict[str, DeviceCapacity] = {}
    consumes_counters: Annotated[list[DeviceCounterConsumption], ListAtomic] = []
    node_name: str | None = None
    node_selector: core_v1.NodeSelector | None = None
    all_nodes: bool | None = None
    taints: Annotated[list[DeviceTaint], ListAtomic] = []
    binds_to_node: bool | None = None
    binding_conditions: Annotated[list[str], ListAtomic] = []
    binding_failure_conditions: Annotated[list[str], ListAtomic] = []
    allow_multiple_allocations: bool | None = None
    node_allocatable_resource_mappings: dict[str, NodeAllocatableResourceMapping] = {}


class NodeAllocatableResourceMapping(Struct):
    capacity_key: str | None = None
    allocation_multiplier: Quantity | None = None


class DeviceCounterConsumption(Struct):
    counter_set: Annotated[str, Required] = always(str)
    counters: Annotated[dict[str, Counter], Required] = {}


class DeviceCapacity(Struct):
    value: Annotated[Quantity, Required] = always(Quantity)
    request_policy: CapacityRequestPolicy | None = None


class Counter(Struct):
    value: Annotated[Quantity, Required] = always(Quantity)


class CapacityRequestPolicy(Struct):
    default: Quantity | None = None
    valid_values: Annotated[list[Quantity], ListAtomic] = []
    valid_range: CapacityRequestPolicyRange | None = None


class CapacityRequestPolicyRange(Struct):
    min: Annotated[Quantity | None, Required] = None
    max: Quantity | None = None
    step: Quantity | None = None


class DeviceAttribute(Struct):
    int_: Int64 | None = None
    bool_: bool | None = None
    string: str | None = None
    version: str | None = None
    ints: Annotated[list[Int64], ListAtomic] = []
    bools: Annotated[list[bool], ListAtomic] = []
    strings: Annotated[list[str], ListAtomic] = []
    versions: Annotated[list[str], ListAtomic] = []


class DeviceTaint(Struct):
    key: Annotated[str, Required] = always(str)
    value: str = ""
    effect: Annotated[DeviceTaintEffect, Required] = always(str)
    time_added: Time | None = None


class ResourceSliceList(Struct):
    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceSliceList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ResourceSlice], Required] = always(list)


class DeviceClaim(Struct):
    requests: Annotated[list[DeviceRequest], ListAtomic] = always(list)
    constraints: Annotated[list[DeviceConstraint], ListAtomic] = []
    config: Annotated[list[DeviceClaimConfiguration], ListAtomic] = []


class ResourceClaimSpec(Struct):
    devices: DeviceClaim = always(DeviceClaim)


class ResourceClaimStatus(Struct):
    allocation: AllocationResult | None = None
    reserved_for: Annotated[list[ResourceClaimConsumerReference], ListMap("uid"), PatchMerge("uid")] = []
    devices: Annotated[list[AllocatedDeviceStatus], ListMap("driver", "device", "pool", "shareID")] = []


class ResourceClaim(Struct):
    """A pod's claim to devices."""

    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceClaim")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[ResourceClaimSpec, Required] = always(ResourceClaimSpec)
    status: ResourceClaimStatus = always(ResourceClaimStatus)


class DeviceRequest(Struct):
    name: Annotated[str, Required] = always(str)
    exactly: ExactDeviceRequest | None = None
    first_available: Annotated[list[DeviceSubRequest], ListAtomic] = []


class ExactDeviceRequest(Struct):
    device_class_name: Annotated[str, Required] = always(str)
    selectors: Annotated[list[DeviceSelector], ListAtomic] = []
    allocation_mode: str = ""
    count: Int64 = 0
    admin_access: bool | None = None
    tolerations: Annotated[list[DeviceToleration], ListAtomic] = []
    capacity: CapacityRequirements | None = None


class DeviceSubRequest(Struct):
    name: Annotated[str, Required] = always(str)
    device_class_name: Annotated[str, Required] = always(str)
    selectors: Annotated[list[DeviceSelector], ListAtomic] = []
    allocation_mode: str = ""
    count: Int64 = 0
    tolerations: Annotated[list[DeviceToleration], ListAtomic] = []
    capacity: CapacityRequirements | None = None


class CapacityRequirements(Struct):
    requests: dict[str, Quantity] = {}


class DeviceSelector(Struct):
    cel: CELDeviceSelector | None = None


class CELDeviceSelector(Struct):
    expression: Annotated[str, Required] = always(str)


class DeviceConstraint(Struct):
    requests: Annotated[list[str], ListAtomic] = []
    match_attribute: str | None = None
    distinct_attribute: str | None = None


class DeviceClaimConfiguration(Struct):
    requests: Annotated[list[str], ListAtomic] = []
    opaque: OpaqueDeviceConfiguration | None = None


class OpaqueDeviceConfiguration(Struct):
    driver: Annotated[str, Required] = always(str)
    parameters: Annotated[Any, Required] = None


class DeviceToleration(Struct):
    key: str = ""
    operator: DeviceTolerationOperator = ""
    value: str = ""
    effect: DeviceTaintEffect = ""
    toleration_seconds: Int64 | None = None


class ResourceClaimConsumerReference(Struct):
    api_group: str = ""
    resource: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)
    uid: Annotated[str, Required] = always(str)


class DeviceAllocationResult(Struct):
    results: Annotated[list[DeviceRequestAllocationResult], ListAtomic] = []
    config: Annotated[list[DeviceAllocationConfiguration], ListAtomic] = []


class AllocationResult(Struct):
    devices: DeviceAllocationResult = always(DeviceAllocationResult)
    node_selector: core_v1.NodeSelector | None = None
    allocation_timestamp: Time | None = None


class DeviceRequestAllocationResult(Struct):
    request: Annotated[str, Required] = always(str)
    driver: Annotated[str, Required] = always(str)
    pool: Annotated[str, Required] = always(str)
    device: Annotated[str, Required] = always(str)
    admin_access: bool | None = None
    tolerations: Annotated[list[DeviceToleration], ListAtomic] = []
    binding_conditions: Annotated[list[str], ListAtomic] = []
    binding_failure_conditions: Annotated[list[str], ListAtomic] = []
    share_id: str | None = None
    consumed_capacity: dict[str, Quantity] = {}


class DeviceAllocationConfiguration(Struct):
    source: Annotated[AllocationConfigSource, Required] = always(str)
    requests: Annotated[list[str], ListAtomic] = []
    opaque: OpaqueDeviceConfiguration | None = None


class ResourceClaimList(Struct):
    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceClaimList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ResourceClaim], Required] = always(list)


class DeviceClassSpec(Struct):
    selectors: Annotated[list[DeviceSelector], ListAtomic] = []
    config: Annotated[list[DeviceClassConfiguration], ListAtomic] = []
    extended_resource_name: str | None = None


class DeviceClass(Struct):
    """A kind of device to ask for."""

    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("DeviceClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[DeviceClassSpec, Required] = always(DeviceClassSpec)


class DeviceClassConfiguration(Struct):
    opaque: OpaqueDeviceConfiguration | None = None


class DeviceClassList(Struct):
    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("DeviceClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[DeviceClass], Required] = always(list)


class ResourceClaimTemplateSpec(Struct):
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[ResourceClaimSpec, Required] = always(ResourceClaimSpec)


class ResourceClaimTemplate(Struct):
    """A claim made anew for each pod."""

    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceClaimTemplate")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[ResourceClaimTemplateSpec, Required] = always(ResourceClaimTemplateSpec)


class ResourceClaimTemplateList(Struct):
    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceClaimTemplateList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ResourceClaimTemplate], Required] = always(list)


class AllocatedDeviceStatus(Struct):
    driver: Annotated[str, Required] = always(str)
    pool: Annotated[str, Required] = always(str)
    device: Annotated[str, Required] = always(str)
    share_id: str | None = None
    conditions: Annotated[list[meta_v1.Condition], ListMap("type")] = always(list)
    data: Any = None
    network_data: NetworkDeviceData | None = None


class NetworkDeviceData(Struct):
    interface_name: str = ""
    ips: Annotated[list[str], ListAtomic] = []
    hardware_address: str = ""
