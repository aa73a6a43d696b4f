"""Memory and idle CPU of each process of the running cluster."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cluster import ensure_running
from tests.bench.report import Figure
from tests.bench.server import proportional_memory

PARTS = {
    "API server": r"python\S* \S*/pykube server",
    "controllers and scheduler": r"pykube\.loops",
    "agent": r"python\S* \S*/pykube agent",
    "containerd": r"^\S*containerd --config",
}
IDLE_SECONDS = 20


def measure() -> Iterator[Figure]:
    ensure_running()
    parts = {name: _matching(pattern) for name, pattern in PARTS.items()}
    for name, pids in parts.items():
        aim = "0.7x of 97 MB" if name == "agent" else ""
        yield Figure(f"memory: {name}", proportional_memory(pids), "MB", aim)
    ours = [pid for name, pids in parts.items() for pid in pids if name != "containerd"]
    yield Figure("memory: server and agent", proportional_memory(ours), "MB", "under 250 MB")
    before = _ticks(ours)
    time.sleep(IDLE_SECONDS)
    share = (_ticks(ours) - before) / os.sysconf("SC_CLK_TCK") / IDLE_SECONDS * 100
    yield Figure("idle CPU: server and agent, of one core", share, "%", "under 2 %")


def _matching(pattern: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if re.search(pattern, line):
                found.append(int(entry.name))
    return found


def _ticks(pids: list[int]) -> int:
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total
