"""Whether an object may be stored, per type. Facts and messages: Kubernetes v1.36, pkg/apis/*/validation.

One file per group version (and per part of the big kinds), each with a ``CATALOG`` from type to `Rules`. They are
imported when an object of their group version is first seen. A kind without rules of its own still has its metadata
checked. Objects are expected to be complete, that is to have been through `defaults`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import Any

from .. import scheme
from ..field_errors import FieldError
from ..schema import Struct
from . import meta
from .rules import Rules

_MODULES = frozenset(
    {
        "admissionregistration_v1",
        "apiextensions_v1",
        "apiregistration_v1",
        "apps_v1",
        "authentication_v1",
        "authorization_v1",
        "autoscaling_v1",
        "autoscaling_v2",
        "batch_v1",
        "certificates_v1",
        "coordination_v1",
        "core_v1",
        "discovery_v1",
        "events_v1",
        "flowcontrol_v1",
        "networking_v1",
        "node_v1",
        "policy_v1",
        "rbac_v1",
        "resource_v1",
        "scheduling_v1",
        "storage_v1",
    }
)
_WITHOUT_RULES = Rules()
_MOST = 200
"""Findings that are told about one object."""


def validate_create(obj: Any) -> list[FieldError]:
    """What is wrong with a new object."""
    cls: type[Struct] = type(obj)
    rules, namespaced = _find(cls)
    own = () if namespaced is None else meta.object_meta(obj.metadata, rules.name, namespaced=namespaced)
    return _first(own, rules.create(obj) if rules.create is not None else ())


def validate_update(new: Any, old: Any) -> list[FieldError]:
    """What is wrong with changing `old` into `new`."""
    cls: type[Struct] = type(new)
    rules, namespaced = _find(cls)
    own = () if namespaced is None else meta.object_meta_update(new.metadata, old.metadata)
    if rules.update is not None:
        return _first(own, rules.update(new, old))
    return _first(own, rules.create(new) if rules.create is not None else ())


def validate_status_update(new: Any, old: Any) -> list[FieldError]:
    """What is wrong with changing the status of `old` into that of `new`."""
    cls: type[Struct] = type(new)
    rules, namespaced = _find(cls)
    own = () if namespaced is None else meta.object_meta_update(new.metadata, old.metadata)
    return _first(own, rules.status(new, old) if rules.status is not None else ())


def _first(own: Iterable[FieldError], others: Iterable[FieldError]) -> list[FieldError]:
    """As many findings as help anybody: an object of many thousand broken parts must not make as many messages."""
    return list(islice(chain(own, others), _MOST))


@functools.cache
def _find(cls: type[Struct]) -> tuple[Rules, bool | None]:
    """The rules of a type, and whether its objects are in namespaces; None for what has no metadata to check."""
    module = cls.__module__.rpartition(".")[2]
    catalog: Mapping[type[Struct], Rules] = {}
    if module in _MODULES:
        catalog = importlib.import_module(f"{__name__}.{module}").CATALOG
    resource = scheme.by_kind(*_identity(cls))
    # What is only answered and never stored, such as a review or a binding, has no name.
    stored = resource is not None and "get" in resource.verbs
    return catalog.get(cls, _WITHOUT_RULES), resource.namespaced if resource is not None and stored else None


def _identity(cls: type[Struct]) -> tuple[str, str]:
    empty: Any = cls()
    return getattr(empty, "api_version", ""), getattr(empty, "kind", "")
