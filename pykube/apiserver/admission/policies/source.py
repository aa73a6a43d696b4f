"""The policies of one kind with their bindings, kept up to date from the watch caches.

A write looks at an index that is made anew when a policy, a binding or the resources served have changed; a policy is
compiled when a write first needs it, once for each of its generations.
Source: k8s.io/apiserver, pkg/admission/plugin/policy/generic/policy_source.go.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pykube.api import codec
from pykube.api.admissionregistration_v1 import (
    MatchResources,
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
)
from pykube.api.scheme import Resource
from pykube.api.selectors import SelectorError

from ...watch_cache import CacheEvent
from ..matching import Criteria, Index
from . import params

if TYPE_CHECKING:
    from ...registry import Registry

log = logging.getLogger(__name__)

P = TypeVar("P", bound=ValidatingAdmissionPolicy | MutatingAdmissionPolicy)
B = TypeVar("B", bound=ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding)
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Bound(Generic[B]):
    """A binding and what it looks for."""

    binding: B
    criteria: Criteria


class Hook(Generic[P, B, C]):
    """A policy that is bound. `problem` says why it cannot be evaluated, "" when it can."""

    __slots__ = ("_compile", "_compiled", "bindings", "params", "policy", "problem")

    def __init__(
        self,
        policy: P,
        bindings: Sequence[Bound[B]],
        compile_policy: Callable[[P], C],
        *,
        param_resource: Resource | None,
        problem: str,
    ) -> None:
        self.policy = policy
        self.bindings = bindings
        self.params = param_resource
        self.problem = problem
        self._compile = compile_policy
        self._compiled: C | None = None

    @property
    def name(self) -> str:
        return self.policy.metadata.name

    @property
    def compiled(self) -> C:
        """The policy's expressions."""
        if self._compiled is None:
            self._compiled = self._compile(self.policy)
        return self._compiled


class Source(Generic[P, B, C]):
    """Follows the policies and bindings of a registry."""

    def __init__(
        self, registry: Registry, policies: type[P], bindings: type[B], compile_policy: Callable[[P], C]
    ) -> None:
        self._registry = registry
        self._policy_type = policies
        self._binding_type = bindings
        self._compile = compile_policy
        self._policies: dict[str, P] = {}
        self._bindings: dict[str, B] = {}
        self._compiled: dict[str, tuple[str, int, C]] = {}
        self._index: Index[Hook[P, B, C]] | None = None
        registry.cache(policies).subscribe(self._policy_changed)
        registry.cache(bindings).subscribe(self._binding_changed)
        registry.on_change.append(self._stale)

    @property
    def index(self) -> Index[Hook[P, B, C]]:
        """The bound policies, in order of their names."""
        if self._index is None:
            self._index = self._make()
        return self._index

    @property
    def idle(self) -> bool:
        """Whether no policy is bound, so that nobody has to be asked: the cheap question of each write."""
        return not (self._bindings and self._policies)

    def _stale(self) -> None:
        self._index = None

    def _policy_changed(self, event: CacheEvent) -> None:
        name = event.object.name
        if event.type == "DELETED":
            self._policies.pop(name, None)
            self._compiled.pop(name, None)
        else:
            self._policies[name] = codec.decode(self._policy_type, event.object.data)
        self._stale()

    def _binding_changed(self, event: CacheEvent) -> None:
        if event.type == "DELETED":
            self._bindings.pop(event.object.name, None)
        else:
            self._bindings[event.object.name] = codec.decode(self._binding_type, event.object.data)
        self._stale()

    def _make(self) -> Index[Hook[P, B, C]]:
        bound: dict[str, list[B]] = {}
        for _, binding in sorted(self._bindings.items()):
            bound.setdefault(binding.spec.policy_name, []).append(binding)
        return Index(
            self._hook(self._policies[name], bindings)
            for name, bindings in sorted(bound.items())
            if name in self._policies
        )

    def _hook(self, policy: P, bindings: Sequence[B]) -> tuple[Hook[P, B, C], Criteria]:
        kind, problem, resource = policy.spec.param_kind, "", None
        if kind is not None:
            resource = params.resource_of(self._registry, kind)
            problem = params.unknown(kind) if resource is None else ""
        criteria, wrong = _criteria(policy.spec.match_constraints)
        pairs = [(binding, *_criteria(binding.spec.match_resources)) for binding in bindings]
        hook = Hook[P, B, C](
            policy,
            [Bound(binding, found) for binding, found, _ in pairs],
            self._remembered,
            param_resource=resource,
            problem=problem or wrong or next((one for _, _, one in pairs if one), ""),
        )
        return hook, criteria

    def _remembered(self, policy: P) -> C:
        """What a generation of a policy was compiled to."""
        meta = policy.metadata
        known = self._compiled.get(meta.name)
        if known is not None and known[:2] == (meta.uid, meta.generation):
            return known[2]
        compiled = self._compile(policy)
        self._compiled[meta.name] = (meta.uid, meta.generation, compiled)
        return compiled


def _criteria(match: MatchResources | None) -> tuple[Criteria, str]:
    """What is looked for; selectors that cannot be read, which validation does not let in, are told as a problem."""
    try:
        return Criteria.of_resources(match), ""
    except SelectorError as error:
        assert match is not None
        return Criteria(match.resource_rules, excluded=match.exclude_resource_rules, anything=True), str(error)
