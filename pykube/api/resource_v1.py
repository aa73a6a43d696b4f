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
    """A set of devices that is told of in one or more slices."""

    name: Annotated[str, Required] = always(str)
    """Name of the pool; unique for the driver."""
    generation: Annotated[Int64, Required] = always(int)
    """Counts up when the pool changes; slices of older generations are ignored."""
    resource_slice_count: Annotated[Int64, Required] = always(int)
    """How many slices the pool has; with fewer it is not complete."""


class ResourceSliceSpec(Struct):
    """Devices of a pool, and who reaches them."""

    driver: Annotated[str, Required] = always(str)
    """Name of the driver. Cannot be changed."""
    pool: Annotated[ResourcePool, Required] = always(ResourcePool)
    """The pool."""
    node_name: str | None = None
    """The one node that reaches them. Cannot be changed."""
    node_selector: core_v1.NodeSelector | None = None
    """The nodes that reach them."""
    all_nodes: bool | None = None
    """Whether every node reaches them."""
    devices: Annotated[list[Device], ListAtomic] = []
    """The devices; at most 128."""
    per_device_node_selection: bool | None = None
    """Whether each device says which nodes reach it."""
    shared_counters: Annotated[list[CounterSet], ListAtomic] = []
    """Amounts that several devices draw on."""


class ResourceSlice(Struct):
    """Devices that a driver offers."""

    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceSlice")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[ResourceSliceSpec, Required] = always(ResourceSliceSpec)


class CounterSet(Struct):
    """Amounts that several devices draw on."""

    name: Annotated[str, Required] = always(str)
    """Its name; unique in the pool."""
    counters: Annotated[dict[str, Counter], Required] = {}
    """The amounts by name."""


class Device(Struct):
    """A device."""

    name: Annotated[str, Required] = always(str)
    """Its name; unique in the pool."""
    attributes: dict[str, DeviceAttribute] = {}
    """Its properties, by name."""
    capacity: dict[str, DeviceCapacity] = {}
    """What it has of each amount, by name."""
    consumes_counters: Annotated[list[DeviceCounterConsumption], ListAtomic] = []
    """What it takes of shared amounts."""
    node_name: str | None = None
    """The one node that reaches it."""
    node_selector: core_v1.NodeSelector | None = None
    """The nodes that reach it."""
    all_nodes: bool | None = None
    """Whether every node reaches it."""
    taints: Annotated[list[DeviceTaint], ListAtomic] = []
    """Marks that keep claims away."""
    binds_to_node: bool | None = None
    """Whether its use ties the claim to the node."""
    binding_conditions: Annotated[list[str], ListAtomic] = []
    """Conditions that must hold on it before the pod is bound."""
    binding_failure_conditions: Annotated[list[str], ListAtomic] = []
    """Conditions that mean it cannot be made ready."""
    allow_multiple_allocations: bool | None = None
    """Whether several claims can share it. Default: false."""
    node_allocatable_resource_mappings: dict[str, NodeAllocatableResourceMapping] = {}
    """What it takes of the node's own resources, by their names."""


class NodeAllocatableResourceMapping(Struct):
    """What a device takes of one of the node's resources."""

    capacity_key: str | None = None
    """The device's amount that counts."""
    allocation_multiplier: Quantity | None = None
    """Factor to that amount, or the number for each device."""


class DeviceCounterConsumption(Struct):
    """What a device takes of shared amounts."""

    counter_set: Annotated[str, Required] = always(str)
    """Name of the set."""
    counters: Annotated[dict[str, Counter], Required] = {}
    """How much of each."""


class DeviceCapacity(Struct):
    """An amount that a device has."""

    value: Annotated[Quantity, Required] = always(Quantity)
    """The amount."""
    request_policy: CapacityRequestPolicy | None = None
    """How much of it claims may ask for."""


class Counter(Struct):
    """An amount."""

    value: Annotated[Quantity, Required] = always(Quantity)
    """The amount."""


class CapacityRequestPolicy(Struct):
    """How much of an amount claims may ask for."""

    default: Quantity | None = None
    """What a claim gets that does not say."""
    valid_values: Annotated[list[Quantity], ListAtomic] = []
    """The values that can be had; others are rounded up."""
    valid_range: CapacityRequestPolicyRange | None = None
    """The range that can be had."""


class CapacityRequestPolicyRange(Struct):
    """A range with steps."""

    min: Annotated[Quantity | None, Required] = None
    """Least that can be had."""
    max: Quantity | None = None
    """Most that can be had."""
    step: Quantity | None = None
    """Distance between values that can be had."""


class DeviceAttribute(Struct):
    """A property of a device; exactly one field is set."""

    int_: Int64 | None = None
    """A number."""
    bool_: bool | None = None
    """A truth value."""
    string: str | None = None
    """A text, up to 64 characters."""
    version: str | None = None
    """A semantic version."""
    ints: Annotated[list[Int64], ListAtomic] = []
    """Numbers."""
    bools: Annotated[list[bool], ListAtomic] = []
    """Truth values."""
    strings: Annotated[list[str], ListAtomic] = []
    """Texts."""
    versions: Annotated[list[str], ListAtomic] = []
    """Semantic versions."""


