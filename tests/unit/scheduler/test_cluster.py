import random

from pykube.api import meta_v1, selectors
from pykube.scheduler.cluster import ZONE, Cluster
from pykube.scheduler.cycle import Cycle, nodes_to_find
from pykube.scheduler.plugins import default_plugins
from pykube.scheduler.podinfo import PodInfo
from tests.fakes import workloads

WEB = selectors.from_label_selector(meta_v1.LabelSelector(match_labels={"app": "web"}))


def counted(cluster: Cluster) -> tuple[dict[str, int], dict[str, int]]:
    """Matching pods by node and by zone, counted the slow way."""
    nodes: dict[str, int] = {}
    zones: dict[str, int] = {}
    for pod, info in cluster.pods():
        if WEB.matches(pod.labels):
            nodes[info.name] = nodes.get(info.name, 0) + 1
            zone = info.labels.get(ZONE)
            if zone is not None:
                zones[zone] = zones.get(zone, 0) + 1
    return nodes, zones


def test_counts_stay_right_whatever_happens() -> None:
    chance = random.Random(7)
    cluster = Cluster()
    pods: list[PodInfo] = []
    for _ in range(400):
        what = chance.random()
        name = f"n{chance.randrange(6)}"
        if what < 0.15:
            zone = chance.choice(["a", "b", ""])
            cluster.set_node(workloads.node(name, labels={ZONE: zone} if zone else {}))
        elif what < 0.2:
            cluster.remove_node(name)
        elif what < 0.7 or not pods:
            pods.append(PodInfo(workloads.pod("p", labels={"app": chance.choice(["web", "db"])})))
            cluster.set_pod(pods[-1], name)
        else:
            cluster.remove_pod(pods.pop(chance.randrange(len(pods))).uid)
        nodes, zones = counted(cluster)
        assert cluster.matching("default", WEB) == nodes
        known = {info.position: nodes[info.name] for info in cluster.order() if info.name in nodes}
        assert {position: n for position, n in cluster.matching_at("default", WEB).items() if n} == known
        assert {key: n for key, n in cluster.matching_by("default", WEB, ZONE).items() if n} == zones


def test_memory_of_nodes_gives_the_answers_of_a_fresh_look() -> None:
    chance = random.Random(3)
    cluster = Cluster()
    for number in range(20):
        cluster.set_node(workloads.node(f"n{number}", cpu="2"))
    remembering = Cycle(cluster, default_plugins(), random.Random(1))
    placed: list[PodInfo] = []
    for _ in range(150):
        pod = PodInfo(workloads.pod("p", cpu=chance.choice(["100m", "500m", "1"])))
        fresh = Cycle(cluster, default_plugins(), random.Random(1))
        found, expected = remembering.place(pod), fresh.place(pod)
        assert isinstance(found, str) == isinstance(expected, str)
        if isinstance(found, str):
            cluster.assume(pod, found)
            placed.append(pod)
        else:
            assert str(found) == str(expected)
        if chance.random() < 0.3 and placed:
            cluster.remove_pod(placed.pop(chance.randrange(len(placed))).uid)


def test_an_assumed_pod_is_confirmed_or_forgotten() -> None:
    cluster = Cluster()
    cluster.set_node(workloads.node("one"))
    pod = PodInfo(workloads.pod("p", cpu="1"))
    cluster.assume(pod, "one")
    assert cluster.nodes["one"].requested.cpu == 1000
    cluster.forget(pod.uid)
    assert cluster.nodes["one"].requested.cpu == 0
    cluster.assume(pod, "one")
    cluster.set_pod(pod, "one")
    cluster.forget(pod.uid)
    assert cluster.nodes["one"].requested.cpu == 1000


def test_zones_take_turns() -> None:
    cluster = Cluster()
    for name, zone in (("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b")):
        cluster.set_node(workloads.node(name, labels={ZONE: zone}))
    assert [info.name for info in cluster.order()] == ["a1", "b1", "a2", "a3"]


def test_a_part_of_a_big_cluster_is_enough() -> None:
    assert [nodes_to_find(count) for count in (10, 100, 1_000, 5_000, 10_000)] == [10, 100, 420, 500, 500]
