"""What a pod as a whole requests: stories, and laws."""

from hypothesis import given
from hypothesis import strategies as st

from pykube.api import codec, core_v1
from pykube.api.quota import amounts, pod_resources
from tests.fakes.workloads import amounts as quantities

CPU = st.integers(0, 64).map(lambda number: {"cpu": f"{number}"})
SHARES = st.lists(CPU, max_size=4)
INIT = st.lists(st.tuples(CPU, st.booleans()), max_size=5)


def pod(containers, init=(), **spec):
    shares = [{"name": f"c{n}", "resources": {"requests": each}} for n, each in enumerate(containers)]
    first = [
        {"name": f"i{n}", "resources": {"requests": each}, **({"restartPolicy": "Always"} if stays else {})}
        for n, (each, stays) in enumerate(init)
    ]
    return codec.from_dict(core_v1.Pod, {"spec": {"containers": shares, "initContainers": first, **spec}})


def test_an_init_container_needs_its_share_beside_the_sidecars_before_it():
    found = pod([{"cpu": "1"}], [({"cpu": "2"}, True), ({"cpu": "4"}, False), ({"cpu": "1"}, True)])
    assert pod_resources.requests(found) == quantities(cpu="6")


def test_resources_of_the_whole_pod_and_overhead():
    found = pod([{"cpu": "1", "memory": "1Gi"}], resources={"requests": {"cpu": "3"}}, overhead={"cpu": "100m"})
    assert pod_resources.requests(found) == quantities(cpu="3100m", memory="1Gi")


def test_a_resize_counts_with_the_larger_side_until_it_is_done():
    found = pod([{"cpu": "1"}])
    found.status.container_statuses = [
        core_v1.ContainerStatus(
            name="c0",
            resources=core_v1.ResourceRequirements(requests=quantities(cpu="3")),
            allocated_resources=quantities(cpu="2"),
        )
    ]
    assert pod_resources.requests(found) == quantities(cpu="3")
    found.spec.containers[0].resources.requests = quantities(cpu="8")
    assert pod_resources.requests(found) == quantities(cpu="8")
    found.status.conditions = [core_v1.PodCondition(type="PodResizePending", status="True", reason="Infeasible")]
    assert pod_resources.requests(found) == quantities(cpu="3")


@given(SHARES, INIT)
def test_no_moment_of_the_pods_life_needs_more_and_one_needs_as_much(shares, init):
    """The definition, step by step: sidecars stay, other init containers go before the next begins."""
    running, peak = 0, 0
    for share, stays in init:
        peak = max(peak, running + int(share["cpu"]))
        running += int(share["cpu"]) if stays else 0
    peak = max(peak, running + sum(int(share["cpu"]) for share in shares))
    assert pod_resources.requests(pod(shares, init)).get("cpu", amounts.ZERO).value == peak


@given(SHARES, INIT, CPU)
def test_another_container_never_makes_a_pod_cheaper(shares, init, more):
    before = pod_resources.requests(pod(shares, init)).get("cpu", amounts.ZERO)
    assert pod_resources.requests(pod([*shares, more], init))["cpu"] >= before