class DeviceTaint(Struct):
    """A mark on a device that keeps away claims that do not tolerate it."""

    key: Annotated[str, Required] = always(str)
    """Key of the mark."""
    value: str = ""
    """Value of the mark."""
    effect: Annotated[DeviceTaintEffect, Required] = always(str)
    """NoSchedule keeps new pods away, NoExecute also drives out running ones, None only informs."""
    time_added: Time | None = None
    """When it was put on."""


class ResourceSliceList(Struct):
    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceSliceList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ResourceSlice], Required] = always(list)


class DeviceClaim(Struct):
    """Devices that are asked for."""

    requests: Annotated[list[DeviceRequest], ListAtomic] = always(list)
    """Each thing that is asked for."""
    constraints: Annotated[list[DeviceConstraint], ListAtomic] = []
    """What the devices must have in common, or not."""
    config: Annotated[list[DeviceClaimConfiguration], ListAtomic] = []
    """Settings for the drivers."""


class ResourceClaimSpec(Struct):
    """What a claim asks for; cannot be changed."""

    devices: DeviceClaim = always(DeviceClaim)
    """The devices."""


class ResourceClaimStatus(Struct):
    """What became of a claim."""

    allocation: AllocationResult | None = None
    """What it got; absent while it got nothing."""
    reserved_for: Annotated[list[ResourceClaimConsumerReference], ListMap("uid"), PatchMerge("uid")] = []
    """Who may use it now, such as pods; at most 256."""
    devices: Annotated[list[AllocatedDeviceStatus], ListMap("driver", "device", "pool", "shareID")] = []
    """What drivers say about each device it got."""


class ResourceClaim(Struct):
    """A pod's claim to devices."""

    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceClaim")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[ResourceClaimSpec, Required] = always(ResourceClaimSpec)
    status: ResourceClaimStatus = always(ResourceClaimStatus)


class DeviceRequest(Struct):
    """One thing that is asked for; exactly or firstAvailable is set."""

    name: Annotated[str, Required] = always(str)
    """Its name in the claim."""
    exactly: ExactDeviceRequest | None = None
    """What it is."""
    first_available: Annotated[list[DeviceSubRequest], ListAtomic] = []
    """Alternatives, the best first."""


class ExactDeviceRequest(Struct):
    """Devices of a class."""

    device_class_name: Annotated[str, Required] = always(str)
    """The DeviceClass."""
    selectors: Annotated[list[DeviceSelector], ListAtomic] = []
    """What the devices must be like, besides what the class says."""
    allocation_mode: str = ""
    """ExactCount (the default) for count devices, All for all that match."""
    count: Int64 = 0
    """How many. Default: 1."""
    admin_access: bool | None = None
    """Whether devices in use are given too, to look after them. Default: false."""
    tolerations: Annotated[list[DeviceToleration], ListAtomic] = []
    """Taints of the devices that are borne."""
    capacity: CapacityRequirements | None = None
    """How much of each amount a device must have."""


class DeviceSubRequest(Struct):
    """An alternative."""

    name: Annotated[str, Required] = always(str)
    """Its name among the alternatives."""
    device_class_name: Annotated[str, Required] = always(str)
    selectors: Annotated[list[DeviceSelector], ListAtomic] = []
    allocation_mode: str = ""
    count: Int64 = 0
    tolerations: Annotated[list[DeviceToleration], ListAtomic] = []
    capacity: CapacityRequirements | None = None


class CapacityRequirements(Struct):
    """How much of each amount a device must have."""

    requests: dict[str, Quantity] = {}
    """The amounts by name."""


class DeviceSelector(Struct):
    """What devices must be like."""

    cel: CELDeviceSelector | None = None
    """An expression that must be true."""


class CELDeviceSelector(Struct):
    """An expression about a device."""

    expression: Annotated[str, Required] = always(str)
    """CEL that must be true; it knows device.driver, device.attributes and device.capacity."""


class DeviceConstraint(Struct):
    """What devices must have in common, or not."""

    requests: Annotated[list[str], ListAtomic] = []
    """The requests whose devices are meant; empty: all."""
    match_attribute: str | None = None
    """A property that must be equal."""
    distinct_attribute: str | None = None
    """A property that must differ."""


class DeviceClaimConfiguration(Struct):
    """Settings for a driver."""

    requests: Annotated[list[str], ListAtomic] = []
    """The requests they are for; empty: all."""
    opaque: OpaqueDeviceConfiguration | None = None
    """The settings."""


class OpaqueDeviceConfiguration(Struct):
    """Settings that only one driver understands."""

    driver: Annotated[str, Required] = always(str)
    """Name of the driver."""
    parameters: Annotated[Any, Required] = None
    """The settings; up to 10 KiB."""


