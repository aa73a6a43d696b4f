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
    """Name by which the containers mount it; unique within the pod."""
    host_path: HostPathVolumeSource | None = None
    """A file or directory of the node. Dangerous: it lets the pod out into the host."""
    empty_dir: EmptyDirVolumeSource | None = None
    """An empty directory that lives as long as the pod is on its node."""
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    """A disk of Google Compute Engine. Use a claim instead."""
    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    """A disk of Amazon EBS. Use a claim instead."""
    git_repo: GitRepoVolumeSource | None = None
    """A clone of a Git repository. No longer supported."""
    secret: SecretVolumeSource | None = None
    """A file for each key of a Secret."""
    nfs: NFSVolumeSource | None = None
    """A directory of an NFS server."""
    iscsi: ISCSIVolumeSource | None = None
    """A disk of an iSCSI target."""
    glusterfs: GlusterfsVolumeSource | None = None
    """A volume of GlusterFS. No longer supported."""
    persistent_volume_claim: PersistentVolumeClaimVolumeSource | None = None
    """The volume that a claim of the same namespace is bound to."""
    rbd: RBDVolumeSource | None = None
    """A block device of Ceph. Use a claim instead."""
    flex_volume: FlexVolumeSource | None = None
    """A volume of a program on the node. Use CSI instead."""
    cinder: CinderVolumeSource | None = None
    """A disk of OpenStack. Use a claim instead."""
    cephfs: CephFSVolumeSource | None = None
    """A file system of Ceph. Use a claim instead."""
    flocker: FlockerVolumeSource | None = None
    """A data set of Flocker. No longer supported."""
    downward_api: DownwardAPIVolumeSource | None = msgspec.field(default=None, name="downwardAPI")
    """A file for each chosen fact about the pod itself."""
    fc: FCVolumeSource | None = None
    """A disk over Fibre Channel."""
    azure_file: AzureFileVolumeSource | None = None
    """A file share of Azure. Use a claim instead."""
    config_map: ConfigMapVolumeSource | None = None
    """A file for each key of a ConfigMap."""
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None
    """A disk of vSphere. Use a claim instead."""
    quobyte: QuobyteVolumeSource | None = None
    """A volume of Quobyte. No longer supported."""
    azure_disk: AzureDiskVolumeSource | None = None
    """A disk of Azure. Use a claim instead."""
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    """A disk of Photon Controller. No longer supported."""
    projected: ProjectedVolumeSource | None = None
    """Files from several sources in one directory."""
    portworx_volume: PortworxVolumeSource | None = None
    """A volume of Portworx. Use a claim instead."""
    scale_io: ScaleIOVolumeSource | None = msgspec.field(default=None, name="scaleIO")
    """A volume of ScaleIO. No longer supported."""
    storageos: StorageOSVolumeSource | None = None
    """A volume of StorageOS. No longer supported."""
    csi: CSIVolumeSource | None = None
    """A volume that a CSI driver makes for this pod."""
    ephemeral: EphemeralVolumeSource | None = None
    """A claim that is made and deleted together with the pod."""
    image: ImageVolumeSource | None = None
    """The files of an OCI image, read-only."""


class PersistentVolumeClaimVolumeSource(Struct):
    """The volume that a claim is bound to."""

    claim_name: Annotated[str, Required] = always(str)
    """Name of the claim, in the pod's namespace."""
    read_only: bool = False
    """Whether all mounts of it are read-only. Default: false."""


class PersistentVolumeSpec(Struct):
    """What a volume is, and for whom."""

    capacity: dict[str, Quantity] = {}
    """Its size, under the key storage."""
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    """A disk of Google Compute Engine."""
    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    """A disk of Amazon EBS."""
    host_path: HostPathVolumeSource | None = None
    """A directory of the node; for tests on a single node."""
    glusterfs: GlusterfsPersistentVolumeSource | None = None
    """A volume of GlusterFS. No longer supported."""
    nfs: NFSVolumeSource | None = None
    """A directory of an NFS server."""
    rbd: RBDPersistentVolumeSource | None = None
    """A block device of Ceph."""
    iscsi: ISCSIPersistentVolumeSource | None = None
    """A disk of an iSCSI target."""
    cinder: CinderPersistentVolumeSource | None = None
    """A disk of OpenStack."""
    cephfs: CephFSPersistentVolumeSource | None = None
    """A file system of Ceph."""
    fc: FCVolumeSource | None = None
    """A disk over Fibre Channel."""
    flocker: FlockerVolumeSource | None = None
    """A data set of Flocker. No longer supported."""
    flex_volume: FlexPersistentVolumeSource | None = None
    """A volume of a program on the node. Use CSI instead."""
    azure_file: AzureFilePersistentVolumeSource | None = None
    """A file share of Azure."""
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None
    """A disk of vSphere."""
    quobyte: QuobyteVolumeSource | None = None
    """A volume of Quobyte. No longer supported."""
    azure_disk: AzureDiskVolumeSource | None = None
    """A disk of Azure."""
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    """A disk of Photon Controller. No longer supported."""
    portworx_volume: PortworxVolumeSource | None = None
    """A volume of Portworx."""
    scale_io: ScaleIOPersistentVolumeSource | None = msgspec.field(default=None, name="scaleIO")
    """A volume of ScaleIO. No longer supported."""
    local: LocalVolumeSource | None = None
    """A disk or directory of one node; needs nodeAffinity."""
    storageos: StorageOSPersistentVolumeSource | None = None
    """A volume of StorageOS. No longer supported."""
    csi: CSIPersistentVolumeSource | None = None
    """A volume of a CSI driver."""
    access_modes: Annotated[list[PersistentVolumeAccessMode], ListAtomic] = []
    """From how many nodes it can be used, and how."""
    claim_ref: ObjectReference | None = None
    """The claim it is bound to, or kept for."""
    persistent_volume_reclaim_policy: PersistentVolumeReclaimPolicy = ""
    """Retain or Delete it once its claim is gone. Default: Retain, or what its class says."""
    storage_class_name: str = ""
    """Its class; only claims of the same class get it. Empty: no class."""
    mount_options: Annotated[list[str], ListAtomic] = []
    """Options for mount; a mount that refuses them fails."""
    volume_mode: PersistentVolumeMode | None = None
    """Filesystem (the default) or Block for the bare device."""
    node_affinity: VolumeNodeAffinity | None = None
    """The nodes it can be used on; absent: all."""
    volume_attributes_class_name: str | None = None
    """The VolumeAttributesClass it follows."""


class PersistentVolumeStatus(Struct):
    """What became of a volume."""

    phase: PersistentVolumePhase = ""
    """Pending, Available, Bound, Released or Failed."""
    message: str = ""
    """Why, for people."""
    reason: str = ""
    """Why, as one word for programs."""
    last_phase_transition_time: Time | None = None
    """When phase last changed."""


class PersistentVolume(Struct):
    """Storage that outlives pods, as the cluster sees it."""

    api_version: str = constant("v1")
    kind: str = constant("PersistentVolume")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: PersistentVolumeSpec = always(PersistentVolumeSpec)
    status: PersistentVolumeStatus = always(PersistentVolumeStatus)


class VolumeNodeAffinity(Struct):
    """On which nodes a volume can be used."""

    required: NodeSelector | None = None
    """What nodes must fulfil."""


