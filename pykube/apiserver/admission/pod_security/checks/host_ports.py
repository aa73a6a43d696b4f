"""No ports of the host."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject, named, plural
from ..policy import Level


def _test(subject: Subject) -> Finding | None:
    bad: list[str] = []
    ports: set[str] = set()
    for each in subject.containers():
        taken = {str(port.host_port) for port in each.ports if port.host_port}
        if taken:
            bad.append(each.name)
            ports |= taken
    if not bad:
        return None
    verb = "uses" if len(bad) == 1 else "use"
    return Finding("hostPort", f"{named(bad)} {verb} {plural('hostPort', len(ports))} {', '.join(sorted(ports))}")


CHECK = Check("hostPorts", Level.BASELINE, (Edition(0, _test),))