class DeviceToleration(Struct):
    """Lets a claim use devices in spite of matching taints."""

    key: str = ""
    """Key of the taint; empty, with Exists: every taint."""
    operator: DeviceTolerationOperator = ""
    """Equal (the default) compares value; Exists takes any."""
    value: str = ""
    """Value of the taint."""
    effect: DeviceTaintEffect = ""
    """Effect of the taint; empty: any."""
    toleration_seconds: Int64 | None = None
    """Seconds that a NoExecute taint is borne. Absent: for ever; 0 or less: not at all."""


class ResourceClaimConsumerReference(Struct):
    """Who uses a claim."""

    api_group: str = ""
    """API group of the object; empty: the core group."""
    resource: Annotated[str, Required] = always(str)
    """Plural resource name of the object, such as pods."""
    name: Annotated[str, Required] = always(str)
    """Name of the object."""
    uid: Annotated[str, Required] = always(str)
    """Identity of the object."""


class DeviceAllocationResult(Struct):
    """Devices that a claim got."""

    results: Annotated[list[DeviceRequestAllocationResult], ListAtomic] = []
    """Each device."""
    config: Annotated[list[DeviceAllocationConfiguration], ListAtomic] = []
    """Settings from class and claim for them."""


class AllocationResult(Struct):
    """What a claim got."""

    devices: DeviceAllocationResult = always(DeviceAllocationResult)
    """The devices."""
    node_selector: core_v1.NodeSelector | None = None
    """The nodes that reach them; absent: all."""
    allocation_timestamp: Time | None = None
    """When it got them."""


class DeviceRequestAllocationResult(Struct):
    """A device that a claim got."""

    request: Annotated[str, Required] = always(str)
    """The request it is for."""
    driver: Annotated[str, Required] = always(str)
    """Its driver."""
    pool: Annotated[str, Required] = always(str)
    """Its pool."""
    device: Annotated[str, Required] = always(str)
    """Its name."""
    admin_access: bool | None = None
    """Whether it was given to look after it."""
    tolerations: Annotated[list[DeviceToleration], ListAtomic] = []
    """Taints that were borne then."""
    binding_conditions: Annotated[list[str], ListAtomic] = []
    """Conditions that must hold on it before the pod is bound."""
    binding_failure_conditions: Annotated[list[str], ListAtomic] = []
    """Conditions that mean it cannot be made ready."""
    share_id: str | None = None
    """Identity of the share, if the device has several users."""
    consumed_capacity: dict[str, Quantity] = {}
    """How much of each amount was taken."""


class DeviceAllocationConfiguration(Struct):
    """Settings for devices that a claim got."""

    source: Annotated[AllocationConfigSource, Required] = always(str)
    """Whether they come from the class (FromClass) or the claim (FromClaim)."""
    requests: Annotated[list[str], ListAtomic] = []
    """The requests they are for; empty: all."""
    opaque: OpaqueDeviceConfiguration | None = None
    """The settings."""


class ResourceClaimList(Struct):
    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("ResourceClaimList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ResourceClaim], Required] = always(list)


class DeviceClassSpec(Struct):
    """What devices of a class are like."""

    selectors: Annotated[list[DeviceSelector], ListAtomic] = []
    """What must hold for a device; all of it."""
    config: Annotated[list[DeviceClassConfiguration], ListAtomic] = []
    """Settings for every claim of the class."""
    extended_resource_name: str | None = None
    """Extended resource that pods can ask for instead of making a claim."""


class DeviceClass(Struct):
    """A kind of device to ask for."""

    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("DeviceClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[DeviceClassSpec, Required] = always(DeviceClassSpec)


class DeviceClassConfiguration(Struct):
    """Settings for every claim of a class."""

    opaque: OpaqueDeviceConfiguration | None = None
    """The settings."""


class DeviceClassList(Struct):
    api_version: str = constant("resource.k8s.io/v1")
    kind: str = constant("DeviceClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[DeviceClass], Required] = always(list)


class ResourceClaimTemplateSpec(Struct):
    """What claims are to look like."""

    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    """Labels and annotations for the claims."""
    spec: Annotated[ResourceClaimSpec, Required] = always(ResourceClaimSpec)
    """What they ask for."""


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
    """What a driver says about a device that a claim got."""

    driver: Annotated[str, Required] = always(str)
    """The driver."""
    pool: Annotated[str, Required] = always(str)
    """Its pool."""
    device: Annotated[str, Required] = always(str)
    """Its name."""
    share_id: str | None = None
    """Identity of the share, if the device has several users."""
    conditions: Annotated[list[meta_v1.Condition], ListMap("type")] = always(list)
    """Aspects of its state."""
    data: Any = None
    """More, in a form of the driver's own; up to 10 KiB."""
    network_data: NetworkDeviceData | None = None
    """What it is for the pod's network."""


class NetworkDeviceData(Struct):
    """What a device is for a pod's network."""

    interface_name: str = ""
    """Name of the interface in the pod."""
    ips: Annotated[list[str], ListAtomic] = []
    """Its addresses, with the length of the network."""
    hardware_address: str = ""
    """Its hardware address."""
