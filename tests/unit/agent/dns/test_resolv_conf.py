from __future__ import annotations

import os
from pathlib import Path

from agent.dns.resolv_conf import Upstreams, host_file, nameservers


def test_nameservers_in_order() -> None:
    text = "# comment\nsearch lan\nnameserver 192.168.1.1\nnameserver\nnameserver no\nnameserver fe80::1%eth0\n"
    assert nameservers(text) == ["192.168.1.1", "fe80::1%eth0"]


def test_the_stub_of_systemd_resolved_is_passed_by(tmp_path: Path) -> None:
    default, resolved = tmp_path / "resolv.conf", tmp_path / "resolved.conf"
    default.write_text("nameserver 127.0.0.53\noptions edns0\n")
    assert host_file(default, resolved) == default
    resolved.write_text("nameserver 192.168.1.1\n")
    assert host_file(default, resolved) == resolved
    default.write_text("nameserver 127.0.0.1\n")  # a real server of the host's own
    assert host_file(default, resolved) == default


def test_we_never_ask_ourselves_and_changes_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    upstreams = Upstreams(("10.43.0.10",), path, tmp_path / "none")
    assert upstreams.refresh() == []
    path.write_text("nameserver 10.43.0.10\nnameserver 1.2.3.4\n")
    assert upstreams.refresh() == ["1.2.3.4"]
    path.write_text("nameserver 4.3.2.1\n")
    os.utime(path, ns=(1, 1))
    assert upstreams.refresh() == ["4.3.2.1"]
    path.unlink()
    assert upstreams.refresh() == []
