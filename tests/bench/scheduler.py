"""Scheduling throughput without the API: cycles per second over clusters of 100 to 5,000 nodes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from pykube.api import meta_v1, selectors
from pykube.scheduler.cluster import Cluster
from pykube.scheduler.cycle import Cycle
from pykube.scheduler.plugins import default_plugins
from pykube.scheduler.podinfo import PodInfo
from tests.bench.report import Figure
from tests.fakes import workloads

PODS = 2_000


def throughput(nodes: int) -> float:
    """Pods placed per second of CPU time, so that neighbours on the machine matter less; nodes are in ten zones."""
    cluster = Cluster()
    spread = selectors.from_label_selector(meta_v1.LabelSelector(match_labels={"app": "web"}))
    cluster.default_selector = lambda pod: spread
    for number in range(nodes):
        zone = {"topology.kubernetes.io/zone": f"zone-{number % 10}"}
        cluster.set_node(workloads.node(f"node-{number}", labels=zone))
    cycle = Cycle(cluster, default_plugins(), random.Random(0))
    pods = [workloads.pod(f"pod-{n}", cpu="100m", memory="100Mi", labels={"app": "web"}) for n in range(PODS)]
    began = time.process_time()
    for pod in pods:
        info = PodInfo(pod)
        place = cycle.place(info)
        if not isinstance(place, str):
            raise SystemExit(f"a pod did not fit: {place}")
        cluster.assume(info, place)
    return PODS / (time.process_time() - began)


def measure() -> Iterator[Figure]:
    for nodes in (100, 1_000, 5_000):
        aim = "680 pods/s, with binding" if nodes == 5_000 else ""
        yield Figure(f"scheduler cycles, {nodes:,} nodes", throughput(nodes), "pods/s", aim)
