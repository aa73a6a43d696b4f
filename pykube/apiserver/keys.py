"""Where objects lie in the store: the layout that upstream uses in etcd, so that its tools find their way."""

from __future__ import annotations

from collections.abc import Mapping

from pykube.api.scheme import CustomResource, Resource

ROOT = "/registry/"

_PLACES: Mapping[tuple[str, str], str] = {
    ("", "nodes"): "minions",
    ("", "services"): "services/specs",
    ("", "endpoints"): "services/endpoints",
    ("", "replicationcontrollers"): "controllers",
    ("events.k8s.io", "events"): "events",
    ("networking.k8s.io", "ingresses"): "ingress",
    ("apiextensions.k8s.io", "customresourcedefinitions"): "apiextensions.k8s.io/customresourcedefinitions",
    ("apiregistration.k8s.io", "apiservices"): "apiregistration.k8s.io/apiservices",
}
"""Resources that lie elsewhere than under their plural."""


def prefix(resource: Resource) -> str:
    """The key prefix of all objects of a resource, with the slash at its end; custom ones lie under their group."""
    usual = f"{resource.group}/{resource.plural}" if isinstance(resource, CustomResource) else resource.plural
    return f"{ROOT}{_PLACES.get((resource.group, resource.plural), usual)}/"


def key(resource_prefix: str, namespace: str, name: str) -> str:
    """The key of one object; `namespace` is "" for cluster-scoped resources."""
    return f"{resource_prefix}{namespace}/{name}" if namespace else resource_prefix + name
