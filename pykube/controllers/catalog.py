"""The controllers that run, in one place. A new one is a file of its own and a line here."""

from __future__ import annotations

from .base import Controller
from .context import Context
from .deployment import DeploymentController
from .garbagecollector import GarbageCollector
from .namespace import NamespaceController
from .replicaset import ReplicaSetController
from .replicationcontroller import ReplicationControllerController
from .root_ca import RootCaPublisher
from .serviceaccount import ServiceAccountController

ALL: tuple[type[Controller], ...] = (
    ServiceAccountController,
    NamespaceController,
    GarbageCollector,
    RootCaPublisher,
    ReplicaSetController,
    ReplicationControllerController,
    DeploymentController,
)


def build(context: Context) -> list[Controller]:
    """One of each."""
    return [kind(context) for kind in ALL]
