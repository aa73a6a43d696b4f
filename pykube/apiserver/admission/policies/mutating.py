"""MutatingAdmissionPolicy: CEL rules that change what is written.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/mutating/dispatcher.go.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pykube.api import codec
from pykube.api.admissionregistration_v1 import MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding
from pykube.api.scheme import Resource
from pykube.errors import NotFound

from ...authz.authorizer import Authorizer
from ...write import Operation, Write
from . import denials, params
from .conditions import ConditionError
from .exemptions import is_exempt
from .metrics import PolicyMetrics
from .mutations import Compiled, Mutation, MutationError, compile_policy
from .scene import Scene
from .source import Bound, Hook, Source

NAME: Final = "MutatingAdmissionPolicy"

_Hook = Hook[MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Compiled]
_Bound = Bound[MutatingAdmissionPolicyBinding]


class MutatingAdmissionPolicies:
    """The admission plugin; `authorizer` answers for expressions that ask it."""

    def __init__(self, authorizer: Authorizer, metrics: PolicyMetrics) -> None:
        self._authorizer = authorizer
        self._metrics = metrics
        self._source: Source[MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Compiled] | None = None

    async def __call__(self, write: Write) -> None:
        """Let all policies change the object.

        Raises:
            ApiError: one has failed whose failurePolicy is Fail.
        """
        source = self._source
        if source is None:
            kinds = MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding
            source = self._source = Source(write.registry, *kinds, compile_policy)
        if source.idle or write.operation is Operation.DELETE or is_exempt(write):
            return
        run = _Run(write, self._authorizer, self._metrics)
        await run.change(source)
        if run.refusals:
            raise denials.by_mutation(write, run.refusals)


class _Key(NamedTuple):
    """One evaluation of a policy, told from others."""

    policy: str
    binding: str
    param_namespace: str
    param_name: str


@dataclass(slots=True)
class _Memory:
    """What one round leaves to the next: who is to be asked again, if anything changes."""

    asked: set[_Key] = field(default_factory=set)
    again: set[_Key] = field(default_factory=set)
    left: Any = None
    """The object as the policies have left it."""

    def require(self) -> None:
        """Somebody has changed the object since those asked so far saw it."""
        self.again |= self.asked
        self.asked = set()


@dataclass(frozen=True, slots=True)
class _Invocation:
    """A policy that is to be evaluated."""

    hook: _Hook
    bound: _Bound
    resource: Resource
    params: Any

    @property
    def names(self) -> tuple[str, str]:
        """Of the policy and of the binding."""
        return self.hook.name, self.bound.binding.metadata.name

    @property
    def key(self) -> _Key:
        meta = self.params["metadata"] if self.params else {}
        return _Key(*self.names, meta.get("namespace", ""), meta.get("name", ""))


class _Run:
    """One round of all policies over a write. `refusals` are messages and reasons."""

    def __init__(self, write: Write, authorizer: Authorizer, metrics: PolicyMetrics) -> None:
        self._write = write
        self._metrics = metrics
        self._scene = Scene(write, authorizer)
        self._memory: _Memory = write.notes.setdefault(NAME, _Memory())
        self.refusals: list[tuple[str, str]] = []

    async def change(self, source: Source[MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Compiled]) -> None:
        """Evaluate what is concerned, one after the other."""
        invocations = list(self._invocations(source))
        if not invocations:
            return
        write, memory = self._write, self._memory
        found = codec.to_dict(write.object)
        if write.reinvocation and memory.left != found:
            memory.require()
        for invocation in invocations:
            await self._invoke(invocation)
        memory.left = codec.to_dict(write.object)
        if memory.left != found:
            memory.require()
            write.ask_again()

    def _invocations(
        self, source: Source[MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Compiled]
    ) -> Iterator[_Invocation]:
        for hook, criteria, resource in source.index.candidates(self._write):
            problem = hook.problem
            try:
                if not criteria.match_selectors(self._write):
                    continue
            except NotFound as error:
                problem = str(error)
            if problem:
                self._misconfigured(hook, None, problem)
                continue
            for bound in hook.bindings:
                for one in self._params(hook, bound):
                    yield _Invocation(hook, bound, resource, one)

    def _params(self, hook: _Hook, bound: _Bound) -> Iterator[Any]:
        """The parameters to evaluate a binding with, none if it is not concerned."""
        write = self._write
        try:
            if bound.criteria.match(write) is not None:
                ref = bound.binding.spec.param_ref
                yield from params.collect(write.registry, hook.params, ref, write.namespace_name)
        except (NotFound, params.ParamError) as error:
            self._misconfigured(hook, bound, str(error))

    async def _invoke(self, invocation: _Invocation) -> None:
        write, memory = self._write, self._memory
        compiled = invocation.hook.compiled
        try:
            seen = await self._scene.inputs(invocation.resource)
            if not compiled.conditions.match(seen.without_namespace(invocation.params), compiled.composed):
                return
        except ConditionError as error:
            self._refused(invocation.hook, invocation.bound, str(error), "Invalid")
            return
        if write.reinvocation and invocation.key not in memory.again:
            return
        before = codec.to_dict(write.object)
        for mutation in compiled.mutations:
            await self._mutate(invocation, mutation)
        if codec.to_dict(write.object) != before:
            memory.require()
        if invocation.hook.policy.spec.reinvocation_policy == "IfNeeded":
            memory.asked.add(invocation.key)

    async def _mutate(self, invocation: _Invocation, mutation: Mutation) -> None:
        if self._write.object is None:
            return
        began = time.perf_counter()
        try:
            seen = await self._scene.inputs(invocation.resource)
            composed = invocation.hook.compiled.composed
            await mutation.perform(self._write, invocation.resource, seen.values(invocation.params), composed)
            self._metrics.mutated(*invocation.names, seconds=time.perf_counter() - began)
        except MutationError as error:
            self._metrics.mutated(*invocation.names, str(error), seconds=time.perf_counter() - began)
            self._refused(invocation.hook, invocation.bound, str(error), "Invalid")

    def _misconfigured(self, hook: _Hook, bound: _Bound | None, why: str) -> None:
        what = "binding" if bound is not None else "policy"
        self._refused(hook, bound, f"failed to configure {what}: {why}", "")

    def _refused(self, hook: _Hook, bound: _Bound | None, why: str, reason: str) -> None:
        """Note an error, unless errors are to be ignored."""
        if hook.policy.spec.failure_policy == "Ignore":
            return
        if bound is None:
            self.refusals.append((f'policy "{hook.name}" denied request: {why}', reason))
        else:
            binding = bound.binding.metadata.name
            self.refusals.append((f"policy '{hook.name}' with binding '{binding}' denied request: {why}", reason))
