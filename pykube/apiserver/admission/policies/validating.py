"""ValidatingAdmissionPolicy: CEL rules that may refuse what is written.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/validating/dispatcher.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pykube.api.admissionregistration_v1 import ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding
from pykube.api.scheme import Resource
from pykube.errors import NotFound

from ...authz.authorizer import Authorizer
from ...write import Write
from . import audit, denials, params
from .exemptions import is_exempt
from .inputs import Inputs
from .metrics import PolicyMetrics
from .scene import Scene
from .source import Bound, Hook, Source
from .verdicts import INVALID, Compiled, Verdict, compile_policy

_Hook = Hook[ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, Compiled]
_Bound = Bound[ValidatingAdmissionPolicyBinding]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message with its policy and binding in it, and the reason of the answer."""

    message: str
    reason: str


class ValidatingAdmissionPolicies:
    """The admission plugin; `authorizer` answers for expressions that ask it."""

    def __init__(self, authorizer: Authorizer, metrics: PolicyMetrics) -> None:
        self._authorizer = authorizer
        self._metrics = metrics
        self._source: Source[ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, Compiled] | None = None

    async def __call__(self, write: Write) -> None:
        """Ask all policies.

        Raises:
            ApiError: one refuses; of reason Invalid, Forbidden, Unauthorized or RequestEntityTooLarge.
        """
        source = self._source
        if source is None:
            kinds = ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding
            source = self._source = Source(write.registry, *kinds, compile_policy)
        if source.idle or is_exempt(write):
            return
        judgement = _Judgement(write, self._authorizer, self._metrics)
        refusals = await judgement.refusals(source)
        if refusals:
            raise denials.by_validation(write, refusals[0].message, refusals[0].reason)


class _Judgement:
    """One write before all policies."""

    def __init__(self, write: Write, authorizer: Authorizer, metrics: PolicyMetrics) -> None:
        self._write = write
        self._metrics = metrics
        self._scene = Scene(write, authorizer)
        self._seen: dict[str, Inputs] = {}

    async def refusals(
        self, source: Source[ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, Compiled]
    ) -> list[Refusal]:
        """What the policies have against the write; all of them are asked, as each may warn and annotate."""
        found: list[Refusal] = []
        for hook, criteria, resource in source.index.candidates(self._write):
            problem = hook.problem
            try:
                if not criteria.match_selectors(self._write):
                    continue
            except NotFound as error:
                problem = str(error)
            if problem:
                found.extend(_misconfigured(hook, None, problem))
            else:
                found.extend(await self._ask(hook, resource))
        return found

    async def _ask(self, hook: _Hook, resource: Resource) -> list[Refusal]:
        """What one policy has against the write, under all its bindings."""
        found: list[Refusal] = []
        notes = audit.Notes()
        for bound in hook.bindings:
            try:
                if bound.criteria.match(self._write) is None:
                    continue
                given = params.collect(
                    self._write.registry, hook.params, bound.binding.spec.param_ref, self._write.namespace_name
                )
            except (NotFound, params.ParamError) as error:
                found.extend(_misconfigured(hook, bound, str(error)))
                continue
            for one in given:
                verdict = hook.compiled.judge(await self._inputs(resource), one)
                found.extend(self._act(hook, bound, verdict))
                for key, value in verdict.annotations:
                    notes.add(key, value)
        notes.publish(hook.name, self._write)
        return found

    async def _inputs(self, resource: Resource) -> Inputs:
        """The variables of the write in one version, shared by all policies that want it."""
        found = self._seen.get(resource.api_version)
        if found is None:
            found = self._seen[resource.api_version] = await self._scene.inputs(resource)
        return found

    def _act(self, hook: _Hook, bound: _Bound, verdict: Verdict) -> Iterator[Refusal]:
        """Do what the binding says about each violation."""
        name, spec = bound.binding.metadata.name, bound.binding.spec
        for denial in verdict.denials:
            for action in spec.validation_actions:
                self._metrics.validated(hook.name, name, denial.message, action.lower(), denial.seconds)
                if action == "Deny":
                    yield _refusal(hook, bound, denial.message, denial.reason)
                elif action == "Audit":
                    audit.publish_failure(
                        self._write,
                        policy=spec.policy_name,
                        binding=name,
                        index=denial.index,
                        message=denial.message,
                        actions=spec.validation_actions,
                    )
                elif action == "Warn":
                    self._write.warnings.append(
                        f"Validation failed for ValidatingAdmissionPolicy '{hook.name}' with binding '{name}': "
                        f"{denial.message}"
                    )
        for ignored in verdict.ignored:
            self._metrics.validated(hook.name, name, ignored.message, "allow", ignored.seconds)
        for broken in verdict.broken:
            self._metrics.validated(hook.name, name, broken.message, "deny", broken.seconds)
            yield _refusal(hook, bound, broken.message)


def _refusal(hook: _Hook, bound: _Bound | None, message: str, reason: str = "") -> Refusal:
    binding = f" with binding '{bound.binding.metadata.name}'" if bound is not None else ""
    text = f"ValidatingAdmissionPolicy '{hook.name}'{binding} denied request: {message}"
    return Refusal(text, reason or INVALID)


def _misconfigured(hook: _Hook, bound: _Bound | None, why: str) -> Iterator[Refusal]:
    """What it means that a policy or a binding cannot be evaluated."""
    if hook.policy.spec.failure_policy == "Ignore":
        return
    what = "binding" if bound is not None else "policy"
    yield _refusal(hook, bound, f"failed to configure {what}: {why}")
