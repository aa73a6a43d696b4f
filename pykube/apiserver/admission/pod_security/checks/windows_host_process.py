"""A host process of Windows is the host's."""

from __future__ import annotations

from pykube.api import core_v1

from ..check import Check, Edition, Finding, Setters, Subject
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    setters = Setters(pod=_is_host_process(subject.spec.security_context))
    setters.containers = [each.name for each in subject.containers() if _is_host_process(each.security_context)]
    if not setters:
        return None
    return Finding("hostProcess", f"{setters} must not set securityContext.windowsOptions.hostProcess=true")


def _is_host_process(context: core_v1.PodSecurityContext | core_v1.SecurityContext | None) -> bool:
    return context is not None and context.windows_options is not None and bool(context.windows_options.host_process)


CHECK = Check("windowsHostProcess", Level.BASELINE, (Edition(0, _test),))
