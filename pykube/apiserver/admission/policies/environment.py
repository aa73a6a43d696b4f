"""What the expressions of admission policies may refer to: the variables, and the types of those that have one.

Source: k8s.io/apiserver, pkg/admission/plugin/cel/compile.go. `object`, `oldObject` and `params` are of any type, as a
policy may be about many kinds; type_checking.py looks at one kind at a time.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from ...cel.environment import Environment
from ...cel.types import (
    AUTHORIZER,
    BOOL,
    DYN,
    INT,
    RESOURCE_CHECK,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
    map_of,
    object_of,
)

AUTHORIZER_NAME: Final = "authorizer"
REQUEST_RESOURCE_NAME: Final = "authorizer.requestResource"

_TEXTS = map_of(STRING, STRING)
_KIND = object_of("kubernetes.GroupVersionKind", {"group": STRING, "version": STRING, "kind": STRING})
_RESOURCE = object_of("kubernetes.GroupVersionResource", {"group": STRING, "version": STRING, "resource": STRING})
_USER = object_of(
    "kubernetes.UserInfo",
    {
        "username": STRING,
        "uid": STRING,
        "groups": list_of(STRING),
        "extra": map_of(STRING, list_of(STRING)),
    },
)
REQUEST: Final = object_of(
    "kubernetes.AdmissionRequest",
    {
        "kind": _KIND,
        "resource": _RESOURCE,
        "subResource": STRING,
        "requestKind": _KIND,
        "requestResource": _RESOURCE,
        "requestSubResource": STRING,
        "name": STRING,
        "namespace": STRING,
        "operation": STRING,
        "userInfo": _USER,
        "dryRun": BOOL,
        "options": DYN,
    },
)
"""The type of ``request``; the object is not in it, as it has variables of its own."""

_NAMESPACE_METADATA = object_of(
    "kubernetes.NamespaceMetadata",
    {
        "name": STRING,
        "generateName": STRING,
        "namespace": STRING,
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "UID": STRING,
        "creationTimestamp": TIMESTAMP,
        "deletionGracePeriodSeconds": INT,
        "deletionTimestamp": TIMESTAMP,
        "generation": INT,
        "resourceVersion": STRING,
        "finalizers": list_of(STRING),
    },
)
_NAMESPACE_CONDITION = object_of(
    "kubernetes.NamespaceCondition",
    {"status": STRING, "type": STRING, "lastTransitionTime": TIMESTAMP, "message": STRING, "reason": STRING},
)
NAMESPACE: Final = object_of(
    "kubernetes.Namespace",
    {
        "metadata": _NAMESPACE_METADATA,
        "spec": object_of("kubernetes.NamespaceSpec", {"finalizers": list_of(STRING)}),
        "status": object_of(
            "kubernetes.NamespaceStatus", {"conditions": list_of(_NAMESPACE_CONDITION), "phase": STRING}
        ),
    },
)
"""The type of ``namespaceObject``."""


def variables(*, params: bool, authorizer: bool, obj: Type = DYN, params_type: Type = DYN) -> Mapping[str, Type]:
    """The variables by name; ``params`` is there for policies with a paramKind, the authorizer not for messages."""
    found: dict[str, Type] = {
        "object": obj,
        "oldObject": obj,
        "namespaceObject": NAMESPACE,
        "request": REQUEST,
    }
    if params:
        found["params"] = params_type
    if authorizer:
        found[AUTHORIZER_NAME] = AUTHORIZER
        found[REQUEST_RESOURCE_NAME] = RESOURCE_CHECK
    return found


@functools.cache
def environment(*, params: bool, authorizer: bool = True, patches: bool = False) -> Environment:
    """The environment of an expression; `patches` adds the types that patches are made of."""
    return Environment(variables(params=params, authorizer=authorizer), patch_types=patches)
