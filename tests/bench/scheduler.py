"""Scheduling throughput without the API: cycles per second over clusters of 100 to 5,000 nodes.

python -m tests.bench.scheduler [nodes ...]
"""

from __future__ import annotations

import random
import sys
import time

from pykube.api import meta_v1, selectors
from pykube.scheduler.cluster import Cluster
from pykube.scheduler.cycle import Cycle
from pykube.scheduler.plugins import default_plugins
from pykube.scheduler.podinfo import PodInfo
from tests.fakes import workloads

PODS = 2_000


def measure(nodes: int) -> float:
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


def main() -> None:
    for nodes in [int(each) for each in sys.argv[1:]] or [100, 1_000, 5_000]:
        print(f"scheduler cycles, {nodes:>5} nodes: {measure(nodes):8.0f} pods/s", flush=True)


if __name__ == "__main__":
    main()
