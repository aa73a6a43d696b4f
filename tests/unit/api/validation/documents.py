"""Small valid objects for tests to bend."""

from __future__ import annotations

import copy
from typing import Any

from pykube.api import codec, defaults, scheme, validation
from pykube.api.patch import merge_patch
from tests.fakes.documents import CONTAINER, VALID

__all__ = ["CONTAINER", "VALID", "build", "created", "status_updated", "updated"]


def build(kind: str, *patches: dict[str, Any], api_version: str = "v1") -> Any:
    """A complete object of `kind`: the valid one of `VALID`, changed by merge patches."""
    resource = scheme.by_kind(api_version, kind)
    assert resource is not None
    meta: dict[str, Any] = {"name": "x", "resourceVersion": "1", "uid": "u"}
    if resource.namespaced:
        meta["namespace"] = "default"
    doc: Any = merge_patch.apply({"metadata": meta}, copy.deepcopy(VALID.get((api_version, kind), {})))
    for patch in patches:
        doc = merge_patch.apply(doc, patch)
    obj = codec.from_dict(resource.type, doc)
    defaults.apply(obj)
    return obj


def created(obj: Any) -> list[str]:
    """What is wrong with `obj` as a new object."""
    return [str(error) for error in validation.validate_create(obj)]


def updated(new: Any, old: Any) -> list[str]:
    """What is wrong with turning `old` into `new`."""
    return [str(error) for error in validation.validate_update(new, old)]


def status_updated(new: Any, old: Any) -> list[str]:
    """What is wrong with the status of `new` after that of `old`."""
    return [str(error) for error in validation.validate_status_update(new, old)]
