"""The policy where none is configured: who has changed what, and who has read what, without ever showing secrets."""

from __future__ import annotations

from ..authn.user import User
from ..authz.authorizer import Attributes
from .policy import GroupResources, Judge, Level, Policy, Rule

SENSITIVE = (
    GroupResources(group="", resources=["secrets", "configmaps", "serviceaccounts/token"]),
    GroupResources(group="authentication.k8s.io", resources=["tokenreviews"]),
)
"""What holds secrets in its requests and answers."""

DEFAULT = Policy(
    omit_stages=["RequestReceived"],
    omit_managed_fields=True,
    rules=[
        Rule(level="None", non_resource_urls=["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"]),
        Rule(
            level="None",
            verbs=["get", "list", "watch", "create", "update", "patch"],
            resources=[
                GroupResources(group="coordination.k8s.io", resources=["leases"]),
                GroupResources(group="", resources=["events", "nodes/status"]),
                GroupResources(group="events.k8s.io", resources=["events"]),
            ],
        ),
        Rule(level="Metadata", resources=list(SENSITIVE)),
        Rule(level="Request", verbs=["create", "update", "patch", "delete", "deletecollection"]),
        Rule(level="Metadata"),
    ],
)
"""Heartbeats and events are left out: they are most of the writes of a quiet cluster."""

_ASKED = (
    Attributes(user=User("somebody"), verb="create", version="v1", resource="secrets", namespace="default"),
    Attributes(
        user=User("somebody"),
        verb="create",
        version="v1",
        resource="serviceaccounts",
        subresource="token",
        namespace="default",
        name="default",
    ),
    Attributes(
        user=User("somebody"), verb="create", group="authentication.k8s.io", version="v1", resource="tokenreviews"
    ),
)


def exposed(judge: Judge) -> list[str]:
    """The resources whose secrets a policy would have written down."""
    return [one.full_resource for one in _ASKED if judge.judge(one).level >= Level.REQUEST]