class PersistentVolumeList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("PersistentVolumeList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PersistentVolume], Required] = always(list)


class VolumeResourceRequirements(Struct):
    """How much storage a claim needs."""

    limits: dict[str, Quantity] = {}
    """Upper bound of the size."""
    requests: dict[str, Quantity] = {}
    """Size that is needed at least, under the key storage."""


class PersistentVolumeClaimSpec(Struct):
    """What storage a claim asks for."""

    access_modes: Annotated[list[PersistentVolumeAccessMode], ListAtomic] = []
    """How it is to be used: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod."""
    selector: meta_v1.LabelSelector | None = None
    """Labels that the volume must have."""
    resources: VolumeResourceRequirements = always(VolumeResourceRequirements)
    """The size needed. May grow where the class allows."""
    volume_name: str = ""
    """The volume it is bound to; set beforehand, only that one is taken."""
    storage_class_name: str | None = None
    """The class asked for. Absent: the default class; empty: volumes without a class."""
    volume_mode: PersistentVolumeMode | None = None
    """Filesystem (the default) or Block for the bare device."""
    data_source: TypedLocalObjectReference | None = None
    """What the volume is filled with: a snapshot or another claim of the same namespace."""
    data_source_ref: TypedObjectReference | None = None
    """The same for any kind of object, in other namespaces too."""
    volume_attributes_class_name: str | None = None
    """The VolumeAttributesClass that the volume shall follow. May be changed."""


class PersistentVolumeClaimStatus(Struct):
    """What became of a claim."""

    phase: PersistentVolumeClaimPhase = ""
    """Pending, Bound or Lost (its volume is gone)."""
    access_modes: Annotated[list[PersistentVolumeAccessMode], ListAtomic] = []
    """Access modes of the volume."""
    capacity: dict[str, Quantity] = {}
    """Size of the volume."""
    conditions: Annotated[list[PersistentVolumeClaimCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state, such as a resize under way."""
    allocated_resources: dict[str, Quantity] = {}
    """Size that a resize under way will have given."""
    allocated_resource_statuses: dict[str, ClaimResourceStatus] = {}
    """How far the resize is."""
    current_volume_attributes_class_name: str | None = None
    """The VolumeAttributesClass in force."""
    modify_volume_status: ModifyVolumeStatus | None = None
    """How far a change of that class is."""


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
    """An object of any kind."""

    api_group: str | None = None
    """Its API group; absent: the core group."""
    kind: Annotated[str, Required] = always(str)
    """Its kind."""
    name: Annotated[str, Required] = always(str)
    """Its name."""
    namespace: str | None = None
    """Its namespace; absent: the same one."""


class ModifyVolumeStatus(Struct):
    """How far the change of a volume's attributes is."""

    target_volume_attributes_class_name: str = ""
    """The class it is changed to."""
    status: Annotated[PersistentVolumeClaimModifyVolumeStatus, Required] = always(str)
    """Pending, InProgress or Infeasible."""


class PersistentVolumeClaimCondition(Struct):
    """One aspect of a claim's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_probe_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class HostPathVolumeSource(Struct):
    """A file or directory of the node."""

    path: Annotated[str, Required] = always(str)
    """Path on the node; a link is followed."""
    type: HostPathType | None = None
    """What must be there, or is made: Directory, DirectoryOrCreate, File and so on. Empty (the default): no check."""


class EmptyDirVolumeSource(Struct):
    """A directory that lives as long as its pod."""

    medium: str = ""
    """Empty for the node's disk (the default), Memory for a tmpfs that counts as the pod's memory."""
    size_limit: Quantity | None = None
    """Size above which the pod is evicted. Default: none."""


class GlusterfsVolumeSource(Struct):
    """A volume of GlusterFS."""

    endpoints: Annotated[str, Required] = always(str)
    """Endpoints object that lists the servers."""
    path: Annotated[str, Required] = always(str)
    """Name of the volume."""
    read_only: bool = False


class GlusterfsPersistentVolumeSource(Struct):
    """A volume of GlusterFS."""

    endpoints: Annotated[str, Required] = always(str)
    path: Annotated[str, Required] = always(str)
    read_only: bool = False
    endpoints_namespace: str | None = None
    """Namespace of the Endpoints. Default: the claim's."""


class RBDVolumeSource(Struct):
    """A block device of Ceph."""

    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    """Addresses of the Ceph monitors."""
    image: Annotated[str, Required] = always(str)
    """Name of the image."""
    fs_type: str = ""
    pool: str = ""
    """Pool of the image. Default: rbd."""
    user: str = ""
    """User towards Ceph. Default: admin."""
    keyring: str = ""
    """Path of the key file on the node. Default: /etc/ceph/keyring."""
    secret_ref: LocalObjectReference | None = None
    read_only: bool = False


class RBDPersistentVolumeSource(Struct):
    """A block device of Ceph."""

    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    image: Annotated[str, Required] = always(str)
    fs_type: str = ""
    pool: str = ""
    user: str = ""
    keyring: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False


class CinderVolumeSource(Struct):
    """A disk of OpenStack."""

    volume_id: Annotated[str, Required] = always(str)
    """Identity of the disk."""
    fs_type: str = ""
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None


class CinderPersistentVolumeSource(Struct):
    """A disk of OpenStack."""

    volume_id: Annotated[str, Required] = always(str)
    fs_type: str = ""
    read_only: bool = False
    secret_ref: SecretReference | None = None


class CephFSVolumeSource(Struct):
    """A file system of Ceph."""

    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    """Addresses of the Ceph monitors."""
    path: str = ""
    """Directory to mount. Default: /."""
    user: str = ""
    """User towards Ceph. Default: admin."""
    secret_file: str = ""
    """Path of the key file on the node. Default: /etc/ceph/user.secret."""
    secret_ref: LocalObjectReference | None = None
    read_only: bool = False


@atomic
class SecretReference(Struct):
    """A Secret in any namespace."""

    name: str = ""
    """Its name."""
    namespace: str = ""
    """Its namespace."""


class CephFSPersistentVolumeSource(Struct):
    """A file system of Ceph."""

    monitors: Annotated[list[str], Required, ListAtomic] = always(list)
    path: str = ""
    user: str = ""
    secret_file: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False


class FlockerVolumeSource(Struct):
    """A data set of Flocker."""

    dataset_name: str = ""
    """Name of the data set. No longer used."""
    dataset_uuid: str = ""
    """Identity of the data set."""


class GCEPersistentDiskVolumeSource(Struct):
    """A disk of Google Compute Engine."""

    pd_name: Annotated[str, Required] = always(str)
    """Name of the disk."""
    fs_type: str = ""
    partition: Int32 = 0
    read_only: bool = False


class QuobyteVolumeSource(Struct):
    """A volume of Quobyte."""

    registry: Annotated[str, Required] = always(str)
    """Addresses of the registry, as host:port with commas between."""
    volume: Annotated[str, Required] = always(str)
    """Name of the volume."""
    read_only: bool = False
    user: str = ""
    """User to mount as."""
    group: str = ""
    """Group to mount as."""
    tenant: str = ""
    """Tenant that owns the volume."""


class FlexPersistentVolumeSource(Struct):
    """A volume of a program on the node."""

    driver: Annotated[str, Required] = always(str)
    fs_type: str = ""
    secret_ref: SecretReference | None = None
    read_only: bool = False
    options: dict[str, str] = {}


class FlexVolumeSource(Struct):
    """A volume of a program on the node."""

    driver: Annotated[str, Required] = always(str)
    """Name of the program."""
    fs_type: str = ""
    """File system to mount; the program has its own default."""
    secret_ref: LocalObjectReference | None = None
    """Secret whose contents the program gets."""
    read_only: bool = False
    """Whether the volume is mounted read-only. Default: false."""
    options: dict[str, str] = {}
    """More settings for the program."""


class AWSElasticBlockStoreVolumeSource(Struct):
    """A disk of Amazon EBS."""

    volume_id: Annotated[str, Required] = always(str)
    """Identity of the disk."""
    fs_type: str = ""
    partition: Int32 = 0
    read_only: bool = False


class GitRepoVolumeSource(Struct):
    """A clone of a Git repository."""

    repository: Annotated[str, Required] = always(str)
    """URL of the repository."""
    revision: str = ""
    """Commit to check out."""
    directory: str = ""
    """Directory below the volume to clone into."""


class SecretVolumeSource(Struct):
    """A file for each key of a Secret."""

    secret_name: str = ""
    """Name of a Secret beside the pod."""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    """Keys to show and their paths; empty: every key under its own name."""
    default_mode: Int32 | None = None
    """Permission bits of files that have none of their own. Default: 0644."""
    optional: bool | None = None
    """Whether the pod starts though the Secret or a key is missing. Default: false."""


class SecretProjection(Struct):
    """Keys of a Secret as files."""

    name: str = ""
    """Name of a Secret beside the pod."""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    """Keys to show and their paths; empty: every key under its own name."""
    optional: bool | None = None
    """Whether the pod starts though the Secret or a key is missing. Default: false."""


class NFSVolumeSource(Struct):
    """A directory of an NFS server."""

    server: Annotated[str, Required] = always(str)
    """Host name or address of the server."""
    path: Annotated[str, Required] = always(str)
    """Path that the server exports."""
    read_only: bool = False


class ISCSIVolumeSource(Struct):
    """A disk of an iSCSI target."""

    target_portal: Annotated[str, Required] = always(str)
    """Address of the target, with the port unless it is 3260."""
    iqn: Annotated[str, Required] = always(str)
    """Qualified name of the target."""
    lun: Annotated[Int32, Required] = always(int)
    """Number of the disk at the target."""
    iscsi_interface: str = ""
    """Interface of the initiator. Default: default (tcp)."""
    fs_type: str = ""
    read_only: bool = False
    portals: Annotated[list[str], ListAtomic] = []
    """More addresses of the target."""
    chap_auth_discovery: bool = False
    """Whether the discovery asks for CHAP."""
    chap_auth_session: bool = False
    """Whether sessions ask for CHAP."""
    secret_ref: LocalObjectReference | None = None
    initiator_name: str | None = None
    """Qualified name of the node towards the target."""


class ISCSIPersistentVolumeSource(Struct):
    """A disk of an iSCSI target."""

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
    """A disk over Fibre Channel."""

    target_wwns: Annotated[list[str], ListAtomic] = msgspec.field(default_factory=list, name="targetWWNs")
    """World wide names of the target."""
    lun: Int32 | None = None
    """Number of the disk at the target."""
    fs_type: str = ""
    read_only: bool = False
    wwids: Annotated[list[str], ListAtomic] = []
    """World wide identities of the disk, in place of target and number."""


class AzureFileVolumeSource(Struct):
    """A file share of Azure."""

    secret_name: Annotated[str, Required] = always(str)
    """Secret with the account's name and key."""
    share_name: Annotated[str, Required] = always(str)
    """Name of the share."""
    read_only: bool = False


class AzureFilePersistentVolumeSource(Struct):
    """A file share of Azure."""

    secret_name: Annotated[str, Required] = always(str)
    share_name: Annotated[str, Required] = always(str)
    read_only: bool = False
    secret_namespace: str | None = None
    """Namespace of the Secret. Default: the claim's."""


class VsphereVirtualDiskVolumeSource(Struct):
    """A disk of vSphere."""

    volume_path: Annotated[str, Required] = always(str)
    """Path of the disk."""
    fs_type: str = ""
    storage_policy_name: str = ""
    """Name of its storage policy."""
    storage_policy_id: str = ""
    """Identity of its storage policy."""


class PhotonPersistentDiskVolumeSource(Struct):
    """A disk of Photon Controller."""

    pd_id: Annotated[str, Required] = always(str)
    """Identity of the disk."""
    fs_type: str = ""


class AzureDiskVolumeSource(Struct):
    """A disk of Azure."""

    disk_name: Annotated[str, Required] = always(str)
    """Name of the disk."""
    disk_uri: Annotated[str, Required] = always(str)
    """URI of the disk."""
    caching_mode: AzureDataDiskCachingMode | None = None
    """None, ReadOnly or ReadWrite (the default)."""
    fs_type: str | None = None
    read_only: bool | None = None
    kind: AzureDataDiskKind | None = None
    """Shared (the default), Dedicated or Managed."""


class PortworxVolumeSource(Struct):
    """A volume of Portworx."""

    volume_id: Annotated[str, Required] = always(str)
    """Identity of the volume."""
    fs_type: str = ""
    read_only: bool = False


class ScaleIOVolumeSource(Struct):
    """A volume of ScaleIO."""

    gateway: Annotated[str, Required] = always(str)
    """Address of the gateway."""
    system: Annotated[str, Required] = always(str)
    """Name of the storage system."""
    secret_ref: Annotated[LocalObjectReference | None, Required] = None
    ssl_enabled: bool = False
    """Whether the gateway is spoken to over TLS. Default: false."""
    protection_domain: str = ""
    """Protection domain of the pool."""
    storage_pool: str = ""
    """Pool of the volume."""
    storage_mode: str = ""
    """ThinProvisioned (the default) or ThickProvisioned."""
    volume_name: str = ""
    """Name of the volume."""
    fs_type: str = ""
    """File system to mount. Default: xfs."""
    read_only: bool = False


class ScaleIOPersistentVolumeSource(Struct):
    """A volume of ScaleIO."""

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
    """A volume of StorageOS."""

    volume_name: str = ""
    """Name of the volume."""
    volume_namespace: str = ""
    """Namespace of the volume at StorageOS. Default: the pod's."""
    fs_type: str = ""
    read_only: bool = False
    secret_ref: LocalObjectReference | None = None


class StorageOSPersistentVolumeSource(Struct):
    """A volume of StorageOS."""

    volume_name: str = ""
    volume_namespace: str = ""
    fs_type: str = ""
    read_only: bool = False
    secret_ref: ObjectReference | None = None


class ConfigMapVolumeSource(Struct):
    """A file for each key of a ConfigMap."""

    name: str = ""
    """Name of a ConfigMap beside the pod."""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    """Keys to show and their paths; empty: every key under its own name."""
    default_mode: Int32 | None = None
    """Permission bits of files that have none of their own. Default: 0644."""
    optional: bool | None = None
    """Whether the pod starts though the ConfigMap or a key is missing. Default: false."""


class ConfigMapProjection(Struct):
    """Keys of a ConfigMap as files."""

    name: str = ""
    """Name of a ConfigMap beside the pod."""
    items: Annotated[list[KeyToPath], ListAtomic] = []
    """Keys to show and their paths; empty: every key under its own name."""
    optional: bool | None = None
    """Whether the pod starts though the ConfigMap or a key is missing. Default: false."""


class ServiceAccountTokenProjection(Struct):
    """A token of the pod's service account as a file, renewed in time."""

    audience: str = ""
    """For whom the token is meant. Default: the API server."""
    expiration_seconds: Int64 | None = None
    """Seconds that the token is valid, at least 600. Default: 3600."""
    path: Annotated[str, Required] = always(str)
    """Path of the file, below the volume."""


class ClusterTrustBundleProjection(Struct):
    """Certificates to trust as a file."""

    name: str | None = None
    """Name of one ClusterTrustBundle. Not together with signerName."""
    signer_name: str | None = None
    """All bundles of this signer."""
    label_selector: meta_v1.LabelSelector | None = None
    """Which of the signer's bundles; empty: all, absent: none."""
    optional: bool | None = None
    """Whether the pod starts though there is no such bundle. Default: false."""
    path: Annotated[str, Required] = always(str)
    """Path of the file, below the volume."""


class PodCertificateProjection(Struct):
    """A private key and a certificate of the pod as files, renewed in time."""

    signer_name: Annotated[str, Required] = ""
    """Who signs the certificate."""
    key_type: Annotated[str, Required] = ""
    """Kind of key to make, such as ECDSAP256 or ED25519."""
    max_expiration_seconds: Int32 | None = None
    """Seconds that the certificate may be valid at most. Default: 86400."""
    credential_bundle_path: str = ""
    """Path of one file with key and certificates."""
    key_path: str = ""
    """Path of a file with the key alone."""
    certificate_chain_path: str = ""
    """Path of a file with the certificates alone."""
    user_annotations: dict[str, str] = {}
    """More keys and values for the signer."""


class ProjectedVolumeSource(Struct):
    """Files from several sources in one directory."""

    sources: Annotated[list[VolumeProjection], ListAtomic] = always(list)
    """The sources; each fills one of its fields."""
    default_mode: Int32 | None = None
    """Permission bits of files that have none of their own. Default: 0644."""


class VolumeProjection(Struct):
    """One source of a projected volume; exactly one field is set."""

    secret: SecretProjection | None = None
    """Keys of a Secret."""
    downward_api: DownwardAPIProjection | None = msgspec.field(default=None, name="downwardAPI")
    """Facts about the pod."""
    config_map: ConfigMapProjection | None = None
    """Keys of a ConfigMap."""
    service_account_token: ServiceAccountTokenProjection | None = None
    """A token of the pod's service account."""
    cluster_trust_bundle: ClusterTrustBundleProjection | None = None
    """Certificates to trust."""
    pod_certificate: PodCertificateProjection | None = None
    """A key and a certificate for the pod."""


class KeyToPath(Struct):
    """A key and the file that shows it."""

    key: Annotated[str, Required] = always(str)
    """The key."""
    path: Annotated[str, Required] = always(str)
    """Path of the file, below the volume; without .. in it."""
    mode: Int32 | None = None
    """Permission bits of the file. Default: defaultMode of the volume."""


class LocalVolumeSource(Struct):
    """A disk or directory of one node."""

    path: Annotated[str, Required] = always(str)
    """Path on the node."""
    fs_type: str | None = None
    """File system of a disk. Default: found out."""


class CSIPersistentVolumeSource(Struct):
    """A volume of a CSI driver."""

    driver: Annotated[str, Required] = always(str)
    """Name of the driver."""
    volume_handle: Annotated[str, Required] = always(str)
    """The driver's name for the volume. Cannot be changed."""
    read_only: bool = False
    fs_type: str = ""
    volume_attributes: dict[str, str] = {}
    """What the driver noted about the volume when it was made."""
    controller_publish_secret_ref: SecretReference | None = None
    """Secret for attaching it to a node."""
    node_stage_secret_ref: SecretReference | None = None
    """Secret for mounting it on a node."""
    node_publish_secret_ref: SecretReference | None = None
    """Secret for giving it to a pod."""
    controller_expand_secret_ref: SecretReference | None = None
    """Secret for enlarging it."""
    node_expand_secret_ref: SecretReference | None = None
    """Secret for enlarging its file system on a node."""


class CSIVolumeSource(Struct):
    """A volume that a CSI driver makes for one pod."""

    driver: Annotated[str, Required] = always(str)
    """Name of the driver."""
    read_only: bool | None = None
    fs_type: str | None = None
    volume_attributes: dict[str, str] = {}
    """Settings for the driver."""
    node_publish_secret_ref: LocalObjectReference | None = None
    """Secret for giving it to the pod."""


class EphemeralVolumeSource(Struct):
    """A claim that lives as long as its pod."""

    volume_claim_template: PersistentVolumeClaimTemplate | None = None
    """What the claim looks like; its name is the pod's, a dash and the volume's."""


class PersistentVolumeClaimTemplate(Struct):
    """What a claim is to look like."""

    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    """Labels and annotations for the claim."""
    spec: Annotated[PersistentVolumeClaimSpec, Required] = always(PersistentVolumeClaimSpec)
    """The storage it asks for."""


class ContainerPort(Struct):
    """A port that a container listens on. Informative, unless hostPort is set or something names it."""

    name: str = ""
    """Name that services and probes may use; up to 15 characters."""
    host_port: Int32 = 0
    """Port of the node that leads here. Default: none."""
    container_port: Annotated[Int32, Required] = always(int)
    """Number of the port, 1 to 65535."""
    protocol: Protocol = ""
    """TCP (the default), UDP or SCTP."""
    host_ip: str = ""
    """Address of the node that hostPort is limited to."""


class VolumeMount(Struct):
    """Where and how a container sees a volume."""

    name: Annotated[str, Required] = always(str)
    """Name of the volume."""
    read_only: bool = False
    """Whether the container may only read. Default: false."""
    recursive_read_only: str | None = None
    """Whether mounts below are read-only too: Disabled (the default), IfPossible or Enabled."""
    mount_path: Annotated[str, Required] = always(str)
    """Where the container sees it."""
    sub_path: str = ""
    """Path within the volume that is mounted. Default: its root."""
    mount_propagation: MountPropagationMode | None = None
    """Whether later mounts pass between node and container: None (the default), HostToContainer, Bidirectional."""
    sub_path_expr: str = ""
    """As subPath, with $(VARIABLE) replaced from the container's environment."""


class VolumeDevice(Struct):
    """A volume given to a container as a bare device."""

    name: Annotated[str, Required] = always(str)
    """Name of the volume, a claim of mode Block."""
    device_path: Annotated[str, Required] = always(str)
    """Path of the device in the container."""


class EnvVar(Struct):
    """An environment variable of a container."""

    name: Annotated[str, Required] = always(str)
    """Name of the variable."""
    value: str = ""
    """Its value; $(OTHER) is replaced by a variable set before, $$ stands for $."""
    value_from: EnvVarSource | None = None
    """Where the value comes from instead."""


class EnvVarSource(Struct):
    """Where a variable's value comes from; exactly one field is set."""

    field_ref: ObjectFieldSelector | None = None
    """A fact about the pod."""
    resource_field_ref: ResourceFieldSelector | None = None
    """A limit or request of a container."""
    config_map_key_ref: ConfigMapKeySelector | None = None
    """A key of a ConfigMap."""
    secret_key_ref: SecretKeySelector | None = None
    """A key of a Secret."""
    file_key_ref: FileKeySelector | None = None
    """A key in a file on a volume."""


@atomic
class FileKeySelector(Struct):
    """A key in a file of variables, on a volume."""

    volume_name: Annotated[str, Required] = always(str)
    """Name of the volume."""
    path: Annotated[str, Required] = always(str)
    """Path of the file, below the volume."""
    key: Annotated[str, Required] = always(str)
    """The key."""
    optional: bool | None = None
    """Whether the container starts though file or key is missing. Default: false."""


@atomic
class ObjectFieldSelector(Struct):
    """A field of the pod."""

    api_version: str = ""
    """Version that fieldPath is meant in. Default: v1."""
    field_path: Annotated[str, Required] = always(str)
    """Path of the field, such as metadata.name or status.podIP."""


@atomic
class ResourceFieldSelector(Struct):
    """A limit or request of a container."""

    container_name: str = ""
    """The container; for variables, by default the one they belong to."""
    resource: Annotated[str, Required] = always(str)
    """Such as limits.cpu or requests.memory."""
    divisor: Quantity | None = None
    """Unit in which the amount is written, rounded up. Default: 1."""


@atomic
class ConfigMapKeySelector(Struct):
    """A key of a ConfigMap."""

    name: str = ""
    """Name of a ConfigMap beside the pod."""
    key: Annotated[str, Required] = always(str)
    """The key."""
    optional: bool | None = None
    """Whether the container starts though it is missing. Default: false."""


@atomic
class SecretKeySelector(Struct):
    """A key of a Secret."""

    name: str = ""
    """Name of a Secret beside the pod."""
    key: Annotated[str, Required] = always(str)
    """The key."""
    optional: bool | None = None
    """Whether the container starts though it is missing. Default: false."""


class EnvFromSource(Struct):
    """Variables from all keys of an object."""

    prefix: str = ""
    """Text in front of each key."""
    config_map_ref: ConfigMapEnvSource | None = None
    """The ConfigMap."""
    secret_ref: SecretEnvSource | None = None
    """The Secret."""


class ConfigMapEnvSource(Struct):
    """A ConfigMap whose keys become variables."""

    name: str = ""
    """Name of a ConfigMap beside the pod."""
    optional: bool | None = None
    """Whether the container starts though it is missing. Default: false."""


class SecretEnvSource(Struct):
    """A Secret whose keys become variables."""

    name: str = ""
    """Name of a Secret beside the pod."""
    optional: bool | None = None
    """Whether the container starts though it is missing. Default: false."""


class HTTPHeader(Struct):
    """A header of a request."""

    name: Annotated[str, Required] = always(str)
    """Name of the header."""
    value: Annotated[str, Required] = always(str)
    """Value of the header."""


class HTTPGetAction(Struct):
    """An HTTP request; a status from 200 to 399 is success."""

    path: str = ""
    """Path, with the query if there is one. Default: /."""
    port: Annotated[IntOrString, Required] = always(int)
    """The port, by number or by name."""
    host: str = ""
    """Address to connect to. Default: the pod's. To change the name asked for, set the Host header."""
    scheme: URIScheme = ""
    """HTTP (the default) or HTTPS, whose certificate is not checked."""
    http_headers: Annotated[list[HTTPHeader], ListAtomic] = []
    """More headers."""


class TCPSocketAction(Struct):
    """A TCP connection; that it opens is success."""

    port: Annotated[IntOrString, Required] = always(int)
    """The port, by number or by name."""
    host: str = ""
    """Address to connect to. Default: the pod's."""


class GRPCAction(Struct):
    """A call of gRPC's health service; SERVING is success."""

    port: Annotated[Int32, Required] = always(int)
    """Number of the port."""
    service: str | None = None
    """Name of the service asked about. Default: empty, the server as a whole."""


class ExecAction(Struct):
    """A command in the container; exit code 0 is success."""

    command: Annotated[list[str], ListAtomic] = []
    """The program and its arguments. No shell is involved."""


class SleepAction(Struct):
    """A pause."""

    seconds: Annotated[Int64, Required] = always(int)
    """Length in seconds."""


class Probe(Struct):
    """A question asked of a container again and again to learn how it is."""

    exec: ExecAction | None = None
    """Asks by a command in the container."""
    http_get: HTTPGetAction | None = None
    """Asks by an HTTP request."""
    tcp_socket: TCPSocketAction | None = None
    """Asks by opening a TCP connection."""
    grpc: GRPCAction | None = None
    """Asks by a call of gRPC's health service."""
    initial_delay_seconds: Int32 = 0
    """Seconds after the container's start before the first question. Default: 0."""
    timeout_seconds: Int32 = 0
    """Seconds to wait for an answer. Default: 1."""
    period_seconds: Int32 = 0
    """Seconds from one question to the next. Default: 10."""
    success_threshold: Int32 = 0
    """Successes in a row that end a failure. Default: 1; more only for readiness."""
    failure_threshold: Int32 = 0
    """Failures in a row that count as failed. Default: 3."""
    termination_grace_period_seconds: Int64 | None = None
    """Seconds to shut down in after a failure. Default: as the pod says. Not for readiness."""


class ContainerResizePolicy(Struct):
    """What a change of one resource means for a running container."""

    resource_name: Annotated[str, Required] = always(str)
    """cpu or memory."""
    restart_policy: Annotated[str, Required] = always(str)
    """NotRequired (the default) changes it in place; RestartContainer starts the container anew."""


class Capabilities(Struct):
    """Linux capabilities beyond or below what the runtime gives."""

    add: Annotated[list[str], ListAtomic] = []
    """Capabilities to add, such as NET_ADMIN; ALL is every one."""
    drop: Annotated[list[str], ListAtomic] = []
    """Capabilities to take away; ALL is every one."""


class ResourceRequirements(Struct):
    """What a container needs at least (requests) and may use at most (limits)."""

    limits: dict[str, Quantity] = {}
    """Upper bounds. Above its CPU limit a container is slowed down, above its memory limit killed."""
    requests: dict[str, Quantity] = {}
    """What is set aside on the node and decides where the pod fits. Default: the limits."""
    claims: Annotated[list[ResourceClaim], ListMap("name")] = []
    """Resource claims of the pod that this container uses."""


class ResourceClaim(Struct):
    """A claim of the pod that a container uses."""

    name: Annotated[str, Required] = always(str)
    """Name of the claim in spec.resourceClaims."""
    request: str = ""
    """Only this request of the claim. Default: all."""


class Container(Struct):
    """One process tree from an image, with its own root file system."""

    name: Annotated[str, Required] = always(str)
    """Name, unique within the pod. Cannot be changed."""
    image: str = ""
    """Image to run, with registry, tag or digest where they matter."""
    command: Annotated[list[str], ListAtomic] = []
    """Program to run, in place of the image's entry point. $(VARIABLE) is replaced; no shell is involved."""
    args: Annotated[list[str], ListAtomic] = []
    """Arguments, in place of the image's command. $(VARIABLE) is replaced."""
    working_dir: str = ""
    """Directory to start in. Default: the image's."""
    ports: Annotated[list[ContainerPort], ListMap("containerPort", "protocol"), PatchMerge("containerPort")] = []
    """Ports it listens on. Other ports can be reached all the same."""
    env_from: Annotated[list[EnvFromSource], ListAtomic] = []
    """Objects whose keys all become variables; env wins over them."""
    env: Annotated[list[EnvVar], ListMap("name"), PatchMerge("name")] = []
    """Environment variables."""
    resources: ResourceRequirements = always(ResourceRequirements)
    """What it needs at least and may use at most."""
    resize_policy: Annotated[list[ContainerResizePolicy], ListAtomic] = []
    """Which changes of resources need a restart."""
    restart_policy: str | None = None
    """Restarts of this container alone. Always on an init container makes it a sidecar."""
    restart_policy_rules: Annotated[list[ContainerRestartRule], ListAtomic] = []
    """Exit codes that decide about a restart, tried in order."""
    volume_mounts: Annotated[list[VolumeMount], ListMap("mountPath"), PatchMerge("mountPath")] = []
    """Volumes and where it sees them."""
    volume_devices: Annotated[list[VolumeDevice], ListMap("devicePath"), PatchMerge("devicePath")] = []
    """Volumes it gets as bare devices."""
    liveness_probe: Probe | None = None
    """Whether the container works; when this fails, it is restarted."""
    readiness_probe: Probe | None = None
    """Whether the container can take requests; while this fails, services leave the pod out."""
    startup_probe: Probe | None = None
    """Whether the container has started; until this succeeds, the other probes wait."""
    lifecycle: Lifecycle | None = None
    """What is done right after its start and before its end."""
    termination_message_path: str = ""
    """File whose contents end up in the status. Default: /dev/termination-log."""
    termination_message_policy: TerminationMessagePolicy = ""
    """File (the default) reads only that file; FallbackToLogsOnError the log's end if it is empty."""
    image_pull_policy: PullPolicy = ""
    """Always, IfNotPresent or Never. Default: Always for the tag latest or none, else IfNotPresent."""
    security_context: SecurityContext | None = None
    """Its rights; they win over the pod's."""
    stdin: bool = False
    """Whether it has a standard input that can be attached to. Default: false."""
    stdin_once: bool = False
    """Whether that input ends with the first client that attaches. Default: false."""
    tty: bool = False
    """Whether it has a terminal; needs stdin. Default: false."""


class LifecycleHandler(Struct):
    """Something to do at a point of a container's life; exactly one field is set."""

    exec: ExecAction | None = None
    """Runs a command in the container."""
    http_get: HTTPGetAction | None = None
    """Sends an HTTP request."""
    tcp_socket: TCPSocketAction | None = None
    """Opens a TCP connection."""
    sleep: SleepAction | None = None
    """Waits."""


class Lifecycle(Struct):
    """What is done right after a container's start and right before its end."""

    post_start: LifecycleHandler | None = None
    """Right after the start, not in any order with the program itself. If it fails, the container is killed."""
    pre_stop: LifecycleHandler | None = None
    """Before the container is told to stop. Its time counts against the grace period."""
    stop_signal: Signal | None = None
    """Signal that tells the container to stop. Default: the image's, else SIGTERM."""


class ContainerStateWaiting(Struct):
    """A container that does not run yet."""

    reason: str = ""
    """Why, as one word, such as ImagePullBackOff."""
    message: str = ""
    """Why, for people."""


class ContainerStateRunning(Struct):
    """A container that runs."""

    started_at: Time | None = None
    """Since when."""


class ContainerStateTerminated(Struct):
    """A container that ended."""

    exit_code: Annotated[Int32, Required] = always(int)
    """What its program returned."""
    signal: Int32 = 0
    """Signal that ended it, if one did."""
    reason: str = ""
    """Why, as one word, such as Completed, Error or OOMKilled."""
    message: str = ""
    """What it left as its termination message, or why it ended."""
    started_at: Time | None = None
    """When it started."""
    finished_at: Time | None = None
    """When it ended."""
    container_id: str = ""
    """The runtime's name for it."""


class ContainerState(Struct):
    """What a container does; exactly one field is set."""

    waiting: ContainerStateWaiting | None = None
    """It does not run yet."""
    running: ContainerStateRunning | None = None
    """It runs."""
    terminated: ContainerStateTerminated | None = None
    """It ended."""


class ContainerStatus(Struct):
    """What became of one container."""

    name: Annotated[str, Required] = always(str)
    """Name of the container."""
    state: ContainerState = always(ContainerState)
    """What it does now."""
    last_state: ContainerState = always(ContainerState)
    """How it ended the time before."""
    ready: Annotated[bool, Required] = always(bool)
    """Whether its readiness probe succeeds; without one, whether it runs."""
    restart_count: Annotated[Int32, Required] = always(int)
    """How often it was restarted."""
    image: Annotated[str, Required] = always(str)
    """Image it runs."""
    image_id: Annotated[str, Required] = always(str)
    """The very image, by digest."""
    container_id: str = ""
    """The runtime's name for it, as containerd://..."""
    started: bool | None = None
    """Whether its startup probe has succeeded; without one, whether it runs."""
    allocated_resources: dict[str, Quantity] = {}
    """Requests that the node has set aside for it."""
    resources: ResourceRequirements | None = None
    """Requests and limits that are in force."""
    volume_mounts: Annotated[list[VolumeMountStatus], ListMap("mountPath"), PatchMerge("mountPath")] = []
    """Its mounts, as they turned out."""
    user: ContainerUser | None = None
    """As whom it started."""
    allocated_resources_status: Annotated[list[ResourceStatus], ListMap("name"), PatchMerge("name")] = []
    """Health of the devices it was given."""
    stop_signal: Signal | None = None
    """Signal that tells it to stop."""


class ResourceStatus(Struct):
    """Health of one resource of a container."""

    name: Annotated[str, Required] = always(str)
    """Name of the resource."""
    resources: Annotated[list[ResourceHealth], ListMap("resourceID")] = []
    """Each of its units."""


class ResourceHealth(Struct):
    """Health of one unit, such as a device."""

    resource_id: Annotated[str, Required] = always(str)
    """Identity of the unit."""
    health: str = ""
    """Healthy, Unhealthy or Unknown."""
    message: str | None = None
    """More about it, for people."""


class ContainerUser(Struct):
    """As whom a container started."""

    linux: LinuxContainerUser | None = None
    """Users and groups on Linux."""


class LinuxContainerUser(Struct):
    """Users and groups of a container's first process."""

    uid: Annotated[Int64, Required] = always(int)
    """Its user."""
    gid: Annotated[Int64, Required] = always(int)
    """Its group."""
    supplemental_groups: Annotated[list[Int64], ListAtomic] = []
    """Its further groups."""


class PodCondition(Struct):
    """One aspect of a pod's state."""

    type: Annotated[str, Required] = always(str)
    observed_generation: Int64 = 0
    """Generation of the pod that this was found out about."""
    status: Annotated[str, Required] = always(str)
    last_probe_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class VolumeMountStatus(Struct):
    """A mount as it turned out."""

    name: Annotated[str, Required] = always(str)
    """Name of the volume."""
    mount_path: Annotated[str, Required] = always(str)
    """Where the container sees it."""
    read_only: bool = False
    """Whether it is read-only."""
    recursive_read_only: str | None = None
    """Whether mounts below are read-only too: Disabled or Enabled."""
    volume_status: VolumeStatus | None = None
    """More about the volume."""


class VolumeStatus(Struct):
    """More about a mounted volume."""

    image: ImageVolumeStatus | None = None
    """About a volume of an image."""


class ImageVolumeStatus(Struct):
    """The image behind a volume."""

    image_ref: Annotated[str, Required] = ""
    """Its digest."""


class ContainerRestartRule(Struct):
    """What an exit means for a container."""

    action: Annotated[str, Required] = ""
    """Restart or RestartAllContainers."""
    exit_codes: ContainerRestartRuleOnExitCodes | None = None
    """The exit codes it is about."""


class ContainerRestartRuleOnExitCodes(Struct):
    """A condition on an exit code."""

    operator: Annotated[str, Required] = ""
    """In or NotIn."""
    values: Annotated[list[Int32], ListSet] = []
    """The exit codes compared with, up to 255."""


@atomic
class NodeSelector(Struct):
    """Which nodes are meant: those that fulfil one of the terms."""

    node_selector_terms: Annotated[list[NodeSelectorTerm], Required, ListAtomic] = always(list)
    """The terms."""


@atomic
class NodeSelectorTerm(Struct):
    """Conditions that a node must all fulfil; without any, no node does."""

    match_expressions: Annotated[list[NodeSelectorRequirement], ListAtomic] = []
    """Conditions on labels."""
    match_fields: Annotated[list[NodeSelectorRequirement], ListAtomic] = []
    """Conditions on fields; metadata.name is the only one."""


class NodeSelectorRequirement(Struct):
    """A condition on one label or field of a node."""

    key: Annotated[str, Required] = always(str)
    """Key of the label, or path of the field."""
    operator: Annotated[NodeSelectorOperator, Required] = always(str)
    """In, NotIn, Exists, DoesNotExist, Gt or Lt."""
    values: Annotated[list[str], ListAtomic] = []
    """What is compared with: one number for Gt and Lt, none for Exists and DoesNotExist."""


@atomic
class TopologySelectorTerm(Struct):
    """Conditions on where a volume may be made."""

    match_label_expressions: Annotated[list[TopologySelectorLabelRequirement], ListAtomic] = []
    """Conditions on nodes' labels; all must hold."""


class TopologySelectorLabelRequirement(Struct):
    """A condition on one label."""

    key: Annotated[str, Required] = always(str)
    """Key of the label."""
    values: Annotated[list[str], Required, ListAtomic] = always(list)
    """Values of which one must be there."""


class Affinity(Struct):
    """Attraction to nodes and pods, and repulsion from pods."""

    node_affinity: NodeAffinity | None = None
    """To nodes, by their labels."""
    pod_affinity: PodAffinity | None = None
    """To places where certain pods run."""
    pod_anti_affinity: PodAntiAffinity | None = None
    """Away from places where certain pods run."""


class PodAffinity(Struct):
    """Attraction to places where certain pods run. What changes later moves no pod."""

    required_during_scheduling_ignored_during_execution: Annotated[list[PodAffinityTerm], ListAtomic] = []
    """Must all hold, or the pod stays pending."""
    preferred_during_scheduling_ignored_during_execution: Annotated[list[WeightedPodAffinityTerm], ListAtomic] = []
    """Count by weight."""


class PodAntiAffinity(Struct):
    """Repulsion from places where certain pods run. What changes later moves no pod."""

    required_during_scheduling_ignored_during_execution: Annotated[list[PodAffinityTerm], ListAtomic] = []
    """Must all hold, or the pod stays pending."""
    preferred_during_scheduling_ignored_during_execution: Annotated[list[WeightedPodAffinityTerm], ListAtomic] = []
    """Count by weight."""


class PodAffinityTerm(Struct):
    """Certain pods, and what counts as the same place."""

    label_selector: meta_v1.LabelSelector | None = None
    """The pods, by labels; absent: none."""
    namespaces: Annotated[list[str], ListAtomic] = []
    """Namespaces in which they are looked for. Default: the pod's own, unless namespaceSelector is set."""
    topology_key: Annotated[str, Required] = always(str)
    """Node label whose value makes a place: nodes with the same value are one."""
    namespace_selector: meta_v1.LabelSelector | None = None
    """More namespaces, by labels; empty: all."""
    match_label_keys: Annotated[list[str], ListAtomic] = []
    """Labels in which the other pods must equal this one."""
    mismatch_label_keys: Annotated[list[str], ListAtomic] = []
    """Labels in which the other pods must differ from this one."""


class WeightedPodAffinityTerm(Struct):
    """A wish with its weight."""

    weight: Annotated[Int32, Required] = always(int)
    """How much it counts, 1 to 100."""
    pod_affinity_term: Annotated[PodAffinityTerm, Required] = always(PodAffinityTerm)
    """The wish."""


class NodeAffinity(Struct):
    """Attraction to nodes. What changes later moves no pod."""

    required_during_scheduling_ignored_during_execution: NodeSelector | None = None
    """What the node must fulfil, or the pod stays pending."""
    preferred_during_scheduling_ignored_during_execution: Annotated[list[PreferredSchedulingTerm], ListAtomic] = []
    """Wishes; they count by weight."""


class PreferredSchedulingTerm(Struct):
    """A wish with its weight."""

    weight: Annotated[Int32, Required] = always(int)
    """How much it counts, 1 to 100."""
    preference: Annotated[NodeSelectorTerm, Required] = always(NodeSelectorTerm)
    """What the node should fulfil."""


class Taint(Struct):
    """A mark on a node that keeps away pods that do not tolerate it."""

    key: Annotated[str, Required] = always(str)
    """Key of the mark."""
    value: str = ""
    """Value of the mark."""
    effect: Annotated[TaintEffect, Required] = always(str)
    """NoSchedule keeps new pods away, PreferNoSchedule if possible, NoExecute also drives out running ones."""
    time_added: Time | None = None
    """When it was put on; set by the server side for NoExecute."""


class Toleration(Struct):
    """Lets a pod run in spite of matching taints."""

    key: str = ""
    """Key of the taint; empty, with Exists: every taint."""
    operator: TolerationOperator = ""
    """Equal (the default) compares value; Exists takes any; Lt and Gt compare numbers."""
    value: str = ""
    """Value of the taint."""
    effect: TaintEffect = ""
    """Effect of the taint; empty: any."""
    toleration_seconds: Int64 | None = None
    """Seconds that a NoExecute taint is borne. Absent: for ever; 0 or less: not at all."""


class PodReadinessGate(Struct):
    """A condition that must hold for a pod to be ready."""

    condition_type: Annotated[str, Required] = always(str)
    """Type of the pod's condition, written by somebody else."""


class PodSpec(Struct):
    """What a pod shall run, and how."""

    volumes: Annotated[list[Volume], ListMap("name"), Retain("name", merge=True)] = []
    """Volumes that the containers can mount."""
    init_containers: Annotated[list[Container], ListMap("name"), PatchMerge("name")] = []
    """Containers that run one after the other before the others start. Each must succeed; sidecars go on."""
    containers: Annotated[list[Container], Required, ListMap("name"), PatchMerge("name")] = always(list)
    """Containers that run beside each other; at least one."""
    ephemeral_containers: Annotated[list[EphemeralContainer], ListMap("name"), PatchMerge("name")] = []
    """Containers added to look around; set through the subresource ephemeralcontainers only."""
    restart_policy: RestartPolicy = ""
    """When ended containers are started again: Always (the default), OnFailure or Never."""
    termination_grace_period_seconds: Int64 | None = None
    """Seconds from the request to stop to the kill; 0 kills at once. Default: 30."""
    active_deadline_seconds: Int64 | None = None
    """Seconds from the start after which the pod fails and is killed."""
    dns_policy: DNSPolicy = ""
    """Whose DNS is asked: ClusterFirst (the default), ClusterFirstWithHostNet, Default (the node's) or None."""
    node_selector: Annotated[dict[str, str], MapAtomic] = {}
    """Labels that the node must have."""
    service_account_name: str = ""
    """ServiceAccount that the pod acts as. Default: default."""
    service_account: str = ""
    """Old name of serviceAccountName."""
    automount_service_account_token: bool | None = None
    """Whether the service account's token is mounted. Default: as the ServiceAccount says, else true."""
    node_name: str = ""
    """The node it runs on; set by the scheduler. Set beforehand, the scheduler is passed by."""
    host_network: bool = False
    """Whether it uses the node's network in place of its own. Default: false."""
    host_pid: bool = False
    """Whether it sees the node's processes. Default: false."""
    host_ipc: bool = False
    """Whether it shares the node's IPC. Default: false."""
    share_process_namespace: bool | None = None
    """Whether its containers see each other's processes. Default: false."""
    security_context: PodSecurityContext | None = None
    """Rights of all its containers."""
    image_pull_secrets: Annotated[list[LocalObjectReference], ListMap("name"), PatchMerge("name")] = []
    """Secrets for pulling its images."""
    hostname: str = ""
    """Its host name. Default: the pod's name."""
    subdomain: str = ""
    """With hostname, its name in DNS below a headless service of this name."""
    affinity: Affinity | None = None
    """Which nodes, and which pods' neighbourhood, it seeks or avoids."""
    scheduler_name: str = ""
    """Scheduler that places it. Default: default-scheduler."""
    tolerations: Annotated[list[Toleration], ListAtomic] = []
    """Taints it bears."""
    host_aliases: Annotated[list[HostAlias], ListMap("ip"), PatchMerge("ip")] = []
    """More lines for /etc/hosts."""
    priority_class_name: str = ""
    """PriorityClass that gives its priority. Default: the one marked as global default."""
    priority: Int32 | None = None
    """Its priority as a number; set from the class."""
    dns_config: PodDNSConfig | None = None
    """More DNS settings, merged with what dnsPolicy gives."""
    readiness_gates: Annotated[list[PodReadinessGate], ListAtomic] = []
    """Conditions that must hold, besides ready containers, for it to be ready."""
    runtime_class_name: str | None = None
    """RuntimeClass that says how its containers run. Default: the node's usual way."""
    enable_service_links: bool | None = None
    """Whether services of its namespace become variables in the containers. Default: true."""
    preemption_policy: PreemptionPolicy | None = None
    """Whether it may push lower pods off a node: PreemptLowerPriority (the default) or Never."""
    overhead: dict[str, Quantity] = {}
    """What the sandbox needs besides the containers; set from the RuntimeClass."""
    topology_spread_constraints: Annotated[
        list[TopologySpreadConstraint], ListMap("topologyKey", "whenUnsatisfiable"), PatchMerge("topologyKey")
    ] = []
    """How evenly pods like it are spread; all must hold."""
    set_hostname_as_fqdn: bool | None = msgspec.field(default=None, name="setHostnameAsFQDN")
    """Whether the kernel's host name is the full DNS name. Default: false."""
    os: PodOS | None = None
    """The operating system its containers are for."""
    host_users: bool | None = None
    """Whether it uses the node's users; false gives it a user namespace of its own. Default: true."""
    scheduling_gates: Annotated[list[PodSchedulingGate], ListMap("name"), PatchMerge("name")] = []
    """While there are any, it is not scheduled. They can only be removed."""
    resource_claims: Annotated[list[PodResourceClaim], ListMap("name"), Retain("name", merge=True)] = []
    """Claims on devices that must be met before it starts."""
    resources: ResourceRequirements | None = None
    """What all its containers together need at least and may use at most."""
    hostname_override: str | None = None
    """Its host name in place of all other rules; not together with hostNetwork."""
    scheduling_group: PodSchedulingGroup | None = None
    """The group of pods it is placed together with."""


class PodResourceClaim(Struct):
    """A claim on devices, under a name for the containers; it exists already or comes from a template."""

    name: Annotated[str, Required] = always(str)
    """Name within the pod."""
    resource_claim_name: str | None = None
    """An existing ResourceClaim."""
    resource_claim_template_name: str | None = None
    """A template from which a claim is made for this pod."""


class PodResourceClaimStatus(Struct):
    """Which claim was made for a pod."""

    name: Annotated[str, Required] = always(str)
    """Name within the pod."""
    resource_claim_name: str | None = None
    """The ResourceClaim; absent when none was needed."""


class PodExtendedResourceClaimStatus(Struct):
    """The claim made for extended resources."""

    request_mappings: Annotated[list[ContainerExtendedResourceRequest], Required, ListAtomic] = always(list)
    """Which request of the claim is for which container and resource."""
    resource_claim_name: Annotated[str, Required] = always(str)
    """The ResourceClaim."""


class ContainerExtendedResourceRequest(Struct):
    """Which request of a claim is for which resource of a container."""

    container_name: Annotated[str, Required] = always(str)
    """The container."""
    resource_name: Annotated[str, Required] = always(str)
    """The extended resource."""
    request_name: Annotated[str, Required] = always(str)
    """The request in the claim."""


class PodOS(Struct):
    """The operating system of a pod."""

    name: Annotated[str, Required] = always(str)
    """linux or windows."""


class PodSchedulingGate(Struct):
    """Something that must be removed before a pod is scheduled."""

    name: Annotated[str, Required] = always(str)
    """Its name; unique within the pod."""


class PodSchedulingGroup(Struct):
    """The group a pod is scheduled with."""

    pod_group_name: str | None = None
    """Name of the PodGroup, in the same namespace."""


class TopologySpreadConstraint(Struct):
    """How evenly matching pods are spread over the values of a node label."""

    max_skew: Annotated[Int32, Required] = always(int)
    """How many more pods one place may have than the emptiest one; at least 1."""
    topology_key: Annotated[str, Required] = always(str)
    """Node label whose value makes a place: nodes with the same value are one."""
    when_unsatisfiable: Annotated[UnsatisfiableConstraintAction, Required] = always(str)
    """DoNotSchedule leaves the pod pending; ScheduleAnyway only prefers."""
    label_selector: meta_v1.LabelSelector | None = None
    """The pods that are counted."""
    min_domains: Int32 | None = None
    """With fewer places than this, the emptiest counts as 0. Default: 1."""
    node_affinity_policy: NodeInclusionPolicy | None = None
    """Whether only nodes that the pod's affinity allows are looked at: Honor (the default) or Ignore."""
    node_taints_policy: NodeInclusionPolicy | None = None
    """Whether nodes with taints it does not bear are left out: Honor, or Ignore (the default)."""
    match_label_keys: Annotated[list[str], ListAtomic] = []
    """Labels in which the counted pods must equal this one."""


class HostAlias(Struct):
    """A line for /etc/hosts."""

    ip: Annotated[str, Required] = always(str)
    """The address."""
    hostnames: Annotated[list[str], ListAtomic] = []
    """Its names."""


class PodSecurityContext(Struct):
    """Rights of all containers of a pod."""

    se_linux_options: SELinuxOptions | None = None
    """SELinux context of the containers. Default: one by the runtime."""
    windows_options: WindowsSecurityContextOptions | None = None
    """Settings for Windows."""
    run_as_user: Int64 | None = None
    """User the processes run as. Default: the image's."""
    run_as_group: Int64 | None = None
    """Group the processes run as. Default: the image's or the runtime's."""
    run_as_non_root: bool | None = None
    """Whether a container that would run as user 0 is refused. Default: false."""
    supplemental_groups: Annotated[list[Int64], ListAtomic] = []
    """Further groups of the processes."""
    supplemental_groups_policy: SupplementalGroupsPolicy | None = None
    """Merge (the default) keeps the image's own groups too; Strict does not."""
    fs_group: Int64 | None = None
    """Group that owns the files on volumes, and that the processes belong to."""
    sysctls: Annotated[list[Sysctl], ListAtomic] = []
    """Kernel settings of the pod's namespaces."""
    fs_group_change_policy: PodFSGroupChangePolicy | None = None
    """Always (the default) walks the whole volume; OnRootMismatch only if its root has another owner."""
    seccomp_profile: SeccompProfile | None = None
    """Which system calls are allowed."""
    app_armor_profile: AppArmorProfile | None = None
    """The AppArmor profile."""
    se_linux_change_policy: str | None = None
    """How volumes get their SELinux label: MountOption or Recursive."""


class SeccompProfile(Struct):
    """Which system calls are allowed."""

    type: Annotated[SeccompProfileType, Required] = always(str)
    """RuntimeDefault, Unconfined, or Localhost for a file on the node."""
    localhost_profile: str | None = None
    """The file, below the node agent's seccomp directory; only with Localhost."""


class AppArmorProfile(Struct):
    """An AppArmor profile."""

    type: Annotated[AppArmorProfileType, Required] = always(str)
    """RuntimeDefault, Unconfined, or Localhost for one that is loaded on the node."""
    localhost_profile: str | None = None
    """Name of the loaded profile; only with Localhost."""


class PodDNSConfig(Struct):
    """Lines for /etc/resolv.conf."""

    nameservers: Annotated[list[str], ListAtomic] = []
    """More name servers."""
    searches: Annotated[list[str], ListAtomic] = []
    """More search domains."""
    options: Annotated[list[PodDNSConfigOption], ListAtomic] = []
    """More options; one with the same name replaces an earlier one."""


class PodDNSConfigOption(Struct):
    """An option of the resolver."""

    name: str = ""
    """Its name, such as ndots."""
    value: str | None = None
    """Its value, where it has one."""


class PodIP(Struct):
    """An address of a pod."""

    ip: Annotated[str, Required] = always(str)
    """The address."""


class HostIP(Struct):
    """An address of a node."""

    ip: Annotated[str, Required] = always(str)
    """The address."""


class EphemeralContainer(Struct):
    """A container put into a running pod to look around in it."""

    name: Annotated[str, Required] = always(str)
    image: str = ""
    command: Annotated[list[str], ListAtomic] = []
    args: Annotated[list[str], ListAtomic] = []
    working_dir: str = ""
    ports: Annotated[list[ContainerPort], ListMap("containerPort", "protocol"), PatchMerge("containerPort")] = []
    """Not allowed here."""
    env_from: Annotated[list[EnvFromSource], ListAtomic] = []
    env: Annotated[list[EnvVar], ListMap("name"), PatchMerge("name")] = []
    resources: ResourceRequirements = always(ResourceRequirements)
    """Not allowed here; it uses what the pod has left."""
    resize_policy: Annotated[list[ContainerResizePolicy], ListAtomic] = []
    restart_policy: str | None = None
    restart_policy_rules: Annotated[list[ContainerRestartRule], ListAtomic] = []
    volume_mounts: Annotated[list[VolumeMount], ListMap("mountPath"), PatchMerge("mountPath")] = []
    volume_devices: Annotated[list[VolumeDevice], ListMap("devicePath"), PatchMerge("devicePath")] = []
    liveness_probe: Probe | None = None
    """Not allowed here."""
    readiness_probe: Probe | None = None
    """Not allowed here."""
    startup_probe: Probe | None = None
    """Not allowed here."""
    lifecycle: Lifecycle | None = None
    """Not allowed here."""
    termination_message_path: str = ""
    termination_message_policy: TerminationMessagePolicy = ""
    image_pull_policy: PullPolicy = ""
    security_context: SecurityContext | None = None
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    target_container_name: str = ""
    """Container whose processes it sees; empty: none."""


class PodStatus(Struct):
    """What became of a pod, as its node reports it."""

    observed_generation: Int64 = 0
    """Generation of the pod that the node has seen."""
    phase: PodPhase = ""
    """Pending, Running, Succeeded, Failed or Unknown, as a summary."""
    conditions: Annotated[list[PodCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state: PodScheduled, Initialized, ContainersReady, Ready and others."""
    message: str = ""
    """Why it is in this state, for people."""
    reason: str = ""
    """Why, as one word, such as Evicted."""
    nominated_node_name: str = ""
    """Node where room is being made for it."""
    host_ip: str = ""
    """Address of its node."""
    host_ips: Annotated[list[HostIP], ListAtomic, PatchMerge("ip")] = []
    """Addresses of its node, one for each IP family."""
    pod_ip: str = ""
    """Its address."""
    pod_ips: Annotated[list[PodIP], ListMap("ip"), PatchMerge("ip")] = []
    """Its addresses, one for each IP family."""
    start_time: Time | None = None
    """When the node took it up, before images were pulled."""
    init_container_statuses: Annotated[list[ContainerStatus], ListAtomic] = []
    """What became of the init containers."""
    container_statuses: Annotated[list[ContainerStatus], ListAtomic] = []
    """What became of the containers."""
    qos_class: PodQOSClass = ""
    """Guaranteed, Burstable or BestEffort, from its requests and limits: who goes first when memory runs out."""
    ephemeral_container_statuses: Annotated[list[ContainerStatus], ListAtomic] = []
    """What became of the ephemeral containers."""
    resize: str = ""
    """How far a change of resources is, in an old form; the conditions tell it now."""
    resource_claim_statuses: Annotated[list[PodResourceClaimStatus], ListMap("name"), Retain("name", merge=True)] = []
    """Claims that were made for it."""
    extended_resource_claim_status: PodExtendedResourceClaimStatus | None = None
    """The claim that was made for its extended resources."""
    allocated_resources: dict[str, Quantity] = {}
    """Requests that the node has set aside for the pod as a whole."""
    resources: ResourceRequirements | None = None
    """Requests and limits in force for the pod as a whole."""
    node_allocatable_resource_claim_statuses: Annotated[list[NodeAllocatableResourceClaimStatus], ListAtomic] = []
    """What its claims take of the node's CPU, memory and so on."""


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
    """Labels and annotations for the pods."""
    spec: PodSpec = always(PodSpec)
    """What the pods shall run, and how."""


class PodTemplate(Struct):
    """A pod template kept as an object."""

    api_version: str = constant("v1")
    kind: str = constant("PodTemplate")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    template: PodTemplateSpec = always(PodTemplateSpec)
    """The pod."""


class PodTemplateList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("PodTemplateList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PodTemplate], Required] = always(list)


class ReplicationControllerSpec(Struct):
    """What a ReplicationController keeps up."""

    replicas: Int32 | None = None
    """How many pods there shall be. Default: 1."""
    min_ready_seconds: Int32 = 0
    """Seconds that a pod must be ready before it counts as available. Default: 0."""
    selector: Annotated[dict[str, str], MapAtomic] = {}
    """Labels of the pods that belong to it. Default: the template's labels."""
    template: PodTemplateSpec | None = None
    """What new pods look like."""


class ReplicationControllerStatus(Struct):
    """What became of a ReplicationController."""

    replicas: Annotated[Int32, Required] = always(int)
    """How many pods exist."""
    fully_labeled_replicas: Int32 = 0
    """How many of them have all labels of the template."""
    ready_replicas: Int32 = 0
    """How many of them are ready."""
    available_replicas: Int32 = 0
    """How many of them have been ready for minReadySeconds."""
    observed_generation: Int64 = 0
    """Generation of the spec that the controller has seen."""
    conditions: Annotated[list[ReplicationControllerCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state."""


class ReplicationControllerCondition(Struct):
    """One aspect of a ReplicationController's state."""

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
    """Settings of session affinity."""

    client_ip: ClientIPConfig | None = None
    """Settings of ClientIP."""


class ClientIPConfig(Struct):
    """How long a client stays with its pod."""

    timeout_seconds: Int32 | None = None
    """Seconds without traffic, up to 86400. Default: 10800 (three hours)."""


class LoadBalancerStatus(Struct):
    """Where a load balancer is reached."""

    ingress: Annotated[list[LoadBalancerIngress], ListAtomic] = []
    """Its entry points."""


class ServiceStatus(Struct):
    """What became of a Service."""

    load_balancer: LoadBalancerStatus = always(LoadBalancerStatus)
    """Where its load balancer is reached."""
    conditions: Annotated[list[meta_v1.Condition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state."""


class LoadBalancerIngress(Struct):
    """One entry point of a load balancer."""

    ip: str = ""
    """Its address."""
    hostname: str = ""
    """Its name, where it has one instead."""
    ip_mode: str | None = None
    """VIP if packets arrive with this address (the default), Proxy if the balancer rewrites it."""
    ports: Annotated[list[PortStatus], ListAtomic] = []
    """Its ports, each with an error if there was one."""


class ServiceSpec(Struct):
    """How a service is reached and which pods answer."""

    ports: Annotated[list[ServicePort], ListMap("port", "protocol"), PatchMerge("port")] = []
    """Ports it is reached at."""
    selector: Annotated[dict[str, str], MapAtomic] = {}
    """Labels of the pods that answer. Empty: somebody else writes the endpoints."""
    cluster_ip: str = ""
    """Its address within the cluster, given by the server. None makes it headless: DNS answers with the pods."""
    cluster_ips: Annotated[list[str], ListAtomic] = []
    """Its addresses, one for each IP family; the first is clusterIP."""
    type: ServiceType = ""
    """ClusterIP (the default), NodePort and LoadBalancer, each adding to the one before, or ExternalName for a mere
    alias.
    """
    external_ips: Annotated[list[str], ListAtomic] = []
    """More addresses at which nodes take traffic for it; to route them here is up to the administrator."""
    session_affinity: ServiceAffinity = ""
    """ClientIP sends a client to the same pod each time; None (the default) does not."""
    load_balancer_ip: str = ""
    """Address asked of the load balancer; not all of them heed it."""
    load_balancer_source_ranges: Annotated[list[str], ListAtomic] = []
    """Networks that may use the load balancer. Default: all."""
    external_name: str = ""
    """DNS name it is an alias for; only with type ExternalName."""
    external_traffic_policy: ServiceExternalTrafficPolicy = ""
    """Cluster (the default) uses all pods for traffic from outside; Local only the node's own, and keeps its source."""
    health_check_node_port: Int32 = 0
    """Port at which nodes say whether they have pods of it; for load balancers with Local."""
    publish_not_ready_addresses: bool = False
    """Whether pods that are not ready are given out too. Default: false."""
    session_affinity_config: SessionAffinityConfig | None = None
    """Settings of session affinity."""
    ip_families: Annotated[list[IPFamily], ListAtomic] = []
    """IPv4, IPv6 or both, in order. Default: as the cluster has them."""
    ip_family_policy: IPFamilyPolicy | None = None
    """SingleStack, PreferDualStack or RequireDualStack. Default: SingleStack."""
    allocate_load_balancer_node_ports: bool | None = None
    """Whether a LoadBalancer has node ports as well. Default: true."""
    load_balancer_class: str | None = None
    """Which implementation makes the load balancer. Default: the cluster's."""
    internal_traffic_policy: ServiceInternalTrafficPolicy | None = None
    """Cluster (the default) uses all pods for traffic from inside; Local only those of the client's node."""
    traffic_distribution: str | None = None
    """Which pods are preferred: PreferSameZone (or PreferClose) or PreferSameNode. Default: none."""


class ServicePort(Struct):
    """A port of a Service."""

    name: str = ""
    """Name of the port; needed when there are several."""
    protocol: Protocol = ""
    """TCP (the default), UDP or SCTP."""
    app_protocol: str | None = None
    """What is spoken on it, such as kubernetes.io/h2c."""
    port: Annotated[Int32, Required] = always(int)
    """Number at the service."""
    target_port: IntOrString | None = None
    """Number at the pods, or name of a container's port. Default: port."""
    node_port: Int32 = 0
    """Number at every node, for NodePort and LoadBalancer. Default: a free one of the range."""


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
    """Secrets that its pods may use; only a hint, unless enforced by annotation."""
    image_pull_secrets: Annotated[list[LocalObjectReference], ListAtomic] = []
    """Secrets for pulling images, for pods that name none."""
    automount_service_account_token: bool | None = None
    """Whether its pods get its token. Default: true; pods can say otherwise."""


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
    """Addresses and ports; each address of a subset has all its ports."""


class EndpointSubset(Struct):
    """Addresses that share ports."""

    addresses: Annotated[list[EndpointAddress], ListAtomic] = []
    """Addresses that take requests."""
    not_ready_addresses: Annotated[list[EndpointAddress], ListAtomic] = []
    """Addresses that do not, for now."""
    ports: Annotated[list[EndpointPort], ListAtomic] = []
    """Their ports."""


@atomic
class EndpointAddress(Struct):
    """One address that answers."""

    ip: Annotated[str, Required] = always(str)
    """The address."""
    hostname: str = ""
    """Its own name below the service's in DNS."""
    node_name: str | None = None
    """The node it is on."""
    target_ref: ObjectReference | None = None
    """The object that stands behind it."""


@atomic
class EndpointPort(Struct):
    """A port of endpoints."""

    name: str = ""
    """Name of the service's port; empty when there is only one."""
    port: Annotated[Int32, Required] = always(int)
    """Its number."""
    protocol: Protocol = ""
    """TCP (the default), UDP or SCTP."""
    app_protocol: str | None = None
    """What is spoken on it, such as kubernetes.io/h2c."""


class EndpointsList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("EndpointsList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Endpoints], Required] = always(list)


class NodeSpec(Struct):
    """What is decided about a node."""

    pod_cidr: str = ""
    """Range of the addresses of its pods."""
    pod_cidrs: Annotated[list[str], ListSet, PatchMerge()] = []
    """Ranges of the addresses of its pods, one for each IP family."""
    provider_id: str = ""
    """What the cloud calls the host."""
    unschedulable: bool = False
    """Whether new pods keep away; what kubectl cordon sets. Default: false."""
    taints: Annotated[list[Taint], ListAtomic] = []
    """Marks that keep pods away."""
    config_source: NodeConfigSource | None = None
    """No longer used."""
    external_id: str = ""
    """No longer used."""


class NodeConfigSource(Struct):
    """No longer used."""

    config_map: ConfigMapNodeConfigSource | None = None
    """No longer used."""


class ConfigMapNodeConfigSource(Struct):
    """No longer used."""

    namespace: Annotated[str, Required] = always(str)
    """Namespace of the ConfigMap."""
    name: Annotated[str, Required] = always(str)
    """Name of the ConfigMap."""
    uid: str = ""
    """Identity of the ConfigMap."""
    resource_version: str = ""
    """Version of the ConfigMap."""
    kubelet_config_key: Annotated[str, Required] = always(str)
    """Key with the settings."""


class DaemonEndpoint(Struct):
    """A port of a process on the node."""

    port: Annotated[Int32, Required] = always(int, name="Port")
    """Its number."""


class NodeDaemonEndpoints(Struct):
    """Ports of the processes on the node."""

    kubelet_endpoint: DaemonEndpoint = always(DaemonEndpoint)
    """Where the node agent's API is: logs, exec and the like."""


class NodeRuntimeHandlerFeatures(Struct):
    """What a runtime handler can do."""

    recursive_read_only_mounts: bool | None = None
    """Whether mounts can be read-only with all below them."""
    user_namespaces: bool | None = None
    """Whether pods can have user namespaces."""


class NodeRuntimeHandler(Struct):
    """One way to run containers on the node."""

    name: str = always(str)
    """Its name; empty for the default."""
    features: NodeRuntimeHandlerFeatures | None = None
    """What it can do."""


class NodeFeatures(Struct):
    """What the node's runtime can do."""

    supplemental_groups_policy: bool | None = None
    """Whether supplementalGroupsPolicy is heeded."""


class NodeSystemInfo(Struct):
    """What host this is."""

    machine_id: Annotated[str, Required] = always(str)
    """Contents of /etc/machine-id."""
    system_uuid: Annotated[str, Required] = always(str)
    """Identity from the firmware."""
    boot_id: Annotated[str, Required] = always(str)
    """Identity of the present boot."""
    kernel_version: Annotated[str, Required] = always(str)
    """Version of the kernel."""
    os_image: Annotated[str, Required] = always(str)
    """Name of the distribution."""
    container_runtime_version: Annotated[str, Required] = always(str)
    """Name and version of the runtime, such as containerd://1.6.20."""
    kubelet_version: Annotated[str, Required] = always(str)
    """Version of the node agent."""
    kube_proxy_version: Annotated[str, Required] = always(str)
    """No longer used."""
    operating_system: Annotated[str, Required] = always(str)
    """linux or windows."""
    architecture: Annotated[str, Required] = always(str)
    """Processor architecture, such as amd64."""
    swap: NodeSwapStatus | None = None
    """Swap space."""


class NodeSwapStatus(Struct):
    """The node's swap space."""

    capacity: Int64 | None = None
    """Its size in bytes."""


class NodeConfigStatus(Struct):
    """No longer used."""

    assigned: NodeConfigSource | None = None
    """No longer used."""
    active: NodeConfigSource | None = None
    """No longer used."""
    last_known_good: NodeConfigSource | None = None
    """No longer used."""
    error: str = ""
    """No longer used."""


class NodeStatus(Struct):
    """What a node's agent reports about it."""

    capacity: dict[str, Quantity] = {}
    """What the node has of each resource."""
    allocatable: dict[str, Quantity] = {}
    """What pods may use of it."""
    phase: NodePhase = ""
    """No longer used."""
    conditions: Annotated[list[NodeCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state: Ready, MemoryPressure, DiskPressure, PIDPressure and others."""
    addresses: Annotated[list[NodeAddress], ListMap("type"), PatchMerge("type")] = []
    """Addresses and names it is reached at."""
    daemon_endpoints: NodeDaemonEndpoints = always(NodeDaemonEndpoints)
    """Ports of the processes on it."""
    node_info: NodeSystemInfo = always(NodeSystemInfo)
    """What host it is."""
    images: Annotated[list[ContainerImage], ListAtomic] = []
    """Container images it has; the biggest, if they are many."""
    volumes_in_use: Annotated[list[str], ListAtomic] = []
    """Attached volumes that pods still use, so that they are not detached."""
    volumes_attached: Annotated[list[AttachedVolume], ListAtomic] = []
    """Volumes that are attached to it."""
    config: NodeConfigStatus | None = None
    """No longer used."""
    runtime_handlers: Annotated[list[NodeRuntimeHandler], ListAtomic] = []
    """The ways it can run containers."""
    features: NodeFeatures | None = None
    """What its runtime can do."""
    declared_features: Annotated[list[str], ListAtomic] = []
    """Features that pods may ask for."""


class AttachedVolume(Struct):
    """A volume that a node has attached."""

    name: Annotated[str, Required] = always(str)
    """Name of the volume."""
    device_path: Annotated[str, Required] = always(str)
    """Path of the device on the node."""


class ContainerImage(Struct):
    """An image on a node."""

    names: Annotated[list[str], ListAtomic] = always(list)
    """Names it is known by, with tags or digests."""
    size_bytes: Int64 = 0
    """Its size in bytes."""


class NodeCondition(Struct):
    """One aspect of a node's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_heartbeat_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class NodeAddress(Struct):
    """An address of a node."""

    type: Annotated[str, Required] = always(str)
    """InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS."""
    address: Annotated[str, Required] = always(str)
    """The address or name."""


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
    """What a namespace still has to go through."""

    finalizers: Annotated[list[str], ListAtomic] = []
    """Names of cleanups that must be done before it goes."""


class NamespaceStatus(Struct):
    """What became of a namespace."""

    phase: NamespacePhase = ""
    """Active or Terminating."""
    conditions: Annotated[list[NamespaceCondition], ListMap("type"), PatchMerge("type")] = []
    """What holds up its deletion."""


class NamespaceCondition(Struct):
    """One aspect of a namespace's state."""

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
    """Group and version of the object."""
    kind: str = ""
    """Kind of the object."""
    namespace: str = ""
    """Namespace of the object."""
    name: str = ""
    """Name of the object."""
    uid: str = ""
    """Identity of the object."""
    resource_version: str = ""
    """Version of the object that is meant."""
    field_path: str = ""
    """Part of the object that is meant, such as spec.containers{web}."""


class Binding(Struct):
    """The decision on which node a pod runs."""

    api_version: str = constant("v1")
    kind: str = constant("Binding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    target: Annotated[ObjectReference, Required] = always(ObjectReference)
    """The node."""


@atomic
class LocalObjectReference(Struct):
    """The name of an object in the same namespace."""

    name: str = ""
    """Name of the object."""


@atomic
class TypedLocalObjectReference(Struct):
    """An object of any kind in the same namespace."""

    api_group: str | None = None
    """Its API group; absent: the core group."""
    kind: Annotated[str, Required] = always(str)
    """Its kind."""
    name: Annotated[str, Required] = always(str)
    """Its name."""


class EventSource(Struct):
    """Who told of an event, in the old form."""

    component: str = ""
    """Name of the program."""
    host: str = ""
    """Node it runs on."""


class Event(Struct):
    """Something that happened to an object, told for people."""

    api_version: str = constant("v1")
    kind: str = constant("Event")
    metadata: Annotated[meta_v1.ObjectMeta, Required] = always(meta_v1.ObjectMeta)
    involved_object: Annotated[ObjectReference, Required] = always(ObjectReference)
    """The object that it happened to."""
    reason: str = ""
    """What happened, as one word for programs."""
    message: str = ""
    """What happened, for people."""
    source: EventSource = always(EventSource)
    """Who told of it; reportingComponent is its successor."""
    first_timestamp: Time | None = None
    """When it first happened."""
    last_timestamp: Time | None = None
    """When it last happened."""
    count: Int32 = 0
    """How often it has happened."""
    type: str = ""
    """Normal or Warning."""
    event_time: MicroTime | None = None
    """When it was first noticed, to the microsecond."""
    series: EventSeries | None = None
    """Repetitions, in the newer form."""
    action: str = ""
    """What was done or refused, as one word."""
    related: ObjectReference | None = None
    """Another object that had a part in it."""
    reporting_component: str = always(str)
    """Who told of it."""
    reporting_instance: str = always(str)
    """Which instance of that program."""


class EventSeries(Struct):
    """Repetitions of an event."""

    count: Int32 = 0
    """How often it has happened."""
    last_observed_time: MicroTime | None = None
    """When it last happened."""


class EventList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("EventList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Event], Required] = always(list)


class LimitRangeItem(Struct):
    """Bounds and defaults for one sort of object."""

    type: Annotated[str, Required] = always(str)
    """Container, Pod or PersistentVolumeClaim."""
    max: dict[str, Quantity] = {}
    """Most of each resource; more is refused."""
    min: dict[str, Quantity] = {}
    """Least of each resource; less is refused."""
    default: dict[str, Quantity] = {}
    """Limits for containers that name none."""
    default_request: dict[str, Quantity] = {}
    """Requests for containers that name none. Default: default."""
    max_limit_request_ratio: dict[str, Quantity] = {}
    """Highest quotient of limit and request."""


class LimitRangeSpec(Struct):
    """Bounds and defaults of a namespace."""

    limits: Annotated[list[LimitRangeItem], Required, ListAtomic] = always(list)
    """One entry for each sort of object."""


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
    """What a namespace may use in total."""

    hard: dict[str, Quantity] = {}
    """Upper bound for each resource, such as requests.cpu, pods or count/deployments.apps."""
    scopes: Annotated[list[ResourceQuotaScope], ListAtomic] = []
    """Only pods that belong to all of these are counted. Empty: everything."""
    scope_selector: ScopeSelector | None = None
    """The same with conditions on the scopes' values, such as priority classes."""


@atomic
class ScopeSelector(Struct):
    """Which pods a quota counts."""

    match_expressions: Annotated[list[ScopedResourceSelectorRequirement], ListAtomic] = []
    """Conditions; all must hold."""


class ScopedResourceSelectorRequirement(Struct):
    """A condition on a scope."""

    scope_name: Annotated[ResourceQuotaScope, Required] = always(str)
    """The scope, such as PriorityClass."""
    operator: Annotated[ScopeSelectorOperator, Required] = always(str)
    """In, NotIn, Exists or DoesNotExist."""
    values: Annotated[list[str], ListAtomic] = []
    """What In and NotIn compare with; empty for the other two."""


class ResourceQuotaStatus(Struct):
    """What a namespace uses."""

    hard: dict[str, Quantity] = {}
    """Upper bounds in force."""
    used: dict[str, Quantity] = {}
    """What is used now."""


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
    """Whether the data cannot be changed any more. Cannot be taken back."""
    data: dict[str, bytes] = {}
    """Values in base64 by key; up to 1 MiB together."""
    string_data: dict[str, str] = {}
    """Values as plain text; moved to data when written, and never read back."""
    type: str = ""
    """What sort it is, which decides about needed keys. Default: Opaque. Cannot be changed."""


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
    """Whether the data cannot be changed any more. Cannot be taken back."""
    data: dict[str, str] = {}
    """Values by key, as UTF-8 text; up to 1 MiB together with binaryData."""
    binary_data: dict[str, bytes] = {}
    """Values by key in base64, for what is no UTF-8. No key may stand in both."""


class ConfigMapList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ConfigMapList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ConfigMap], Required] = always(list)


class ComponentCondition(Struct):
    """Whether the part is well."""

    type: Annotated[str, Required] = always(str)
    """Healthy."""
    status: Annotated[str, Required] = always(str)
    message: str = ""
    """What it says about itself."""
    error: str = ""
    """Why it is not well."""


class ComponentStatus(Struct):
    """Whether a part of the control plane is well; kept for old clients."""

    api_version: str = constant("v1")
    kind: str = constant("ComponentStatus")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    conditions: Annotated[list[ComponentCondition], ListMap("type"), PatchMerge("type")] = []
    """What was found."""


class ComponentStatusList(Struct):
    api_version: str = constant("v1")
    kind: str = constant("ComponentStatusList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ComponentStatus], Required] = always(list)


class DownwardAPIVolumeSource(Struct):
    """A file for each chosen fact about the pod."""

    items: Annotated[list[DownwardAPIVolumeFile], ListAtomic] = []
    """The files."""
    default_mode: Int32 | None = None
    """Permission bits of files that have none of their own. Default: 0644."""


class DownwardAPIVolumeFile(Struct):
    """A fact about the pod as a file."""

    path: Annotated[str, Required] = always(str)
    """Path of the file, below the volume."""
    field_ref: ObjectFieldSelector | None = None
    """A field of the pod."""
    resource_field_ref: ResourceFieldSelector | None = None
    """A limit or request of a container."""
    mode: Int32 | None = None
    """Permission bits of the file. Default: defaultMode of the volume."""


class DownwardAPIProjection(Struct):
    """Facts about the pod as files."""

    items: Annotated[list[DownwardAPIVolumeFile], ListAtomic] = []
    """The files."""


class SecurityContext(Struct):
    """Rights of one container; wins over the pod's."""

    capabilities: Capabilities | None = None
    """Linux capabilities to add or take away."""
    privileged: bool | None = None
    """Whether it has all rights of root on the node. Default: false."""
    se_linux_options: SELinuxOptions | None = None
    """SELinux context. Default: one by the runtime."""
    windows_options: WindowsSecurityContextOptions | None = None
    """Settings for Windows."""
    run_as_user: Int64 | None = None
    """User the processes run as. Default: the image's."""
    run_as_group: Int64 | None = None
    """Group the processes run as. Default: the image's or the runtime's."""
    run_as_non_root: bool | None = None
    """Whether it is refused if it would run as user 0. Default: false."""
    read_only_root_filesystem: bool | None = None
    """Whether its root file system is read-only. Default: false."""
    allow_privilege_escalation: bool | None = None
    """Whether a process may gain rights that its parent has not, as by setuid. Default: true."""
    proc_mount: ProcMountType | None = None
    """Default hides parts of /proc; Unmasked shows all."""
    seccomp_profile: SeccompProfile | None = None
    """Which system calls are allowed."""
    app_armor_profile: AppArmorProfile | None = None
    """The AppArmor profile."""


class SELinuxOptions(Struct):
    """The parts of an SELinux context."""

    user: str = ""
    """Its user."""
    role: str = ""
    """Its role."""
    type: str = ""
    """Its type."""
    level: str = ""
    """Its level."""


class WindowsSecurityContextOptions(Struct):
    """Settings for containers on Windows."""

    gmsa_credential_spec_name: str | None = None
    """Name of a GMSA credential spec."""
    gmsa_credential_spec: str | None = None
    """The GMSA credential spec itself."""
    run_as_user_name: str | None = None
    """User the processes run as."""
    host_process: bool | None = None
    """Whether it runs on the host itself."""


class Sysctl(Struct):
    """A kernel setting."""

    name: Annotated[str, Required] = always(str)
    """Its name, such as net.ipv4.tcp_syncookies."""
    value: Annotated[str, Required] = always(str)
    """Its value."""


class PortStatus(Struct):
    """One port of a load balancer."""

    port: Annotated[Int32, Required] = always(int)
    """Its number."""
    protocol: Annotated[Protocol, Required] = always(str)
    """TCP, UDP or SCTP."""
    error: str | None = None
    """What went wrong with it, as one word."""


class ImageVolumeSource(Struct):
    """The files of an image as a volume."""

    reference: str = ""
    """The image, as in a container."""
    pull_policy: PullPolicy = ""
    """Always, IfNotPresent or Never. Default: as for containers."""


class NodeAllocatableResourceClaimStatus(Struct):
    """What one claim takes of the node's own resources."""

    resource_claim_name: Annotated[str, Required] = always(str)
    """The ResourceClaim."""
    containers: Annotated[list[str], ListSet] = []
    """Containers that use it."""
    resources: Annotated[dict[str, Quantity], Required] = always(dict)
    """What it takes."""
