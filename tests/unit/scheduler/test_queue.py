from pykube.scheduler.plugin import ClusterEvent
from pykube.scheduler.podinfo import PodInfo
from pykube.scheduler.queue import MAX_UNSCHEDULABLE, SchedulingQueue
from tests.fakes import workloads

EVENTS = {"Fit": frozenset({ClusterEvent.POD_GONE}), "Taints": frozenset({ClusterEvent.NODE_TAINTS})}


def info(name: str, priority: int = 0) -> PodInfo:
    return PodInfo(workloads.pod(name, priority=priority))


def test_priority_comes_before_age() -> None:
    queue = SchedulingQueue(EVENTS)
    for age, pod in enumerate((info("old"), info("young"), info("urgent", priority=9))):
        queue.add(pod, float(age))
    names = [each.info.pod.metadata.name for each in iter(lambda: queue.pop(5.0), None)]
    assert names == ["urgent", "old", "young"]


def test_only_an_event_that_helps_brings_a_pod_back_and_not_before_its_backoff() -> None:
    queue = SchedulingQueue(EVENTS)
    queue.add(info("a"), 0.0)
    queued = queue.pop(0.0)
    assert queued is not None
    queue.failed(queued, 0.0, {"Fit"})
    queue.move(ClusterEvent.NODE_TAINTS, 0.1)
    assert queue.next_deadline() == MAX_UNSCHEDULABLE
    queue.move(ClusterEvent.POD_GONE, 0.1)
    assert queue.next_deadline() == 1.0
    assert queue.pop(0.9) is None
    assert queue.pop(1.0) is queued
    queue.failed(queued, 1.0, ())
    assert queue.next_deadline() == 3.0


def test_a_pod_is_tried_again_after_five_minutes_whatever_happened() -> None:
    queue = SchedulingQueue(EVENTS)
    queue.add(info("a"), 0.0)
    queued = queue.pop(0.0)
    assert queued is not None
    queue.failed(queued, 0.0, {"Fit"})
    assert queue.pop(MAX_UNSCHEDULABLE - 1) is None
    assert queue.pop(MAX_UNSCHEDULABLE) is queued


def test_what_is_gone_is_never_popped() -> None:
    queue = SchedulingQueue(EVENTS)
    pod = info("a")
    queue.add(pod, 0.0)
    queue.remove(pod.uid)
    assert queue.pop(1.0) is None
    assert len(queue) == 0
    assert queue.next_deadline() is None
