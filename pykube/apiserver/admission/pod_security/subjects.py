"""Where pods and templates of pods are found in objects (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pykube.api import core_v1

from .check import AnyContainer, Subject

_TEMPLATES: Final[Mapping[str, Callable[[Any], core_v1.PodTemplateSpec | None]]] = {
    "replicationcontrollers": lambda obj: obj.spec.template,
    "podtemplates": lambda obj: obj.template,
    "replicasets.apps": lambda obj: obj.spec.template,
    "deployments.apps": lambda obj: obj.spec.template,
    "statefulsets.apps": lambda obj: obj.spec.template,
    "daemonsets.apps": lambda obj: obj.spec.template,
    "jobs.batch": lambda obj: obj.spec.template,
    "cronjobs.batch": lambda obj: obj.spec.job_template.spec.template,
}
WORKLOADS: Final = frozenset(_TEMPLATES)
"""Kinds with a template, as ``plural.group``."""


def of_pod(pod: core_v1.Pod) -> Subject:
    """The pod itself."""
    return Subject(pod.metadata.annotations, pod.spec)


def of_template(group_resource: str, obj: Any) -> Subject | None:
    """What a workload would create; None while it has no template."""
    template = _TEMPLATES[group_resource](obj)
    return Subject(template.metadata.annotations, template.spec) if template is not None else None


def changed(new: core_v1.PodSpec, old: core_v1.PodSpec) -> bool:
    """Whether an update changes what is looked at: of a pod that is there only images, and ephemeral containers."""
    if len(new.containers) != len(old.containers) or len(new.init_containers) != len(old.init_containers):
        return True
    pairs: list[tuple[AnyContainer, AnyContainer]] = [
        *zip(new.containers, old.containers, strict=True),
        *zip(new.init_containers, old.init_containers, strict=True),
    ]
    known = {each.name: each for each in old.ephemeral_containers}
    if any(each.name not in known for each in new.ephemeral_containers):
        return True
    pairs += [(each, known[each.name]) for each in new.ephemeral_containers]
    return any(one.image != other.image for one, other in pairs)
