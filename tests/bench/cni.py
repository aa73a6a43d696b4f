"""ADD and DEL of the CNI plugin as the runtime calls it: a whole process each, answered by the running agent."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cluster import ensure_running
from tests.bench.report import Figure

RUNS = 20
PLUGIN = Path("/var/lib/pykube/cni/bin/pykube")
CONFIGURATION = Path("/etc/pykube/cni/net.d/10-pykube.conflist")


def _call(command: str, container: str, network: dict[str, object], namespace: str) -> float:
    environment = {
        "PATH": os.environ["PATH"],
        "CNI_COMMAND": command,
        "CNI_CONTAINERID": container,
        "CNI_NETNS": f"/run/netns/{namespace}",
        "CNI_IFNAME": "eth0",
        "CNI_PATH": str(PLUGIN.parent),
    }
    began = time.perf_counter()
    subprocess.run([PLUGIN], input=json.dumps(network).encode(), env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def measure() -> Iterator[Figure]:
    ensure_running()
    listing = json.loads(CONFIGURATION.read_text())
    network = {**listing["plugins"][0], "name": listing["name"], "cniVersion": listing["cniVersion"]}
    added, deleted = [], []
    for number in range(RUNS):
        namespace = f"pk-bench-{number}"
        subprocess.run(["ip", "netns", "add", namespace], check=True)
        try:
            added.append(_call("ADD", f"bench{number}", network, namespace))
            deleted.append(_call("DEL", f"bench{number}", network, namespace))
        finally:
            subprocess.run(["ip", "netns", "delete", namespace], check=True)
    yield Figure("CNI ADD, median", statistics.median(added) * 1000, "ms", "30 ms")
    yield Figure("CNI DEL, median", statistics.median(deleted) * 1000, "ms", "0.5x of 80 ms")
