"""The core group, ``v1``: pods, services, nodes, namespaces, volumes, configuration and events."""

from __future__ import annotations

from typing import Annotated

import msgspec

from . import meta_v1
from .meta_v1 import Time
from .microtime import MicroTime
from .quantity import Quantity
from .schema import (
    Enum,
    Int32,
    Int64,
    IntOrString,
    ListAtomic,
    ListMap,
    ListSet,
    MapAtomic,
    PatchMerge,
    Required,
    Retain,
    Struct,
    always,
    atomic,
    constant,
)

AppArmorProfileType = Annotated[str, Enum("Unconfined", "RuntimeDefault", "Localhost")]
AzureDataDiskCachingMode = Annotated[str, Enum("None", "ReadOnly", "ReadWrite")]
AzureDataDiskKind = Annotated[str, Enum("Shared", "Dedicated", "Managed")]
ClaimResourceStatus = Annotated[
    str,
    Enum(
        "ControllerResizeInProgress",
        "ControllerResizeInfeasible",
        "NodeResizePending",
        "NodeResizeInProgress",
        "NodeResizeInfeasible",
    ),
]
DNSPolicy = Annotated[str, Enum("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")]
HostPathType = Annotated[
    str, Enum("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")
]
IPFamily = Annotated[str, Enum("IPv4", "IPv6", "")]
IPFamilyPolicy = Annotated[str, Enum("SingleStack", "PreferDualStack", "RequireDualStack")]
MountPropagationMode = Annotated[str, Enum("None", "HostToContainer", "Bidirectional")]
NamespacePhase = Annotated[str, Enum("Active", "Terminating")]
NodeInclusionPolicy = Annotated[str, Enum("Ignore", "Honor")]
NodePhase = Annotated[str, Enum("Pending", "Running", "Terminated")]
NodeSelectorOperator = Annotated[str, Enum("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")]
PersistentVolumeAccessMode = Annotated[str, Enum("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")]
PersistentVolumeClaimModifyVolumeStatus = Annotated[str, Enum("Pending", "InProgress", "Infeasible")]
PersistentVolumeClaimPhase = Annotated[str, Enum("Pending", "Bound", "Lost")]
PersistentVolumeMode = Annotated[str, Enum("Block", "Filesystem")]
PersistentVolumePhase = Annotated[str, Enum("Pending", "Available", "Bound", "Released", "Failed")]
PersistentVolumeReclaimPolicy = Annotated[str, Enum("Recycle", "Delete", "Retain")]
PodFSGroupChangePolicy = Annotated[str, Enum("OnRootMismatch", "Always")]
PodPhase = Annotated[str, Enum("Pending", "Running", "Succeeded", "Failed", "Unknown")]
PodQOSClass = Annotated[str, Enum("Guaranteed", "Burstable", "BestEffort")]
PreemptionPolicy = Annotated[str, Enum("PreemptLowerPriority", "Never")]
ProcMountType = Annotated[str, Enum("Default", "Unmasked")]
Protocol = Annotated[str, Enum("TCP", "UDP", "SCTP")]
PullPolicy = Annotated[str, Enum("Always", "Never", "IfNotPresent")]
ResourceQuotaScope = Annotated[
    str,
    Enum(
        "Terminating",
        "NotTerminating",
        "BestEffort",
        "NotBestEffort",
        "PriorityClass",
        "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    ),
]
RestartPolicy = Annotated[str, Enum("Always", "OnFailure", "Never")]
ScopeSelectorOperator = Annotated[str, Enum("In", "NotIn", "Exists", "DoesNotExist")]
SeccompProfileType = Annotated[str, Enum("Unconfined", "RuntimeDefault", "Localhost")]
ServiceAffinity = Annotated[str, Enum("ClientIP", "None")]
ServiceExternalTrafficPolicy = Annotated[str, Enum("Cluster", "Local")]
ServiceInternalTrafficPolicy = Annotated[str, Enum("Cluster", "Local")]
ServiceType = Annotated[str, Enum("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")]
Signal = Annotated[
    str,
    Enum(
        "SIGABRT",
        "SIGALRM",
        "SIGBUS",
        "SIGCHLD",
        "SIGCLD",
        "SIGCONT",
        "SIGFPE",
        "SIGHUP",
        "SIGILL",
        "SIGINT",
        "SIGIO",
        "SIGIOT",
        "SIGKILL",
        "SIGPIPE",
        "SIGPOLL",
        "SIGPROF",
        "SIGPWR",
        "SIGQUIT",
        "SIGSEGV",
        "SIGSTKFLT",
        "SIGSTOP",
        "SIGSYS",
        "SIGTERM",
        "SIGTRAP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGUSR1",
        "SIGUSR2",
        "SIGVTALRM",
        "SIGWINCH",
        "SIGXCPU",
        "SIGXFSZ",
        "SIGRTMIN",
        "SIGRTMIN+1",
        "SIGRTMIN+2",
        "SIGRTMIN+3",
        "SIGRTMIN+4",
        "SIGRTMIN+5",
        "SIGRTMIN+6",
        "SIGRTMIN+7",
        "SIGRTMIN+8",
        "SIGRTMIN+9",
        "SIGRTMIN+10",
        "SIGRTMIN+11",
        "SIGRTMIN+12",
        "SIGRTMIN+13",
        "SIGRTMIN+14",
        "SIGRTMIN+15",
        "SIGRTMAX-14",
        "SIGRTMAX-13",
        "SIGRTMAX-12",
        "SIGRTMAX-11",
        "SIGRTMAX-10",
        "SIGRTMAX-9",
        "SIGRTMAX-8",
        "SIGRTMAX-7",
        "SIGRTMAX-6",
        "SIGRTMAX-5",
        "SIGRTMAX-4",
        "SIGRTMAX-3",
        "SIGRTMAX-2",
        "SIGRTMAX-1",
        "SIGRTMAX",
    ),
]
SupplementalGroupsPolicy = Annotated[str, Enum("Merge", "Strict")]
TaintEffect = Annotated[str, Enum("NoSchedule", "PreferNoSchedule", "NoExecute")]
TerminationMessagePolicy = Annotated[str, Enum("File", "FallbackToLogsOnError")]
TolerationOperator = Annotated[str, Enum("Exists", "Equal", "Lt", "Gt")]
URIScheme = Annotated[str, Enum("HTTP", "HTTPS")]
UnsatisfiableConstraintAction = Annotated[str, Enum("DoNotSchedule", "ScheduleAnyway")]


class Volume(Struct):
    """A directory that containers of a pod can mount."""

    name: Annotated[str, Required] = always(str)
    host_path: HostPathVolumeSource | None = None
    empty_dir: EmptyDirVolumeSource | None = None
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    git_repo: GitRepoVolumeSource | None = None
    secret: SecretVolumeSource | None = None
    nfs: NFSVolumeSource | None = None
    iscsi: ISCSIVolumeSource | None = None
    glusterfs: GlusterfsVolumeSource | None = None
    persistent_volume_claim: PersistentVolumeClaimVolumeSource | None = None
    rbd: RBDVolumeSource | None = None
    flex_volume: FlexVolumeSource | None = None
    cinder: CinderVolumeSource | None = None
    cephfs: CephFSVolumeSource | None = None
    flocker: FlockerVolumeSource | None = None
    downward_api: DownwardAPIVolumeSource | None = msgspec.field(default=None, name="downwardAPI")
    fc: FCVolumeSource | None = None
    azure_file: AzureFileVolumeSource | None = None
    config_map: ConfigMapVolumeSource | None = None
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None
    quobyte: QuobyteVolumeSource | None = None
    azure_disk: AzureDiskVolumeSource | None = None
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    projected: ProjectedVolumeSource | None = None
    portworx_volume: PortworxVolumeSource | None = None
    scale_io: ScaleIOVolumeSource | None = msgspec.field(default=None, name="scaleIO")
    storageos: StorageOSVolumeSource | None = None
    csi: CSIVolumeSource | None = None
    ephemeral: EphemeralVolumeSource | None = None
    image: ImageVolumeSource | None = None


class PersistentVolumeClaimVolumeSource(Struct):
    claim_name: Annotated[str, Required] = always(str)
    read_only: bool = False


class PersistentVolumeSpec(Struct):
    capacity: dict[str, Quantity] = {}
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    host_path: HostPathVolumeSource | None = None
    glusterfs: GlusterfsPersistentVolumeSource | None = None
    nfs: NFSVolumeSource | None = None
    rbd: RBDPersistentVolumeSource | None = None
    iscsi: ISCSIPersistentVolumeSource | None = None
    cinder: CinderPersistentVolumeSource | None = None
    cephfs: CephFSPersistentVolumeSource | None = None
    fc: FCVolumeSource | None = None
    flocker: FlockerVolumeSource | None = None
    flex_volume: FlexPersistentVolumeSource | None = None
    azure_file: AzureFilePersistentVolumeSource | None = None
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None
    quobyte: QuobyteVolumeSource | None = None
    azure_disk: AzureDiskVolumeSource | None = None
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    portworx_volume: PortworxVolumeSource | None = None
    scale_io: ScaleIOPersistentVolumeSource | None = msgspec.field(default=None, name="scaleIO")
    local: LocalVolumeSource | None = None
    storageos: StorageOSPersistentVolumeSource | None = None
    csi: CSIPersistentVolumeSource | None = None
    access_modes: Annotated[list[PersistentVolumeAccessMode], ListAtomic] = []
    claim_ref: ObjectReference | None = None
    persistent_volume_reclaim_policy: PersistentVolumeReclaimPolicy = ""
    storage_class_name: str = ""
    mount_options: Annotated[list[str], ListAtomic] = []
    volume_mode: PersistentVolumeMode | None = None
    node_affinity: VolumeNodeAffinity | None = None
    volume_attributes_class_name: str | None = None


class PersistentVolumeStatus(Struct):
    phase: PersistentVolumePhase = ""
    message: str = ""
    reason: str = ""
    last_phase_transition_time: Time | None = None


class PersistentVolume(Struct):
    """Storage that outlives pods, as the cluster sees it."""

    api_version: str = constant("v1")
    kind: str = constant("PersistentVolume")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: PersistentVolumeSpec = always(PersistentVolumeSpec)
    status: PersistentVolumeStatus = always(PersistentVolumeStatus)


class VolumeNodeAffinity(Struct):
    required: NodeSelector | None = None


class PersistentVolumeList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("PersistentVolumeList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PersistentVolume], Required] = always(list)


class VolumeResourceRequirements(Struct):
    limits: dict[str, Quantity] = {}
    requests: dict[str, Quantity] = {}


class PersistentVolumeClaimSpec(Struct):
    access_modes: Annotated[list[PersistentVolumeAccessMode], ListAtomic] = []
    selector: meta_v1.LabelSelector | None = None
    resources: VolumeResourceRequirements = always(VolumeResourceRequirements)
    volume_name: str = ""
    storage_class_name: str | None = None
    volume_mode: PersistentVolumeMode | None = None
    data_source: TypedLocalObjectReference | None = None
    data_source_ref: TypedObjectReference | None = None
    volume_attributes_class_name: str | None = None


class PersistentVolumeClaimStatus(Struct):
    phase: PersistentVolumeClaimPhase = ""
    access_modes: Annotated[list[PersistentVolumeAccessMode], ListAtomic] = []
    capacity: dict[str, Quantity] = {}
    conditions: Annotated[list[PersistentVolumeClaimCondition], ListMap("type"), PatchMerge("type")] = []
    allocated_resources: dict[str, Quantity] = {}
    allocated_resource_statuses: dict[str, ClaimResourceStatus] = {}
    current_volume_attributes_class_name: str | None = None
    modify_volume_status: ModifyVolumeStatus | None = None


class PersistentVolumeClaim(Struct):
    """A namespace's claim to storage."""

    api_version: str = constant("v1")
    kind: str = constant("PersistentVolumeClaim")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: PersistentVolumeClaimSpec = always(PersistentVolumeClaimSpec)
    status: PersistentVolumeClaimStatus = always(PersistentVolumeClaimStatus)


class PersistentVolumeClaimList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("PersistentVolumeClaimList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PersistentVolumeClaim], Required] = always(list)


class TypedObjectReference(Struct):
    api_group: str | None = None
    kind: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)
    namespace: str | None = None


class ModifyVolumeStatus(Struct):
    target_volume_attributes_class_name: str = ""
    status: Annotated[PersistentVolumeClaimModifyVolumeStatus, Required] = always(str)


class PersistentVolumeClaimCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_probe_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class HostPathVolumeSource(Struct):
    path: Annotated[str, Required] = always(str)
    type: HostPathType | None = None


class EmptyDirVolumeSource(Struct):
    medium: str = ""
    size_limit: Quantity | None = None


class GlusterfsVolumeSource(Struct):
    endpoints: Annotated[str, Required] = always(str)
    path: Annotated[str, Required] = always(str)
    read_only: bool = False


class GlusterfsPersistentVolumeSource(Struct):
    endpoints: Annotated[str, Required] = always(str)
    path: Annotated[str, Required] = always(str)
    read_only: bool = False
    endpoints_namespace: str | None = None


class RBDVolumeSource(Struct):
    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    image: Annotated[str, Required] = always(str)
    fs_type: str = ""
    pool: str = ""
    user: str = ""
    keyring: str = ""
    secret_ref: LocalObjectReference | None = None
    read_only: bool = False


class RBDPersistentVolumeSource(Struct):
    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    image: Annotated[str, Required] = always(str)
    fs_type: str = ""
    pool: str = ""
    user: str = ""
    keyring: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False


class CinderVolumeSource(Struct):
    volume_id: Annotated[str, Required] = always(str)
    fs_type: str = ""
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None


class CinderPersistentVolumeSource(Struct):
    volume_id: Annotated[str, Required] = always(str)
    fs_type: str = ""
    read_only: bool = False
    secret_ref: SecretReference | None = None


class CephFSVolumeSource(Struct):
    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    path: str = ""
    user: str = ""
    secret_file: str = ""
    secret_ref: LocalObjectReference | None = None
    read_only: bool = False


@atomic
class SecretReference(Struct):
    name: str = ""
    namespace: str = ""


class CephFSPersistentVolumeSource(Struct):
    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    path: str = ""
    user: str = ""
    secret_file: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False


class FlockerVolumeSource(Struct):
    dataset_name: str = ""
    dataset_uuid: str = ""


class GCEPersistentDiskVolumeSource(Struct):
    pd_name: Annotated[str, Required] = always(str)
    fs_type: str = ""
    partition: Int32 = 0
    read_only: bool = False


class QuobyteVolumeSource(Struct):
    registry: Annotated[str, Required] = always(str)
    volume: Annotated[str, Required] = always(str)
    read_only: bool = False
    user: str = ""
    group: str = ""
    tenant: str = ""


class FlexPersistentVolumeSource(Struct):
    driver: Annotated[str, Required] = always(str)
    fs_type: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False
    options: dict[str, str] = {}


class FlexVolumeSource(Struct):
    driver: Annotated[str, Required] = always(str)
    fs_type: str = ""
    secret_ref: LocalObjectReference | None = None
    read_only: bool = False
    options: dict[str, str] = {}


class AWSElasticBlockStoreVolumeSource(Struct):
    volume_id: Annotated[str, Required] = always(str)
    fs_type: str = ""
    partition: Int32 = 0
    read_only: bool = False


class GitRepoVolumeSource(Struct):
    repository: Annotated[str, Required] = always(str)
    revision: str = ""
    directory: str = ""


class SecretVolumeSource(Struct):
    secret_name: str = ""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    default_mode: Int32 | None = None
    optional: bool | None = None


class SecretProjection(Struct):
    name: str = ""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    optional: bool | None = None


class NFSVolumeSource(Struct):
    server: Annotated[str, Required] = always(str)
    path: Annotated[str, Required] = always(str)
    read_only: bool = False


class ISCSIVolumeSource(Struct):
    target_portal: Annotated[str, Required] = always(str)
    iqn: Annotated[str, Required] = always(str)
    lun: Annotated[Int32, Required] = always(int)
    iscsi_interface: str = ""
    fs_type: str = ""
    read_only: bool = False
    portals: Annotated[list[str], ListAtomic] = []
    chap_auth_discovery: bool = False
    chap_auth_session: bool = False
    secret_ref: LocalObjectReference | None = None
    initiator_name: str | None = None


class ISCSIPersistentVolumeSource(Struct):
    target_portal: Annotated[str, Required] = always(str)
    iqn: Annotated[str, Required] = always(str)
    lun: Annotated[Int32, Required] = always(int)
    iscsi_interface: str = ""
    fs_type: str = ""
    read_only: bool = False
    portals: Annotated[list[str], ListAtomic] = []
    chap_auth_discovery: bool = False
    chap_auth_session: bool = False
    secret_ref: SecretReference | None = None
    initiator_name: str | None = None


class FCVolumeSource(Struct):
    target_wwns: Annotated[list[str], ListAtomic] = msgspec.field(default_factory=list, name="targetWWNs")
    lun: Int32 | None = None
    fs_type: str = ""
    read_only: bool = False
    wwids: Annotated[list[str], ListAtomic] = []


class AzureFileVolumeSource(Struct):
    secret_name: Annotated[str, Required] = always(str)
    share_name: Annotated[str, Required] = always(str)
    read_only: bool = False


class AzureFilePersistentVolumeSource(Struct):
    secret_name: Annotated[str, Required] = always(str)
    share_name: Annotated[str, Required] = always(str)
    read_only: bool = False
    secret_namespace: str | None = None


class VsphereVirtualDiskVolumeSource(Struct):
    volume_path: Annotated[str, Required] = always(str)
    fs_type: str = ""
    storage_policy_name: str = ""
    storage_policy_id: str = ""


class PhotonPersistentDiskVolumeSource(Struct):
    pd_id: Annotated[str, Required] = always(str)
    fs_type: str = ""


class AzureDiskVolumeSource(Struct):
    disk_name: Annotated[str, Required] = always(str)
    disk_uri: Annotated[str, Required] = always(str)
    caching_mode: AzureDataDiskCachingMode | None = None
    fs_type: str | None = None
    read_only: bool | None = None
    kind: AzureDataDiskKind | None = None


class PortworxVolumeSource(Struct):
    volume_id: Annotated[str, Required] = always(str)
    fs_type: str = ""
    read_only: bool = False


class ScaleIOVolumeSource(Struct):
    gateway: Annotated[str, Required] = always(str)
    system: Annotated[str, Required] = always(str)
    secret_ref: Annotated[LocalObjectReference | None, Required] = None
    ssl_enabled: bool = False
    protection_domain: str = ""
    storage_pool: str = ""
    storage_mode: str = ""
    volume_name: str = ""
    fs_type: str = ""
    read_only: bool = False


class ScaleIOPersistentVolumeSource(Struct):
    gateway: Annotated[str, Required] = always(str)
    system: Annotated[str, Required] = always(str)
    secret_ref: Annotated[SecretReference | None, Required] = None
    ssl_enabled: bool = False
    protection_domain: str = ""
    storage_pool: str = ""
    storage_mode: str = ""
    volume_name: str = ""
    fs_type: str = ""
    read_only: bool = False


class StorageOSVolumeSource(Struct):
    volume_name: str = ""
    volume_namespace: str = ""
    fs_type: str = ""
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None


class StorageOSPersistentVolumeSource(Struct):
    volume_name: str = ""
    volume_namespace: str = ""
    fs_type: str = ""
    read_only: bool = False
    secret_ref: ObjectReference | None = None


class ConfigMapVolumeSource(Struct):
    name: str = ""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    default_mode: Int32 | None = None
    optional: bool | None = None


class ConfigMapProjection(Struct):
    name: str = ""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    optional: bool | None = None


class ServiceAccountTokenProjection(Struct):
    audience: str = ""
    expiration_seconds: Int64 | None = None
    path: Annotated[str, Required] = always(str)


class ClusterTrustBundleProjection(Struct):
    name: str | None = None
    signer_name: str | None = None
    label_selector: meta_v1.LabelSelector | None = None
    optional: bool | None = None
    path: Annotated[str, Required] = always(str)


class PodCertificateProjection(Struct):
    signer_name: Annotated[str, Required] = ""
    key_type: Annotated[str, Required] = ""
    max_expiration_seconds: Int32 | None = None
    credential_bundle_path: str = ""
    key_path: str = ""
    certificate_chain_path: str = ""
    user_annotations: dict[str, str] = {}


class ProjectedVolumeSource(Struct):
    sources: Annotated[list[VolumeProjection], ListAtomic] = always(list)
    default_mode: Int32 | None = None


class VolumeProjection(Struct):
    secret: SecretProjection | None = None
    downward_api: DownwardAPIProjection | None = msgspec.field(default=None, name="downwardAPI")
    config_map: ConfigMapProjection | None = None
    service_account_token: ServiceAccountTokenProjection | None = None
    cluster_trust_bundle: ClusterTrustBundleProjection | None = None
    pod_certificate: PodCertificateProjection | None = None


class KeyToPath(Struct):
    key: Annotated[str, Required] = always(str)
    path: Annotated[str, Required] = always(str)
    mode: Int32 | None = None


class LocalVolumeSource(Struct):
    path: Annotated[str, Required] = always(str)
    fs_type: str | None = None


class CSIPersistentVolumeSource(Struct):
    driver: Annotated[str, Required] = always(str)
    volume_handle: Annotated[str, Required] = always(str)
    read_only: bool = False
    fs_type: str = ""
    volume_attributes: dict[str, str] = {}
    controller_publish_secret_ref: SecretReference | None = None
    node_stage_secret_ref: SecretReference | None = None
    node_publish_secret_ref: SecretReference | None = None
    controller_expand_secret_ref: SecretReference | None = None
    node_expand_secret_ref: SecretReference | None = None


class CSIVolumeSource(Struct):
    driver: Annotated[str, Required] = always(str)
    read_only: bool | None = None
    fs_type: str | None = None
    volume_attributes: dict[str, str] = {}
    node_publish_secret_ref: LocalObjectReference | None = None


class EphemeralVolumeSource(Struct):
    volume_claim_template: PersistentVolumeClaimTemplate | None = None


class PersistentVolumeClaimTemplate(Struct):
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[PersistentVolumeClaimSpec, Required] = always(PersistentVolumeClaimSpec)


class ContainerPort(Struct):
    name: str = ""
    host_port: Int32 = 0
    container_port: Annotated[Int32, Required] = always(int)
    protocol: Protocol = ""
    host_ip: str = ""


class VolumeMount(Struct):
    """Where and how a container sees a volume."""

    name: Annotated[str, Required] = always(str)
    read_only: bool = False
    recursive_read_only: str | None = None
    mount_path: Annotated[str, Required] = always(str)
    sub_path: str = ""
    mount_propagation: MountPropagationMode | None = None
    sub_path_expr: str = ""


class VolumeDevice(Struct):
    name: Annotated[str, Required] = always(str)
    device_path: Annotated[str, Required] = always(str)


class EnvVar(Struct):
    """An environment variable of a container."""

    name: Annotated[str, Required] = always(str)
    value: str = ""
    value_from: EnvVarSource | None = None


class EnvVarSource(Struct):
    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    config_map_key_ref: ConfigMapKeySelector | None = None
    secret_key_ref: SecretKeySelector | None = None
    file_key_ref: FileKeySelector | None = None


@atomic
class FileKeySelector(Struct):
    volume_name: Annotated[str, Required] = always(str)
    path: Annotated[str, Required] = always(str)
    key: Annotated[str, Required] = always(str)
    optional: bool | None = None


@atomic
class ObjectFieldSelector(Struct):
    api_version: str = ""
    field_path: Annotated[str, Required] = always(str)


@atomic
class ResourceFieldSelector(Struct):
    container_name: str = ""
    resource: Annotated[str, Required] = always(str)
    divisor: Quantity | None = None


@atomic
class ConfigMapKeySelector(Struct):
    name: str = ""
    key: Annotated[str, Required] = always(str)
    optional: bool | None = None


@atomic
class SecretKeySelector(Struct):
    name: str = ""
    key: Annotated[str, Required] = always(str)
    optional: bool | None = None


class EnvFromSource(Struct):
    prefix: str = ""
    config_map_ref: ConfigMapEnvSource | None = None
    secret_ref: SecretEnvSource | None = None


class ConfigMapEnvSource(Struct):
    name: str = ""
    optional: bool | None = None


class SecretEnvSource(Struct):
    name: str = ""
    optional: bool | None = None


class HTTPHeader(Struct):
    name: Annotated[str, Required] = always(str)
    value: Annotated[str, Required] = always(str)


class HTTPGetAction(Struct):
    path: str = ""
    port: Annotated[IntOrString, Required] = always(int)
    host: str = ""
    scheme: URIScheme = ""
    http_headers: Annotated[list[HTTPHeader], ListAtomic] = []


class TCPSocketAction(Struct):
    port: Annotated[IntOrString, Required] = always(int)
    host: str = ""


class GRPCAction(Struct):
    port: Annotated[Int32, Required] = always(int)
    service: str | None = None


class ExecAction(Struct):
    command: Annotated[list[str], ListAtomic] = []


class SleepAction(Struct):
    seconds: Annotated[Int64, Required] = always(int)


class Probe(Struct):
    """A question asked of a container again and again to learn how it is."""

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    grpc: GRPCAction | None = None
    initial_delay_seconds: Int32 = 0
    timeout_seconds: Int32 = 0
    period_seconds: Int32 = 0
    success_threshold: Int32 = 0
    failure_threshold: Int32 = 0
    termination_grace_period_seconds: Int64 | None = None


class ContainerResizePolicy(Struct):
    resource_name: Annotated[str, Required] = always(str)
    restart_policy: Annotated[str, Required] = always(str)


class Capabilities(Struct):
    add: Annotated[list[str], ListAtomic] = []
    drop: Annotated[list[str], ListAtomic] = []


class ResourceRequirements(Struct):
    """What a container needs at least (requests) and may use at most (limits)."""

    limits: dict[str, Quantity] = {}
    requests: dict[str, Quantity] = {}
    claims: Annotated[list[ResourceClaim], ListMap("name")] = []


class ResourceClaim(Struct):
    name: Annotated[str, Required] = always(str)
    request: str = ""


class Container(Struct):
    """One process tree from an image, with its own root file system."""

    name: Annotated[str, Required] = always(str)
    image: str = ""
    command: Annotated[list[str], ListAtomic] = []
    args: Annotated[list[str], ListAtomic] = []
    working_dir: str = ""
    ports: Annotated[list[ContainerPort], ListMap("containerPort", "protocol"), PatchMerge("containerPort")] = []
    env_from: Annotated[list[EnvFromSource], ListAtomic] = []
    env: Annotated[list[EnvVar], ListMap("name"), PatchMerge("name")] = []
    resources: ResourceRequirements = always(ResourceRequirements)
    resize_policy: Annotated[list[ContainerResizePolicy], ListAtomic] = []
    restart_policy: str | None = None
    restart_policy_rules: Annotated[list[ContainerRestartRule], ListAtomic] = []
    volume_mounts: Annotated[list[VolumeMount], ListMap("mountPath"), PatchMerge("mountPath")] = []
    volume_devices: Annotated[list[VolumeDevice], ListMap("devicePath"), PatchMerge("devicePath")] = []
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    termination_message_path: str = ""
    termination_message_policy: TerminationMessagePolicy = ""
    image_pull_policy: PullPolicy = ""
    security_context: SecurityContext | None = None
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False


class LifecycleHandler(Struct):
    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    sleep: SleepAction | None = None


class Lifecycle(Struct):
    """What is done right after a container's start and right before its end."""

    post_start: LifecycleHandler | None = None
    pre_stop: LifecycleHandler | None = None
    stop_signal: Signal | None = None


class ContainerStateWaiting(Struct):
    reason: str = ""
    message: str = ""


class ContainerStateRunning(Struct):
    started_at: Time | None = None


class ContainerStateTerminated(Struct):
    exit_code: Annotated[Int32, Required] = always(int)
    signal: Int32 = 0
    reason: str = ""
    message: str = ""
    started_at: Time | None = None
    finished_at: Time | None = None
    container_id: str = ""


class ContainerState(Struct):
    waiting: ContainerStateWaiting | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None


class ContainerStatus(Struct):
    """What became of one container."""

    name: Annotated[str, Required] = always(str)
    state: ContainerState = always(ContainerState)
    last_state: ContainerState = always(ContainerState)
    ready: Annotated[bool, Required] = always(bool)
    restart_count: Annotated[Int32, Required] = always(int)
    image: Annotated[str, Required] = always(str)
    image_id: Annotated[str, Required] = always(str)
    container_id: str = ""
    started: bool | None = None
    allocated_resources: dict[str, Quantity] = {}
    resources: ResourceRequirements | None = None
    volume_mounts: Annotated[list[VolumeMountStatus], ListMap("mountPath"), PatchMerge("mountPath")] = []
    user: ContainerUser | None = None
    allocated_resources_status: Annotated[list[ResourceStatus], ListMap("name"), PatchMerge("name")] = []
    stop_signal: Signal | None = None


class ResourceStatus(Struct):
    name: Annotated[str, Required] = always(str)
    resources: Annotated[list[ResourceHealth], ListMap("resourceID")] = []


class ResourceHealth(Struct):
    resource_id: Annotated[str, Required] = always(str)
    health: str = ""
    message: str | None = None


class ContainerUser(Struct):
    linux: LinuxContainerUser | None = None


class LinuxContainerUser(Struct):
    uid: Annotated[Int64, Required] = always(int)
    gid: Annotated[Int64, Required] = always(int)
    supplemental_groups: Annotated[list[Int64], ListAtomic] = []


class PodCondition(Struct):
    type: Annotated[str, Required] = always(str)
    observed_generation: Int64 = 0
    status: Annotated[str, Required] = always(str)
    last_probe_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class VolumeMountStatus(Struct):
    name: Annotated[str, Required] = always(str)
    mount_path: Annotated[str, Required] = always(str)
    read_only: bool = False
    recursive_read_only: str | None = None
    volume_status: VolumeStatus | None = None


class VolumeStatus(Struct):
    image: ImageVolumeStatus | None = None


class ImageVolumeStatus(Struct):
    image_ref: Annotated[str, Required] = ""


class ContainerRestartRule(Struct):
    action: Annotated[str, Required] = ""
    exit_codes: ContainerRestartRuleOnExitCodes | None = None


class ContainerRestartRuleOnExitCodes(Struct):
    operator: Annotated[str, Required] = ""
    values: Annotated[list[Int32], ListSet] = []


@atomic
class NodeSelector(Struct):
    node_selector_terms: Annotated[list[NodeSelectorTerm], Required, ListAtomic] = always(list)


@atomic
class NodeSelectorTerm(Struct):
    match_expressions: Annotated[list[NodeSelectorRequirement], ListAtomic] = []
    match_fields: Annotated[list[NodeSelectorRequirement], ListAtomic] = []


class NodeSelectorRequirement(Struct):
    key: Annotated[str, Required] = always(str)
    operator: Annotated[NodeSelectorOperator, Required] = always(str)
    values: Annotated[list[str], ListAtomic] = []


@atomic
class TopologySelectorTerm(Struct):
    match_label_expressions: Annotated[list[TopologySelectorLabelRequirement], ListAtomic] = []


class TopologySelectorLabelRequirement(Struct):
    key: Annotated[str, Required] = always(str)
    values: Annotated[list[str], Required, ListAtomic] = always(list)


class Affinity(Struct):
    """Attraction to nodes and pods, and repulsion from pods."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAntiAffinity | None = None


class PodAffinity(Struct):
    required_during_scheduling_ignored_during_execution: Annotated[list[PodAffinityTerm], ListAtomic] = []
    preferred_during_scheduling_ignored_during_execution: Annotated[list[WeightedPodAffinityTerm], ListAtomic] = []


class PodAntiAffinity(Struct):
    required_during_scheduling_ignored_during_execution: Annotated[list[PodAffinityTerm], ListAtomic] = []
    preferred_during_scheduling_ignored_during_execution: Annotated[list[WeightedPodAffinityTerm], ListAtomic] = []


class PodAffinityTerm(Struct):
    label_selector: meta_v1.LabelSelector | None = None
    namespaces: Annotated[list[str], ListAtomic] = []
    topology_key: Annotated[str, Required] = always(str)
    namespace_selector: meta_v1.LabelSelector | None = None
    match_label_keys: Annotated[list[str], ListAtomic] = []
    mismatch_label_keys: Annotated[list[str], ListAtomic] = []


class WeightedPodAffinityTerm(Struct):
    weight: Annotated[Int32, Required] = always(int)
    pod_affinity_term: Annotated[PodAffinityTerm, Required] = always(PodAffinityTerm)


class NodeAffinity(Struct):
    required_during_scheduling_ignored_during_execution: NodeSelector | None = None
    preferred_during_scheduling_ignored_during_execution: Annotated[list[PreferredSchedulingTerm], ListAtomic] = []


class PreferredSchedulingTerm(Struct):
    weight: Annotated[Int32, Required] = always(int)
    preference: Annotated[NodeSelectorTerm, Required] = always(NodeSelectorTerm)


class Taint(Struct):
    """A mark on a node that keeps away pods that do not tolerate it."""

    key: Annotated[str, Required] = always(str)
    value: str = ""
    effect: Annotated[TaintEffect, Required] = always(str)
    time_added: Time | None = None


class Toleration(Struct):
    """Lets a pod run in spite of matching taints."""

    key: str = ""
    operator: TolerationOperator = ""
    value: str = ""
    effect: TaintEffect = ""
    toleration_seconds: Int64 | None = None


class PodReadinessGate(Struct):
    condition_type: Annotated[str, Required] = always(str)


class PodSpec(Struct):
    """What a pod shall run, and how."""

    volumes: Annotated[list[Volume], ListMap("name"), Retain("name", merge=True)] = []
    init_containers: Annotated[list[Container], ListMap("name"), PatchMerge("name")] = []
    containers: Annotated[list[Container], Required, ListMap("name"), PatchMerge("name")] = always(list)
    ephemeral_containers: Annotated[list[EphemeralContainer], ListMap("name"), PatchMerge("name")] = []
    restart_policy: RestartPolicy = ""
    termination_grace_period_seconds: Int64 | None = None
    active_deadline_seconds: Int64 | None = None
    dns_policy: DNSPolicy = ""
    node_selector: Annotated[dict[str, str], MapAtomic] = {}
    service_account_name: str = ""
    service_account: str = ""
    automount_service_account_token: bool | None = None
    node_name: str = ""
    host_network: bool = False
    host_pid: bool = False
    host_ipc: bool = False
    share_process_namespace: bool | None = None
    security_context: PodSecurityContext | None = None
    image_pull_secrets: Annotated[list[LocalObjectReference], ListMap("name"), PatchMerge("name")] = []
    hostname: str = ""
    subdomain: str = ""
    affinity: Affinity | None = None
    scheduler_name: str = ""
    tolerations: Annotated[list[Toleration], ListAtomic] = []
    host_aliases: Annotated[list[HostAlias], ListMap("ip"), PatchMerge("ip")] = []
    priority_class_name: str = ""
    priority: Int32 | None = None
    dns_config: PodDNSConfig | None = None
    readiness_gates: Annotated[list[PodReadinessGate], ListAtomic] = []
    runtime_class_name: str | None = None
    enable_service_links: bool | None = None
    preemption_policy: PreemptionPolicy | None = None
    overhead: dict[str, Quantity] = {}
    topology_spread_constraints: Annotated[
        list[TopologySpreadConstraint], ListMap("topologyKey", "whenUnsatisfiable"), PatchMerge("topologyKey")
    ] = []
    set_hostname_as_fqdn: bool | None = msgspec.field(default=None, name="setHostnameAsFQDN")
    os: PodOS | None = None
    host_users: bool | None = None
    scheduling_gates: Annotated[list[PodSchedulingGate], ListMap("name"), PatchMerge("name")] = []
    resource_claims: Annotated[list[PodResourceClaim], ListMap("name"), Retain("name", merge=True)] = []
    resources: ResourceRequirements | None = None
    hostname_override: str | None = None
    scheduling_group: PodSchedulingGroup | None = None


class PodResourceClaim(Struct):
    name: Annotated[str, Required] = always(str)
    resource_claim_name: str | None = None
    resource_claim_template_name: str | None = None


class PodResourceClaimStatus(Struct):
    name: Annotated[str, Required] = always(str)
    resource_claim_name: str | None = None


class PodExtendedResourceClaimStatus(Struct):
    request_mappings: Annotated[list[ContainerExtendedResourceRequest], Required, ListAtomic] = always(list)
    resource_claim_name: Annotated[str, Required] = always(str)


class ContainerExtendedResourceRequest(Struct):
    container_name: Annotated[str, Required] = always(str)
    resource_name: Annotated[str, Required] = always(str)
    request_name: Annotated[str, Required] = always(str)


class PodOS(Struct):
    name: Annotated[str, Required] = always(str)


class PodSchedulingGate(Struct):
    name: Annotated[str, Required] = always(str)


class PodSchedulingGroup(Struct):
    pod_group_name: str | None = None


class TopologySpreadConstraint(Struct):
    """How evenly matching pods are spread over the values of a node label."""

    max_skew: Annotated[Int32, Required] = always(int)
    topology_key: Annotated[str, Required] = always(str)
    when_unsatisfiable: Annotated[UnsatisfiableConstraintAction, Required] = always(str)
    label_selector: meta_v1.LabelSelector | None = None
    min_domains: Int32 | None = None
    node_affinity_policy: NodeInclusionPolicy | None = None
    node_taints_policy: NodeInclusionPolicy | None = None
    match_label_keys: Annotated[list[str], ListAtomic] = []


class HostAlias(Struct):
    ip: Annotated[str, Required] = always(str)
    hostnames: Annotated[list[str], ListAtomic] = []


class PodSecurityContext(Struct):
    """Rights of all containers of a pod."""

    se_linux_options: SELinuxOptions | None = None
    windows_options: WindowsSecurityContextOptions | None = None
    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    supplemental_groups: Annotated[list[Int64], ListAtomic] = []
    supplemental_groups_policy: SupplementalGroupsPolicy | None = None
    fs_group: Int64 | None = None
    sysctls: Annotated[list[Sysctl], ListAtomic] = []
    fs_group_change_policy: PodFSGroupChangePolicy | None = None
    seccomp_profile: SeccompProfile | None = None
    app_armor_profile: AppArmorProfile | None = None
    se_linux_change_policy: str | None = None


class SeccompProfile(Struct):
    type: Annotated[SeccompProfileType, Required] = always(str)
    localhost_profile: str | None = None


class AppArmorProfile(Struct):
    type: Annotated[AppArmorProfileType, Required] = always(str)
    localhost_profile: str | None = None


class PodDNSConfig(Struct):
    nameservers: Annotated[list[str], ListAtomic] = []
    searches: Annotated[list[str], ListAtomic] = []
    options: Annotated[list[PodDNSConfigOption], ListAtomic] = []


class PodDNSConfigOption(Struct):
    name: str = ""
    value: str | None = None


class PodIP(Struct):
    ip: Annotated[str, Required] = always(str)


class HostIP(Struct):
    ip: Annotated[str, Required] = always(str)


class EphemeralContainer(Struct):
    """A container put into a running pod to look around in it."""

    name: Annotated[str, Required] = always(str)
    image: str = ""
    command: Annotated[list[str], ListAtomic] = []
    args: Annotated[list[str], ListAtomic] = []
    working_dir: str = ""
    ports: Annotated[list[ContainerPort], ListMap("containerPort", "protocol"), PatchMerge("containerPort")] = []
    env_from: Annotated[list[EnvFromSource], ListAtomic] = []
    env: Annotated[list[EnvVar], ListMap("name"), PatchMerge("name")] = []
    resources: ResourceRequirements = always(ResourceRequirements)
    resize_policy: Annotated[list[ContainerResizePolicy], ListAtomic] = []
    restart_policy: str | None = None
    restart_policy_rules: Annotated[list[ContainerRestartRule], ListAtomic] = []
    volume_mounts: Annotated[list[VolumeMount], ListMap("mountPath"), PatchMerge("mountPath")] = []
    volume_devices: Annotated[list[VolumeDevice], ListMap("devicePath"), PatchMerge("devicePath")] = []
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    termination_message_path: str = ""
    termination_message_policy: TerminationMessagePolicy = ""
    image_pull_policy: PullPolicy = ""
    security_context: SecurityContext | None = None
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    target_container_name: str = ""


class PodStatus(Struct):
    """What became of a pod, as its node reports it."""

    observed_generation: Int64 = 0
    phase: PodPhase = ""
    conditions: Annotated[list[PodCondition], ListMap("type"), PatchMerge("type")] = []
    message: str = ""
    reason: str = ""
    nominated_node_name: str = ""
    host_ip: str = ""
    host_ips: Annotated[list[HostIP], ListAtomic, PatchMerge("ip")] = []
    pod_ip: str = ""
    pod_ips: Annotated[list[PodIP], ListMap("ip"), PatchMerge("ip")] = []
    start_time: Time | None = None
    init_container_statuses: Annotated[list[ContainerStatus], ListAtomic] = []
    container_statuses: Annotated[list[ContainerStatus], ListAtomic] = []
    qos_class: PodQOSClass = ""
    ephemeral_container_statuses: Annotated[list[ContainerStatus], ListAtomic] = []
    resize: str = ""
    resource_claim_statuses: Annotated[list[PodResourceClaimStatus], ListMap("name"), Retain("name", merge=True)] = []
    extended_resource_claim_status: PodExtendedResourceClaimStatus | None = None
    allocated_resources: dict[str, Quantity] = {}
    resources: ResourceRequirements | None = None
    node_allocatable_resource_claim_statuses: Annotated[list[NodeAllocatableResourceClaimStatus], ListAtomic] = []


class Pod(Struct):
    """One or more containers that are placed on one node together and share an address and volumes."""

    api_version: str = constant("v1")
    kind: str = constant("Pod")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: PodSpec = always(PodSpec)
    status: PodStatus = always(PodStatus)


class PodList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("PodList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Pod], Required] = always(list)


class PodTemplateSpec(Struct):
    """The pod that a workload makes copies of."""

    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: PodSpec = always(PodSpec)


class PodTemplate(Struct):
    """A pod template kept as an object."""

    api_version: str = constant("v1")
    kind: str = constant("PodTemplate")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    template: PodTemplateSpec = always(PodTemplateSpec)


class PodTemplateList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("PodTemplateList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PodTemplate], Required] = always(list)


class ReplicationControllerSpec(Struct):
    replicas: Int32 | None = None
    min_ready_seconds: Int32 = 0
    selector: Annotated[dict[str, str], MapAtomic] = {}
    template: PodTemplateSpec | None = None


class ReplicationControllerStatus(Struct):
    replicas: Annotated[Int32, Required] = always(int)
    fully_labeled_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    observed_generation: Int64 = 0
    conditions: Annotated[list[ReplicationControllerCondition], ListMap("type"), PatchMerge("type")] = []


class ReplicationControllerCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class ReplicationController(Struct):
    """Keeps a number of equal pods running; ReplicaSet is its successor."""

    api_version: str = constant("v1")
    kind: str = constant("ReplicationController")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ReplicationControllerSpec = always(ReplicationControllerSpec)
    status: ReplicationControllerStatus = always(ReplicationControllerStatus)


class ReplicationControllerList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ReplicationControllerList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ReplicationController], Required] = always(list)


class SessionAffinityConfig(Struct):
    client_ip: ClientIPConfig | None = None


class ClientIPConfig(Struct):
    timeout_seconds: Int32 | None = None


class LoadBalancerStatus(Struct):
    ingress: Annotated[list[LoadBalancerIngress], ListAtomic] = []


class ServiceStatus(Struct):
    load_balancer: LoadBalancerStatus = always(LoadBalancerStatus)
    conditions: Annotated[list[meta_v1.Condition], ListMap("type"), PatchMerge("type")] = []


class LoadBalancerIngress(Struct):
    ip: str = ""
    hostname: str = ""
    ip_mode: str | None = None
    ports: Annotated[list[PortStatus], ListAtomic] = []


class ServiceSpec(Struct):
    """How a service is reached and which pods answer."""

    ports: Annotated[list[ServicePort], ListMap("port", "protocol"), PatchMerge("port")] = []
    selector: Annotated[dict[str, str], MapAtomic] = {}
    cluster_ip: str = ""
    cluster_ips: Annotated[list[str], ListAtomic] = []
    type: ServiceType = ""
    external_ips: Annotated[list[str], ListAtomic] = []
    session_affinity: ServiceAffinity = ""
    load_balancer_ip: str = ""
    load_balancer_source_ranges: Annotated[list[str], ListAtomic] = []
    external_name: str = ""
    external_traffic_policy: ServiceExternalTrafficPolicy = ""
    health_check_node_port: Int32 = 0
    publish_not_ready_addresses: bool = False
    session_affinity_config: SessionAffinityConfig | None = None
    ip_families: Annotated[list[IPFamily], ListAtomic] = []
    ip_family_policy: IPFamilyPolicy | None = None
    allocate_load_balancer_node_ports: bool | None = None
    load_balancer_class: str | None = None
    internal_traffic_policy: ServiceInternalTrafficPolicy | None = None
    traffic_distribution: str | None = None


class ServicePort(Struct):
    name: str = ""
    protocol: Protocol = ""
    app_protocol: str | None = None
    port: Annotated[Int32, Required] = always(int)
    target_port: IntOrString | None = None
    node_port: Int32 = 0


class Service(Struct):
    """A stable address and name for a changing set of pods."""

    api_version: str = constant("v1")
    kind: str = constant("Service")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ServiceSpec = always(ServiceSpec)
    status: ServiceStatus = always(ServiceStatus)


class ServiceList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ServiceList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Service], Required] = always(list)


class ServiceAccount(Struct):
    """The identity that processes in pods have towards the API."""

    api_version: str = constant("v1")
    kind: str = constant("ServiceAccount")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    secrets: Annotated[list[ObjectReference], ListMap("name"), PatchMerge("name")] = []
    image_pull_secrets: Annotated[list[LocalObjectReference], ListAtomic] = []
    automount_service_account_token: bool | None = None


class ServiceAccountList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ServiceAccountList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ServiceAccount], Required] = always(list)


class Endpoints(Struct):
    """The addresses behind a service, in one object; EndpointSlice is its successor."""

    api_version: str = constant("v1")
    kind: str = constant("Endpoints")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    subsets: Annotated[list[EndpointSubset], ListAtomic] = []


class EndpointSubset(Struct):
    addresses: Annotated[list[EndpointAddress], ListAtomic] = []
    not_ready_addresses: Annotated[list[EndpointAddress], ListAtomic] = []
    ports: Annotated[list[EndpointPort], ListAtomic] = []


@atomic
class EndpointAddress(Struct):
    ip: Annotated[str, Required] = always(str)
    hostname: str = ""
    node_name: str | None = None
    target_ref: ObjectReference | None = None


@atomic
class EndpointPort(Struct):
    name: str = ""
    port: Annotated[Int32, Required] = always(int)
    protocol: Protocol = ""
    app_protocol: str | None = None


class EndpointsList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("EndpointsList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Endpoints], Required] = always(list)


class NodeSpec(Struct):
    """What is decided about a node."""

    pod_cidr: str = ""
    pod_cidrs: Annotated[list[str], ListSet, PatchMerge()] = []
    provider_id: str = ""
    unschedulable: bool = False
    taints: Annotated[list[Taint], ListAtomic] = []
    config_source: NodeConfigSource | None = None
    external_id: str = ""


class NodeConfigSource(Struct):
    config_map: ConfigMapNodeConfigSource | None = None


class ConfigMapNodeConfigSource(Struct):
    namespace: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)
    uid: str = ""
    resource_version: str = ""
    kubelet_config_key: Annotated[str, Required] = always(str)


class DaemonEndpoint(Struct):
    port: Annotated[Int32, Required] = always(int, name="Port")


class NodeDaemonEndpoints(Struct):
    kubelet_endpoint: DaemonEndpoint = always(DaemonEndpoint)


class NodeRuntimeHandlerFeatures(Struct):
    recursive_read_only_mounts: bool | None = None
    user_namespaces: bool | None = None


class NodeRuntimeHandler(Struct):
    name: str = always(str)
    features: NodeRuntimeHandlerFeatures | None = None


class NodeFeatures(Struct):
    supplemental_groups_policy: bool | None = None


class NodeSystemInfo(Struct):
    machine_id: Annotated[str, Required] = always(str)
    system_uuid: Annotated[str, Required] = always(str)
    boot_id: Annotated[str, Required] = always(str)
    kernel_version: Annotated[str, Required] = always(str)
    os_image: Annotated[str, Required] = always(str)
    container_runtime_version: Annotated[str, Required] = always(str)
    kubelet_version: Annotated[str, Required] = always(str)
    kube_proxy_version: Annotated[str, Required] = always(str)
    operating_system: Annotated[str, Required] = always(str)
    architecture: Annotated[str, Required] = always(str)
    swap: NodeSwapStatus | None = None


class NodeSwapStatus(Struct):
    capacity: Int64 | None = None


class NodeConfigStatus(Struct):
    assigned: NodeConfigSource | None = None
    active: NodeConfigSource | None = None
    last_known_good: NodeConfigSource | None = None
    error: str = ""


class NodeStatus(Struct):
    """What a node's agent reports about it."""

    capacity: dict[str, Quantity] = {}
    allocatable: dict[str, Quantity] = {}
    phase: NodePhase = ""
    conditions: Annotated[list[NodeCondition], ListMap("type"), PatchMerge("type")] = []
    addresses: Annotated[list[NodeAddress], ListMap("type"), PatchMerge("type")] = []
    daemon_endpoints: NodeDaemonEndpoints = always(NodeDaemonEndpoints)
    node_info: NodeSystemInfo = always(NodeSystemInfo)
    images: Annotated[list[ContainerImage], ListAtomic] = []
    volumes_in_use: Annotated[list[str], ListAtomic] = []
    volumes_attached: Annotated[list[AttachedVolume], ListAtomic] = []
    config: NodeConfigStatus | None = None
    runtime_handlers: Annotated[list[NodeRuntimeHandler], ListAtomic] = []
    features: NodeFeatures | None = None
    declared_features: Annotated[list[str], ListAtomic] = []


class AttachedVolume(Struct):
    name: Annotated[str, Required] = always(str)
    device_path: Annotated[str, Required] = always(str)


class ContainerImage(Struct):
    names: Annotated[list[str], ListAtomic] = always(list)
    size_bytes: Int64 = 0


class NodeCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_heartbeat_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class NodeAddress(Struct):
    type: Annotated[str, Required] = always(str)
    address: Annotated[str, Required] = always(str)


class Node(Struct):
    """A host that runs pods."""

    api_version: str = constant("v1")
    kind: str = constant("Node")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: NodeSpec = always(NodeSpec)
    status: NodeStatus = always(NodeStatus)


class NodeList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("NodeList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Node], Required] = always(list)


class NamespaceSpec(Struct):
    finalizers: Annotated[list[str], ListAtomic] = []


class NamespaceStatus(Struct):
    phase: NamespacePhase = ""
    conditions: Annotated[list[NamespaceCondition], ListMap("type"), PatchMerge("type")] = []


class NamespaceCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class Namespace(Struct):
    """A room of its own for names, access rights and quotas."""

    api_version: str = constant("v1")
    kind: str = constant("Namespace")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: NamespaceSpec = always(NamespaceSpec)
    status: NamespaceStatus = always(NamespaceStatus)


class NamespaceList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("NamespaceList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Namespace], Required] = always(list)


@atomic
class ObjectReference(Struct):
    """A pointer to any object."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    resource_version: str = ""
    field_path: str = ""


class Binding(Struct):
    """The decision on which node a pod runs."""

    api_version: str = constant("v1")
    kind: str = constant("Binding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    target: Annotated[ObjectReference, Required] = always(ObjectReference)


@atomic
class LocalObjectReference(Struct):
    """The name of an object in the same namespace."""

    name: str = ""


@atomic
class TypedLocalObjectReference(Struct):
    api_group: str | None = None
    kind: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)


class EventSource(Struct):
    component: str = ""
    host: str = ""


class Event(Struct):
    """Something that happened to an object, told for people."""

    api_version: str = constant("v1")
    kind: str = constant("Event")
    metadata: Annotated[meta_v1.ObjectMeta, Required] = always(meta_v1.ObjectMeta)
    involved_object: Annotated[ObjectReference, Required] = always(ObjectReference)
    reason: str = ""
    message: str = ""
    source: EventSource = always(EventSource)
    first_timestamp: Time | None = None
    last_timestamp: Time | None = None
    count: Int32 = 0
    type: str = ""
    event_time: MicroTime | None = None
    series: EventSeries | None = None
    action: str = ""
    related: ObjectReference | None = None
    reporting_component: str = always(str)
    reporting_instance: str = always(str)


class EventSeries(Struct):
    count: Int32 = 0
    last_observed_time: MicroTime | None = None


class EventList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("EventList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Event], Required] = always(list)


class LimitRangeItem(Struct):
    type: Annotated[str, Required] = always(str)
    max: dict[str, Quantity] = {}
    min: dict[str, Quantity] = {}
    default: dict[str, Quantity] = {}
    default_request: dict[str, Quantity] = {}
    max_limit_request_ratio: dict[str, Quantity] = {}


class LimitRangeSpec(Struct):
    limits: Annotated[list[LimitRangeItem], Required, ListAtomic] = always(list)


class LimitRange(Struct):
    """Defaults and bounds for each pod, container or claim of a namespace."""

    api_version: str = constant("v1")
    kind: str = constant("LimitRange")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: LimitRangeSpec = always(LimitRangeSpec)


class LimitRangeList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("LimitRangeList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[LimitRange], Required] = always(list)


class ResourceQuotaSpec(Struct):
    hard: dict[str, Quantity] = {}
    scopes: Annotated[list[ResourceQuotaScope], ListAtomic] = []
    scope_selector: ScopeSelector | None = None


@atomic
class ScopeSelector(Struct):
    match_expressions: Annotated[list[ScopedResourceSelectorRequirement], ListAtomic] = []


class ScopedResourceSelectorRequirement(Struct):
    scope_name: Annotated[ResourceQuotaScope, Required] = always(str)
    operator: Annotated[ScopeSelectorOperator, Required] = always(str)
    values: Annotated[list[str], ListAtomic] = []


class ResourceQuotaStatus(Struct):
    hard: dict[str, Quantity] = {}
    used: dict[str, Quantity] = {}


class ResourceQuota(Struct):
    """Upper bounds for what a namespace may use in total."""

    api_version: str = constant("v1")
    kind: str = constant("ResourceQuota")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ResourceQuotaSpec = always(ResourceQuotaSpec)
    status: ResourceQuotaStatus = always(ResourceQuotaStatus)


class ResourceQuotaList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ResourceQuotaList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ResourceQuota], Required] = always(list)


class Secret(Struct):
    """Like a ConfigMap, for what must stay secret; values are base64 on the wire."""

    api_version: str = constant("v1")
    kind: str = constant("Secret")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    immutable: bool | None = None
    data: dict[str, bytes] = {}
    string_data: dict[str, str] = {}
    type: str = ""


class SecretList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("SecretList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Secret], Required] = always(list)


class ConfigMap(Struct):
    """Configuration as keys and values, given to pods as variables or files."""

    api_version: str = constant("v1")
    kind: str = constant("ConfigMap")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    immutable: bool | None = None
    data: dict[str, str] = {}
    binary_data: dict[str, bytes] = {}


class ConfigMapList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ConfigMapList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ConfigMap], Required] = always(list)


class ComponentCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    message: str = ""
    error: str = ""


class ComponentStatus(Struct):
    """Whether a part of the control plane is well; kept for old clients."""

    api_version: str = constant("v1")
    kind: str = constant("ComponentStatus")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    conditions: Annotated[list[ComponentCondition], ListMap("type"), PatchMerge("type")] = []


class ComponentStatusList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ComponentStatusList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ComponentStatus], Required] = always(list)


class DownwardAPIVolumeSource(Struct):
    items: Annotated[list[DownwardAPIVolumeFile], ListAtomic] = []
    default_mode: Int32 | None = None


class DownwardAPIVolumeFile(Struct):
    path: Annotated[str, Required] = always(str)
    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    mode: Int32 | None = None


class DownwardAPIProjection(Struct):
    items: Annotated[list[DownwardAPIVolumeFile], ListAtomic] = []


class SecurityContext(Struct):
    """Rights of one container; wins over the pod's."""

    capabilities: Capabilities | None = None
    privileged: bool | None = None
    se_linux_options: SELinuxOptions | None = None
    windows_options: WindowsSecurityContextOptions | None = None
    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    read_only_root_filesystem: bool | None = None
    allow_privilege_escalation: bool | None = None
    proc_mount: ProcMountType | None = None
    seccomp_profile: SeccompProfile | None = None
    app_armor_profile: AppArmorProfile | None = None


class SELinuxOptions(Struct):
    user: str = ""
    role: str = ""
    type: str = ""
    level: str = ""


class WindowsSecurityContextOptions(Struct):
    gmsa_credential_spec_name: str | None = None
    gmsa_credential_spec: str | None = None
    run_as_user_name: str | None = None
    host_process: bool | None = None


class Sysctl(Struct):
    name: Annotated[str, Required] = always(str)
    value: Annotated[str, Required] = always(str)


class PortStatus(Struct):
    port: Annotated[Int32, Required] = always(int)
    protocol: Annotated[Protocol, Required] = always(str)
    error: str | None = None


class ImageVolumeSource(Struct):
    reference: str = ""
    pull_policy: PullPolicy = ""


class NodeAllocatableResourceClaimStatus(Struct):
    resource_claim_name: Annotated[str, Required] = always(str)
    containers: Annotated[list[str], ListSet] = []
    resources: Annotated[dict[str, Quantity], Required] = always(dict)
