"""Only kernel settings that stay within the pod."""

from __future__ import annotations

from collections.abc import Collection

from ..check import Check, Edition, Finding, Subject
from ..check import Test as CheckTest
from ..policy import Level

_V0 = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    }
)
_V27 = _V0 | {"net.ipv4.ip_local_reserved_ports"}
_V29 = _V27 | {
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}
_V32 = _V29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}


def _with(allowed: Collection[str]) -> CheckTest:
    def test(subject: Subject) -> Finding | None:
        context = subject.spec.security_context
        bad = [each.name for each in context.sysctls if each.name not in allowed] if context is not None else []
        return Finding("forbidden sysctls", ", ".join(bad)) if bad else None

    return test


CHECK = Check(
    "sysctls",
    Level.BASELINE,
    (Edition(0, _with(_V0)), Edition(27, _with(_V27)), Edition(29, _with(_V29)), Edition(32, _with(_V32))),
)
