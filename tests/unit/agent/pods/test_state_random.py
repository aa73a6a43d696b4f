"""Whatever order things happen in, the invariants hold, and a deleted pod comes to its end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.pods import actions as act
from agent.pods import inputs as inp
from agent.pods.parts import PodStage
from pykube.api import core_v1
from tests.fakes.pod_story import Story, container, pod

NAMES = ("init", "side", "app", "web")


def subject(policy: str) -> core_v1.Pod:
    return pod(
        container("app", readiness_probe=core_v1.Probe(), liveness_probe=core_v1.Probe()),
        container("web", lifecycle=core_v1.Lifecycle(post_start=core_v1.LifecycleHandler())),
        init=[container("init"), container("side", restart_policy="Always", startup_probe=core_v1.Probe())],
        restart_policy=policy,
    )


class Runtime:
    """Answers what is asked, well or badly and when the draw says so; tells of things nobody asked for too."""

    def __init__(self, story: Story, data: st.DataObject) -> None:
        self.story = story
        self.data = data
        self.open: list[act.Action] = []
        self.count = 0

    def ask(self, actions: list[act.Action]) -> None:
        self.open += [a for a in actions if self.answers(a, True)]

    def identity(self) -> str:
        self.count += 1
        return f"id{self.count}"

    def exit(self, name: str, identity: str, code: int) -> inp.ContainerExited:
        return inp.ContainerExited(name, identity, inp.Exit(code, "", "", None, self.story.now, identity))

    def answers(self, action: act.Action, well: bool) -> list[inp.Input]:
        match action:
            case act.MountVolumes():
                return [inp.VolumesMounted() if well else inp.VolumesFailed("no")]
            case act.UnmountVolumes():
                return [inp.VolumesUnmounted() if well else inp.UnmountFailed("no")]
            case act.StartSandbox():
                return [inp.SandboxStarted(self.identity()) if well else inp.SandboxFailed("no")]
            case act.StopSandbox(sandbox):
                return [inp.SandboxStopped(sandbox) if well else inp.SandboxStopFailed(sandbox, "no")]
            case act.EnsureImage(name):
                return [inp.ImageReady(name, "x") if well else inp.ImageFailed(name, "ErrImagePull", "no")]
            case act.StartContainer(name):
                if well:
                    return [inp.ContainerStarted(name, self.identity(), self.story.now)]
                return [inp.StartFailed(name, "CreateContainerError", "no")]
            case act.RunPostStart(name, identity):
                return [inp.PostStartDone(name, identity, "" if well else "no")]
            case act.StopContainer(name, identity):
                return [self.exit(name, identity, 137) if well else inp.StopFailed(name, identity, "no")]
        return []

    def step(self) -> None:
        draw = self.data.draw
        what = draw(st.sampled_from(["answer", "answer", "answer", "answer", "tick", "exit", "probe", "lost", "nudge"]))
        machine = self.story.machine
        if what == "answer" and self.open:
            action = self.open.pop(draw(st.integers(0, len(self.open) - 1)))
            self.ask(self.story.tell(*self.answers(action, draw(st.booleans()))))
        elif what == "tick":
            self.ask(self.story.wait(draw(st.sampled_from([0, 1, 5, 11, 400]))))
        elif what == "exit":
            name = draw(st.sampled_from(NAMES))
            identity = machine.containers[name].container_id
            self.ask(self.story.tell(self.exit(name, identity, draw(st.sampled_from([0, 1])))))
        elif what == "probe":
            name, probe = draw(st.sampled_from(NAMES)), draw(st.sampled_from(list(inp.Probe)))
            identity = machine.containers[name].container_id
            self.ask(self.story.tell(inp.ProbeChanged(name, identity, probe, draw(st.booleans()))))
        elif what == "lost":
            self.ask(self.story.tell(inp.SandboxLost(machine.sandbox.id)))
        else:
            self.ask(self.story.tell(inp.Nudged()))

    def finish(self) -> None:
        """From now on everything succeeds."""
        for _ in range(200):
            if not self.open:
                self.ask(self.story.wait(30))
            if not self.open:
                return
            self.ask(self.story.tell(*self.answers(self.open.pop(0), True)))


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from(["Always", "OnFailure", "Never"]), st.integers(0, 60))
def test_invariants_hold_and_deletion_ends(data: st.DataObject, policy: str, steps: int) -> None:
    story = Story(subject(policy))
    runtime = Runtime(story, data)
    runtime.ask(story.begin())
    for _ in range(steps):
        runtime.step()
    story.machine.pod.metadata.deletion_timestamp = story.now + timedelta(seconds=30)
    story.machine.pod.metadata.deletion_grace_period_seconds = 30
    runtime.ask(story.tell(inp.PodChanged(story.machine.pod)))
    runtime.finish()
    assert story.machine.stage is PodStage.RELEASED
    assert story.status().phase in ("Failed", "Succeeded")
    story.tell(inp.PodGone())
    assert story.asked[-1] == act.Forget()
