"""The host's network, processes and shared memory are its own."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    spec = subject.spec
    asked = {"hostNetwork": spec.host_network, "hostPID": spec.host_pid, "hostIPC": spec.host_ipc}
    bad = [f"{name}=true" for name, wanted in asked.items() if wanted]
    return Finding("host namespaces", ", ".join(bad)) if bad else None


CHECK = Check("hostNamespaces", Level.BASELINE, (Edition(0, _test),))
