"""Which servers answer for the rest of the world: the host's resolver configuration.

Where systemd-resolved runs, ``/etc/resolv.conf`` names its stub on a loopback address. The stub would send queries for
cluster names back to us if it were told about us, and means nothing inside of a pod: the file with the real servers is
used instead.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from pathlib import Path

DEFAULT = Path("/etc/resolv.conf")
RESOLVED = Path("/run/systemd/resolve/resolv.conf")


def host_file(default: Path = DEFAULT, resolved: Path = RESOLVED) -> Path:
    """The file with the host's real servers; also what pods with the DNS policy Default get."""
    try:
        servers = nameservers(default.read_text())
    except OSError:
        servers = []
    stub = bool(servers) and all(_is_stub(server) for server in servers)
    return resolved if stub and resolved.is_file() else default


def _is_stub(address: str) -> bool:
    # 127.0.0.53 and 127.0.0.54 are systemd-resolved's; other loopback servers may be real ones.
    return address in ("127.0.0.53", "127.0.0.54")


def nameservers(text: str) -> list[str]:
    """The addresses after ``nameserver``, in their order; what is no address is left out."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                ipaddress.ip_address(words[1].partition("%")[0])
            except ValueError:
                continue
            found.append(words[1])
    return found


class Upstreams:
    """The servers to ask, read again when the file changes."""

    def __init__(self, excluded: Iterable[str] = (), default: Path = DEFAULT, resolved: Path = RESOLVED) -> None:
        self._excluded = frozenset(excluded)
        self._default = default
        self._resolved = resolved
        self._seen: tuple[str, int] | None = None
        self._servers: list[str] = []

    def refresh(self) -> list[str]:
        """The servers, without those that are ourselves."""
        path = host_file(self._default, self._resolved)
        try:
            seen = (str(path), path.stat().st_mtime_ns)
            if seen != self._seen:
                found = nameservers(path.read_text())
                self._servers = [server for server in found if server not in self._excluded]
                self._seen = seen
        except OSError:
            self._servers, self._seen = [], None
        return self._servers
