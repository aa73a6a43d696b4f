"""The life of a pod on its node, told as stories."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.pods import actions as act
from agent.pods import inputs as inp
from agent.pods.parts import Part, PodStage
from pykube.api import core_v1
from tests.fakes.pod_story import START, Story, container, pod


def kinds(actions: list[act.Action]) -> list[str]:
    return [type(action).__name__ for action in actions]


def deleted(story: Story, grace: int = 30) -> core_v1.Pod:
    changed = story.machine.pod
    changed.metadata.deletion_timestamp = story.now + timedelta(seconds=grace)
    changed.metadata.deletion_grace_period_seconds = grace
    return changed


def test_sandbox_volumes_and_image_are_asked_for_at_once() -> None:
    assert kinds(Story(pod()).begin()) == ["MountVolumes", "StartSandbox", "EnsureImage"]


def test_container_starts_when_all_is_there() -> None:
    story = Story(pod())
    story.begin()
    assert story.tell(inp.ImageReady("app", "sha256:x")) == []
    assert story.tell(inp.VolumesMounted()) == []
    assert story.tell(inp.SandboxStarted("s1")) == [act.StartContainer("app", 0, "sha256:x")]


def test_running_pod_is_ready() -> None:
    story = Story(pod())
    story.up()
    story.started()
    status = story.status()
    assert status.phase == "Running"
    assert [c.status for c in status.conditions] == ["True"] * 5
    assert status.pod_ip == "10.42.0.5"


def test_waiting_pod_says_what_it_waits_for() -> None:
    story = Story(pod())
    story.begin()
    status = story.status()
    assert status.phase == "Pending"
    waiting = status.container_statuses[0].state.waiting
    assert waiting is not None
    assert waiting.reason == "ContainerCreating"
    ready = next(c for c in status.conditions if c.type == "Ready")
    assert (ready.reason, ready.message) == ("ContainersNotReady", "containers with unready status: [app]")


def test_init_containers_run_in_order() -> None:
    story = Story(pod(init=[container("one"), container("two")]))
    story.up()
    story.started("one")
    assert story.exits("one") == [act.StopProbes("one"), act.EnsureImage("two")]
    story.started("two")
    assert story.status().phase == "Pending"
    assert story.exits("two") == [act.StopProbes("two"), act.EnsureImage("app")]
    story.started("app")
    assert story.status().phase == "Running"


def test_failed_init_container_fails_a_pod_that_never_restarts() -> None:
    story = Story(pod(init=[container("one")], restart_policy="Never"))
    story.up()
    story.started("one")
    assert act.StopSandbox("s1") in story.exits("one", 1)
    status = story.status()
    assert status.phase == "Failed"
    [app] = status.container_statuses
    assert app.state.waiting is not None
    assert app.state.waiting.reason == "PodInitializing"


def test_sidecar_lets_others_start_once_it_has_started() -> None:
    sidecar = container("proxy", restart_policy="Always", startup_probe=core_v1.Probe())
    story = Story(pod(init=[sidecar]))
    story.up()
    identity = story.started("proxy")
    assert story.machine.containers["app"].runs == 0
    assert story.tell(inp.ProbeChanged("proxy", identity, inp.Probe.STARTUP, True)) == [act.EnsureImage("app")]


def test_sidecars_stop_after_the_containers_and_from_the_last() -> None:
    sidecars = [container(name, restart_policy="Always") for name in ("a", "b")]
    story = Story(pod(init=sidecars, restart_policy="Never"))
    story.up()
    for name in ("a", "b", "app"):
        story.started(name)
    story.exits("app")
    assert story.machine.containers["b"].stage.value == "stopping"
    assert story.machine.containers["a"].stage.value == "running"
    story.exits("b", 143)
    story.exits("a", 143)
    assert story.status().phase == "Succeeded"


def test_first_crash_is_answered_at_once_the_second_after_ten_seconds() -> None:
    story = Story(pod())
    story.up()
    story.started()
    assert act.EnsureImage("app") in story.exits(code=1)
    story.started()
    assert act.EnsureImage("app") not in story.exits(code=1)
    status = story.status().container_statuses[0]
    assert status.state.waiting is not None
    assert status.state.waiting.reason == "CrashLoopBackOff"
    assert status.state.waiting.message == "back-off 10s restarting failed container=app pod=web_default(u1)"
    assert status.last_state.terminated is not None
    assert status.restart_count == 1
    assert story.wait(9) == []
    assert story.wait(1) == [act.EnsureImage("app")]
    assert story.status().phase == "Running"


def test_crash_delay_doubles_to_five_minutes_and_is_forgotten() -> None:
    story = Story(pod())
    story.up()
    delays = []
    for _ in range(9):
        story.started()
        story.exits(code=1)
        due = story.machine.containers["app"].retry_at
        delays.append((due - story.now).total_seconds() if due else 0)
        story.wait(delays[-1])
    assert delays == [0, 10, 20, 40, 80, 160, 300, 300, 300]
    story.started()
    story.wait(1000)
    assert act.EnsureImage("app") in story.exits(code=1)


def test_image_that_cannot_be_pulled() -> None:
    story = Story(pod())
    story.up()
    story.tell(inp.ImageFailed("app", "ErrImagePull", "no such host"))
    waiting = story.status().container_statuses[0].state.waiting
    assert waiting is not None
    assert waiting.reason == "ErrImagePull"
    story.wait(2)
    waiting = story.status().container_statuses[0].state.waiting
    assert waiting is not None
    assert waiting.reason == "ImagePullBackOff"
    assert waiting.message == 'Back-off pulling image "app:1": ErrImagePull: no such host'
    assert story.wait(8) == [act.EnsureImage("app")]


def test_configuration_error_is_tried_again_when_nudged() -> None:
    story = Story(pod())
    story.up()
    story.tell(inp.ImageReady("app", "x"))
    story.tell(inp.StartFailed("app", "CreateContainerConfigError", 'secret "x" not found'))
    assert story.tell(inp.Tick()) == []
    assert story.tell(inp.Nudged()) == [act.EnsureImage("app")]


def test_start_error_counts_as_a_run() -> None:
    story = Story(pod())
    story.up()
    story.tell(inp.ImageReady("app", "x"))
    ended = inp.Exit(128, "StartError", "no such file", None, story.now, "c1")
    story.tell(inp.StartFailed("app", "RunContainerError", "no such file", ended))
    status = story.status().container_statuses[0]
    assert status.state.waiting is not None
    assert status.state.waiting.reason == "RunContainerError"
    assert story.tell(inp.ImageReady("app", "x")) == [act.StartContainer("app", 1, "x")]


def test_graceful_deletion() -> None:
    story = Story(pod())
    story.up()
    identity = story.started()
    stop = story.tell(inp.PodChanged(deleted(story)))
    assert act.StopContainer("app", identity, 30, "Stopping container app") in stop
    assert kinds(story.exits(code=143)) == ["StopProbes", "StopSandbox", "UnmountVolumes"]
    assert story.status().phase == "Failed"
    assert story.tell(inp.SandboxStopped("s1")) == []
    assert story.tell(inp.VolumesUnmounted()) == [act.DeletePod()]
    assert kinds(story.tell(inp.PodGone())) == ["RemoveSandboxes", "Forget"]


def test_second_deletion_hurries_the_first() -> None:
    story = Story(pod())
    story.up()
    identity = story.started()
    story.tell(inp.PodChanged(deleted(story)))
    assert act.StopContainer("app", identity, 1, "", pre_stop=False) in story.tell(inp.PodChanged(deleted(story, 1)))


def test_deletion_while_the_sandbox_starts_waits_for_it() -> None:
    story = Story(pod())
    story.begin()
    assert story.tell(inp.PodChanged(deleted(story))) == []
    assert story.tell(inp.VolumesMounted()) == []
    assert kinds(story.tell(inp.SandboxStarted("s1"))) == ["StopSandbox", "UnmountVolumes"]


def test_container_killed_by_hand_comes_back() -> None:
    story = Story(pod())
    story.up()
    story.started()
    assert act.EnsureImage("app") in story.exits(code=137)
    story.started()
    assert story.status().container_statuses[0].restart_count == 1


def test_completed_job() -> None:
    story = Story(pod(restart_policy="Never"))
    story.up()
    story.started()
    story.exits()
    status = story.status()
    assert status.phase == "Succeeded"
    assert {c.reason for c in status.conditions if c.type in ("Ready", "Initialized")} == {"PodCompleted"}


@pytest.mark.parametrize(
    ("policy", "code", "again"), [("OnFailure", 0, False), ("OnFailure", 1, True), ("Never", 1, False)]
)
def test_restart_policy(policy: str, code: int, again: bool) -> None:
    story = Story(pod(restart_policy=policy))
    story.up()
    story.started()
    assert (act.EnsureImage("app") in story.exits(code=code)) is again


def test_deadline() -> None:
    story = Story(pod(active_deadline_seconds=60))
    story.up()
    story.started()
    assert story.machine.next_wakeup() == START + timedelta(seconds=60)
    assert "StopContainer" in kinds(story.wait(60))
    status = story.status()
    assert (status.phase, status.reason) == ("Failed", "DeadlineExceeded")


def test_lost_sandbox_is_replaced_and_init_containers_run_again() -> None:
    story = Story(pod(init=[container("one")]))
    story.up()
    story.started("one")
    story.exits("one")
    story.started()
    assert "StopContainer" in kinds(story.tell(inp.SandboxLost("s1")))
    assert story.exits(code=137) == [act.StopProbes("app"), act.StopSandbox("s1")]
    assert story.tell(inp.SandboxStopped("s1")) == [act.StartSandbox(1), act.EnsureImage("one")]


def test_adoption_restarts_nothing_healthy() -> None:
    story = Story(pod())
    seen = inp.ObservedContainer("app", "c9", 3, START)
    story.tell(inp.Adopted("s1", 0, True, ["10.42.0.9"], [seen]))
    assert kinds(story.asked) == ["MountVolumes", "ReportStatus"]
    status = story.status()
    assert (status.phase, status.container_statuses[0].restart_count) == ("Running", 3)
    assert status.pod_ip == "10.42.0.9"


def test_finished_pod_is_not_started_again() -> None:
    subject = pod(restart_policy="Never")
    subject.status.phase = "Succeeded"
    story = Story(subject)
    assert kinds(story.begin()) == ["UnmountVolumes"]
    assert story.status().phase == "Succeeded"


def test_liveness_failure_restarts_within_the_probes_grace() -> None:
    probe = core_v1.Probe(termination_grace_period_seconds=5)
    story = Story(pod(container("app", liveness_probe=probe)))
    story.up()
    identity = story.started()
    asked = story.tell(inp.ProbeChanged("app", identity, inp.Probe.LIVENESS, False))
    message = "Container app failed liveness probe, will be restarted"
    assert act.StopContainer("app", identity, 5, message) in asked
    assert act.EnsureImage("app") in story.exits(code=137)


def test_readiness_follows_the_probe() -> None:
    story = Story(pod(container("app", readiness_probe=core_v1.Probe())))
    story.up()
    identity = story.started()
    assert story.status().container_statuses[0].ready is False
    story.tell(inp.ProbeChanged("app", identity, inp.Probe.READINESS, True))
    assert story.status().container_statuses[0].ready is True
    story.tell(inp.ProbeChanged("app", identity, inp.Probe.READINESS, False))
    assert story.status().container_statuses[0].ready is False


def test_pod_that_is_deleted_stays_ready_until_its_containers_have_ended() -> None:
    story = Story(pod(container("app", readiness_probe=core_v1.Probe())))
    story.up()
    identity = story.started()
    story.tell(inp.ProbeChanged("app", identity, inp.Probe.READINESS, True))
    story.tell(inp.PodChanged(deleted(story)))
    assert story.status().container_statuses[0].ready is True
    story.tell(inp.ProbeChanged("app", identity, inp.Probe.READINESS, False))
    assert story.status().container_statuses[0].ready is False


def test_post_start_hook_holds_back_the_next_container() -> None:
    hook = core_v1.Lifecycle(post_start=core_v1.LifecycleHandler())
    story = Story(pod(container("first", lifecycle=hook), container("second")))
    story.up()
    identity = story.started("first")
    assert story.machine.containers["second"].runs == 0
    assert story.tell(inp.PostStartDone("first", identity)) == [act.EnsureImage("second")]


def test_failed_post_start_hook_kills_the_container() -> None:
    hook = core_v1.Lifecycle(post_start=core_v1.LifecycleHandler())
    story = Story(pod(container("app", lifecycle=hook)))
    story.up()
    identity = story.started()
    assert "StopContainer" in kinds(story.tell(inp.PostStartDone("app", identity, "boom")))
    waiting = story.status().container_statuses[0].state.waiting
    assert waiting is not None
    assert waiting.reason == "PostStartHookError"


def test_exit_that_is_heard_of_before_the_start() -> None:
    story = Story(pod(restart_policy="Never"))
    story.up()
    story.tell(inp.ImageReady("app", "x"))
    story.tell(inp.ContainerExited("app", "c1", inp.Exit(0, "Completed", "", None, START, "c1")))
    story.tell(inp.ContainerStarted("app", "c1", START))
    assert story.status().phase == "Succeeded"


def test_new_image_replaces_the_container() -> None:
    story = Story(pod(restart_policy="Never"))
    story.up()
    story.started()
    changed = pod(core_v1.Container(name="app", image="app:2"), restart_policy="Never")
    assert "StopContainer" in kinds(story.tell(inp.PodChanged(changed)))
    assert act.EnsureImage("app") in story.exits(code=0)


def test_ephemeral_container_joins_a_running_pod() -> None:
    story = Story(pod())
    story.up()
    story.started()
    story.machine.pod.spec.ephemeral_containers.append(core_v1.EphemeralContainer(name="debug", image="debug:1"))
    assert story.tell(inp.PodChanged(story.machine.pod)) == [act.EnsureImage("debug")]
    story.started("debug")
    story.exits("debug")
    assert story.status().ephemeral_container_statuses[0].state.terminated is not None
    assert story.machine.stage is PodStage.SYNCING


def test_eviction_fails_the_pod() -> None:
    story = Story(pod())
    story.up()
    story.started()
    story.tell(inp.Evicted("Evicted", "The node was low on resource: memory."))
    story.exits(code=137)
    assert (story.status().phase, story.status().reason) == ("Failed", "Evicted")


def test_sandbox_that_fails_is_tried_again() -> None:
    story = Story(pod())
    story.begin()
    story.tell(inp.SandboxFailed("cni says no"))
    assert "FailedCreatePodSandBox" in story.events()
    assert story.wait(5) == [act.StartSandbox(1)]


def test_volume_that_fails_is_tried_again() -> None:
    story = Story(pod())
    story.begin()
    story.tell(inp.VolumesFailed('configmap "x" not found'))
    assert story.machine.volumes.stage is Part.FAILED
    assert story.tell(inp.Nudged()) == [act.MountVolumes()]
