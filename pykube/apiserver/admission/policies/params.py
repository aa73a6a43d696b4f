"""The objects that parametrise a policy: of its paramKind, named or selected by the binding's paramRef.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/generic/policy_dispatcher.go (CollectParams).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pykube.api import selectors
from pykube.api.admissionregistration_v1 import ParamKind, ParamRef
from pykube.api.scheme import Resource

from ...watch_cache import WatchCache

if TYPE_CHECKING:
    from ...registry import Registry

NO_PARAMS: Sequence[Any] = (None,)
"""A policy without parameters is evaluated once, with none."""


class ParamError(Exception):
    """The parameters of a binding cannot be had; what follows is said by the policy's failurePolicy."""


def resource_of(registry: Registry, kind: ParamKind) -> Resource | None:
    """What serves the objects of a kind; None when nothing does."""
    group, _, version = kind.api_version.rpartition("/")
    for resource in registry.resources():
        if resource.gvk == (group, version, kind.kind) and "get" in resource.verbs:
            return resource
    return None


def unknown(kind: ParamKind) -> str:
    """What is wrong with a policy whose parameters nobody serves."""
    group, _, version = kind.api_version.rpartition("/")
    return f"failed to find resource referenced by paramKind: '{group}/{version}, Kind={kind.kind}'"


def collect(registry: Registry, resource: Resource | None, ref: ParamRef | None, namespace: str) -> Sequence[Any]:
    """The parameters as plain data; `resource` is None for policies without, `namespace` that of the request.

    An empty answer means that the binding is not to be evaluated.

    Raises:
        ParamError: there are none, or they cannot be found.
    """
    if resource is None or ref is None:
        return NO_PARAMS
    if resource.namespaced:
        namespace = ref.namespace or namespace
        if not namespace:
            raise ParamError("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
    elif ref.namespace:
        raise ParamError("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
    else:
        namespace = ""
    found = _find(registry.cache(resource), ref, namespace)
    if not found and ref.parameter_not_found_action == "Deny":
        raise ParamError("no params found for policy binding with `Deny` parameterNotFoundAction")
    return found


def _find(cache: WatchCache, ref: ParamRef, namespace: str) -> Sequence[Any]:
    if ref.name:
        named = cache.find(namespace, ref.name)
        return () if named is None else (_decoded(named.data),)
    if ref.selector is None:
        raise ParamError("one of name or selector must be provided")
    selector = selectors.from_label_selector(ref.selector)
    return [_decoded(one.data) for one in cache.snapshot(namespace) if selector.matches(one.labels)]


@functools.lru_cache(maxsize=64)
def _decoded(data: bytes) -> Any:
    """Parameters change seldom and are looked at with each write; nobody may change what is answered."""
    return msgspec.json.decode(data)
