"""The controllers that run, in one place. A new one is a file of its own and a line here."""

from __future__ import annotations

from .base import Controller
from .bootstrapsigner import BootstrapSigner
from .context import Context
from .cronjob import CronJobController
from .csrapproving import CsrApprovingController
from .csrcleaner import CsrCleanerController
from .csrsigning import CsrSigningController
from .daemonset import DaemonSetController
from .deployment import DeploymentController
from .disruption import DisruptionController
from .endpoints import EndpointsController
from .endpointslice import EndpointSliceController
from .endpointslicemirroring import EndpointSliceMirroringController
from .garbagecollector import GarbageCollector
from .job import JobController
from .namespace import NamespaceController
from .nodeipam import NodeIpamController
from .nodelifecycle import NodeLifecycleController
from .podgc import PodGarbageCollector
from .pvcprotection import PvcProtectionController
from .pvprotection import PvProtectionController
from .replicaset import ReplicaSetController
from .replicationcontroller import ReplicationControllerController
from .resourcequota import ResourceQuotaController
from .root_ca import RootCaPublisher
from .serviceaccount import ServiceAccountController
from .statefulset import StatefulSetController
from .tainteviction import TaintEvictionController
from .tokencleaner import TokenCleaner
from .ttlafterfinished import TtlAfterFinishedController
from .vacprotection import VacProtectionController

ALL: tuple[type[Controller], ...] = (
    ServiceAccountController,
    RootCaPublisher,
    NodeIpamController,
    NodeLifecycleController,
    TaintEvictionController,
    PodGarbageCollector,
    ReplicaSetController,
    ReplicationControllerController,
    DeploymentController,
    DaemonSetController,
    StatefulSetController,
    JobController,
    CronJobController,
    TtlAfterFinishedController,
    DisruptionController,
    ResourceQuotaController,
    CsrApprovingController,
    CsrSigningController,
    CsrCleanerController,
    BootstrapSigner,
    TokenCleaner,
    PvcProtectionController,
    PvProtectionController,
    VacProtectionController,
    EndpointSliceController,
    EndpointsController,
    EndpointSliceMirroringController,
    NamespaceController,
    GarbageCollector,
)


def build(context: Context) -> list[Controller]:
    """One of each."""
    return [kind(context) for kind in ALL]
