"""The admission plugin PodSecurity."""

from __future__ import annotations

from typing import ClassVar

from pykube.api import core_v1, field_errors

from ... import statuses
from ...write import Operation, Write
from . import subjects
from .check import Finding, Subject
from .evaluation import details, findings
from .existing_pods import warnings_about
from .metrics import PodSecurityMetrics
from .policy import PREFIX, Level, Policy, Standard, policy_of
from .settings import PodSecuritySettings

_IGNORED = frozenset({"exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"})
"""Subresources of pods through which nothing changes that is looked at."""


class PodSecurity:
    """Refuses pods that their namespace does not allow, and warns about templates of such pods."""

    name: ClassVar = "PodSecurity"

    def __init__(self, settings: PodSecuritySettings | None = None) -> None:
        self.settings = settings or PodSecuritySettings()
        """May be replaced before the first request."""
        self.counted = PodSecurityMetrics()

    async def __call__(self, write: Write) -> None:
        """Look at a pod, a template of pods, or the labels of a namespace.

        Raises:
            Forbidden: the namespace does not allow such a pod.
            Invalid: the labels make no sense.
        """
        if write.operation not in (Operation.CREATE, Operation.UPDATE):
            return
        kind = write.resource.group_resource
        if kind == "pods":
            if write.subresource not in _IGNORED:
                self._pod(write)
        elif write.subresource:
            return
        elif kind == "namespaces":
            self._namespace(write)
        elif kind in subjects.WORKLOADS:
            self._workload(write)

    # Pods and workloads

    def _pod(self, write: Write) -> None:
        if self._exempt(write):
            return
        policy = self._policy(write)
        if policy.allows_everything:
            self.counted.evaluated(write, "enforce", policy.enforce, allowed=True)
            write.audit[f"{PREFIX}enforce-policy"] = str(Standard())
            return
        pod: core_v1.Pod = write.object
        if write.old is None or subjects.changed(pod.spec, write.old.spec):
            self._judge(write, policy, subjects.of_pod(pod), enforce=True)

    def _workload(self, write: Write) -> None:
        if self._exempt(write):
            return
        policy = self._policy(write)
        if policy.warn.level is policy.audit.level is Level.PRIVILEGED:
            return
        subject = subjects.of_template(write.resource.group_resource, write.object)
        if subject is not None:
            self._judge(write, policy, subject, enforce=False)

    def _exempt(self, write: Write) -> bool:
        settings = self.settings
        reason = ""
        if write.namespace in settings.exempt_namespaces:
            reason = "namespace"
        elif write.user.name in settings.exempt_users:
            reason = "user"
        if reason:
            self.counted.exempted(write)
            write.audit[f"{PREFIX}exempt"] = reason
        return bool(reason)

    def _policy(self, write: Write) -> Policy:
        """What the namespace asks for; where its labels make no sense the audit log says so."""
        cached = write.registry.cache(core_v1.Namespace).find("", write.namespace)
        policy, wrong = policy_of(cached.labels if cached is not None else {}, self.settings.defaults)
        if wrong:
            self.counted.failed(write)
            write.audit[f"{PREFIX}error"] = f"Failed to parse policy: {'; '.join(map(str, wrong))}"
        return policy

    def _judge(self, write: Write, policy: Policy, subject: Subject, *, enforce: bool) -> None:
        if subject.spec.runtime_class_name in self.settings.exempt_runtime_classes:
            self.counted.exempted(write)
            write.audit[f"{PREFIX}exempt"] = "runtimeClass"
            return
        known: dict[Standard, list[Finding]] = {}

        def judged(standard: Standard) -> str:
            if standard not in known:
                known[standard] = findings(standard, subject)
            return details(known[standard])

        if text := judged(policy.audit):
            self.counted.evaluated(write, "audit", policy.audit, allowed=False)
            write.audit[f"{PREFIX}audit-violations"] = f'would violate PodSecurity "{policy.audit}": {text}'
        if enforce:
            write.audit[f"{PREFIX}enforce-policy"] = str(policy.enforce)
            text = judged(policy.enforce)
            self.counted.evaluated(write, "enforce", policy.enforce, allowed=not text)
            if text:
                why = f'violates PodSecurity "{policy.enforce}": {text}'
                raise statuses.forbidden(write.resource, write.name, why)
        if text := judged(policy.warn):
            self.counted.evaluated(write, "warn", policy.warn, allowed=False)
            write.warnings.append(f'would violate PodSecurity "{policy.warn}": {text}')

    # Namespaces

    def _namespace(self, write: Write) -> None:
        namespace: core_v1.Namespace = write.object
        policy, wrong = policy_of(namespace.metadata.labels, self.settings.defaults)
        old, old_wrong = Policy(), None
        if write.old is not None:
            old, old_wrong = policy_of(write.old.metadata.labels, self.settings.defaults)
        if wrong and wrong != old_wrong:
            raise field_errors.invalid(write.resource, write.name, wrong)
        stricter = policy.enforce != old.enforce and (
            policy.enforce.version != old.enforce.version or policy.enforce.level > old.enforce.level
        )
        if write.old is not None and (not stricter or policy.enforce.level is Level.PRIVILEGED):
            return
        if write.name in self.settings.exempt_namespaces:
            self._warn_of_exemption(write, policy)
        elif write.old is not None:
            write.warnings += warnings_about(write.registry, write.name, policy.enforce, self.settings)

    def _warn_of_exemption(self, write: Write, policy: Policy) -> None:
        if policy.allows_everything or policy.same(self.settings.defaults):
            return
        labels = write.object.metadata.labels
        asked = [
            f"{mode}={standard}"
            for mode, standard in (("enforce", policy.enforce), ("audit", policy.audit), ("warn", policy.warn))
            if standard.level and (f"{PREFIX}{mode}" in labels or f"{PREFIX}{mode}-version" in labels)
        ]
        write.warnings.append(
            f'namespace "{write.name}" is exempt from Pod Security, and the policy ({", ".join(asked)}) will be ignored'
        )
