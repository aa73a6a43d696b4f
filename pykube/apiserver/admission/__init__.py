"""Admission: one file per plugin, named as upstream names it, and the order in which they run."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..authz.node_restriction import node_restriction
from ..write import Stage
from .default_storage_class import default_storage_class
from .default_toleration_seconds import default_toleration_seconds
from .limit_ranger import limit_ranger, limit_ranger_check
from .namespace_lifecycle import namespace_lifecycle
from .pod_security.plugin import PodSecurity
from .priority import priority
from .resource_quota import ResourceQuota
from .runtime_class import runtime_class
from .service_account import service_account
from .taint_nodes_by_condition import taint_nodes_by_condition


@dataclass(slots=True)
class Chain:
    """The plugins in the order in which they run; parts of the server that check writes may add themselves.

    Policies come before webhooks, in both lists, and both after what is built in.
    """

    mutating: list[Stage] = field(default_factory=list)
    validating: list[Stage] = field(default_factory=list)
    final: list[Stage] = field(default_factory=list)
    """Asked when all others have agreed: what counts objects must not count those that are refused."""


def default_chain() -> Chain:
    """The plugins that are on by default, in upstream's order."""
    return Chain(
        mutating=[
            namespace_lifecycle,
            limit_ranger,
            service_account,
            taint_nodes_by_condition,
            priority,
            default_toleration_seconds,
            default_storage_class,
            runtime_class,
            node_restriction,
        ],
        validating=[limit_ranger_check, PodSecurity()],
        final=[ResourceQuota()],
    )
