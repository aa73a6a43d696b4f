"""By what to spread pods that do not say it themselves: the selectors of their Services and of what manages them."""

from __future__ import annotations

from typing import Any, Final

from pykube.api import apps_v1, core_v1, meta_v1, owners, selectors
from pykube.client.informer import Informer, InformerSet

from .podinfo import PodInfo

BY_PAIR: Final = "scheduling pair"
"""Services by one pair of their selector, so that a pod's are found without asking all."""


def _pair(service: core_v1.Service) -> list[str]:
    if not service.spec.selector:
        return []
    key, value = min(service.spec.selector.items())
    return [f"{service.metadata.namespace}/{key}={value}"]


class DefaultSelectors:
    """Looks up Services and workloads in the shared caches."""

    def __init__(self, informers: InformerSet) -> None:
        self._services: Informer[core_v1.Service] = informers.informer(core_v1.Service)
        self._services.add_index(BY_PAIR, _pair)
        self._owners: dict[str, Informer[Any]] = {
            "ReplicaSet": informers.informer(apps_v1.ReplicaSet),
            "StatefulSet": informers.informer(apps_v1.StatefulSet),
            "ReplicationController": informers.informer(core_v1.ReplicationController),
        }

    @property
    def informers(self) -> list[Informer[Any]]:
        """What must be filled before `of` can be trusted."""
        return [self._services, *self._owners.values()]

    def of(self, pod: PodInfo) -> selectors.LabelSelector | None:
        """All that selects the pod, in one selector; None when nothing does."""
        labels: dict[str, str] = {}
        expressions: list[meta_v1.LabelSelectorRequirement] = []
        for key, value in pod.labels.items():
            for service in self._services.by_index(BY_PAIR, f"{pod.namespace}/{key}={value}"):
                if service.spec.selector.items() <= pod.labels.items():
                    labels.update(service.spec.selector)
        selector = self._owner_selector(pod)
        if isinstance(selector, dict):
            labels.update(selector)
        elif selector is not None:
            labels.update(selector.match_labels)
            expressions += selector.match_expressions
        if not labels and not expressions:
            return None
        return selectors.from_label_selector(meta_v1.LabelSelector(match_labels=labels, match_expressions=expressions))

    def _owner_selector(self, pod: PodInfo) -> meta_v1.LabelSelector | dict[str, str] | None:
        reference = owners.controller_of(pod.pod)
        informer = self._owners.get(reference.kind) if reference is not None else None
        if reference is None or informer is None:
            return None
        owner = informer.get(reference.name, pod.namespace)
        if owner is None or owner.metadata.uid != reference.uid:
            return None
        selector: meta_v1.LabelSelector | dict[str, str] | None = owner.spec.selector
        return selector
