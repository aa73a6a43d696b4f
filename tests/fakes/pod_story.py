"""A pod's machine with a runtime that obeys: what the machine asks for is played back as if it had been done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from agent.pods import actions as act
from agent.pods import inputs as inp
from agent.pods import status
from agent.pods.invariants import broken
from agent.pods.state import PodMachine
from pykube.api import core_v1

START = datetime(2026, 1, 1, tzinfo=UTC)


def container(name: str = "app", **fields: object) -> core_v1.Container:
    """A container with an image."""
    return core_v1.Container(name=name, image=f"{name}:1", **fields)  # type: ignore[arg-type]


def pod(*containers: core_v1.Container, init: Iterable[core_v1.Container] = (), **spec: object) -> core_v1.Pod:
    """A pod of these containers."""
    found = core_v1.Pod()
    found.metadata.name, found.metadata.namespace, found.metadata.uid = "web", "default", "u1"
    found.spec = core_v1.PodSpec(
        containers=list(containers) or [container()],
        init_containers=list(init),
        restart_policy=spec.pop("restart_policy", "Always"),  # type: ignore[arg-type]
        **spec,  # type: ignore[arg-type]
    )
    return found


class Story:
    """Feeds inputs and keeps what was asked for; invariants are checked after every step."""

    def __init__(self, subject: core_v1.Pod) -> None:
        self.now = START
        self.machine = PodMachine(subject, START)
        self.asked: list[act.Action] = []
        self.ids = 0
        self.reported = core_v1.PodStatus()

    def tell(self, *events: inp.Input) -> list[act.Action]:
        """Hand the events in; returns what was asked for, reports aside."""
        found: list[act.Action] = []
        for event in events:
            found += self.machine.handle(event, self.now)
            assert broken(self.machine) == []
            self.reported = self.status()
        self.asked += found
        return [action for action in found if not isinstance(action, (act.ReportStatus, act.Announce))]

    def wait(self, seconds: float) -> list[act.Action]:
        """Let time pass, and tick."""
        self.now += timedelta(seconds=seconds)
        return self.tell(inp.Tick())

    def begin(self) -> list[act.Action]:
        """The pod arrives."""
        return self.tell(inp.PodChanged(self.machine.pod))

    def status(self) -> core_v1.PodStatus:
        """The status as it would be reported now."""
        return status.render(self.machine, self.reported, status.Host(("192.0.2.2",)), self.now)

    def up(self) -> None:
        """The pod arrives, its volumes and its sandbox come up."""
        self.begin()
        self.tell(inp.VolumesMounted(), inp.SandboxStarted("s1", ["10.42.0.5"]))

    def started(self, name: str = "app") -> str:
        """Pull and start a container; returns its id."""
        self.tell(inp.ImageReady(name, f"sha256:{name}"))
        self.ids += 1
        identity = f"{name}-{self.ids}"
        self.tell(inp.ContainerStarted(name, identity, self.now))
        return identity

    def exits(self, name: str = "app", code: int = 0) -> list[act.Action]:
        """The present run of a container ends."""
        identity = self.machine.containers[name].container_id
        ended = inp.Exit(code, "Completed" if code == 0 else "Error", "", None, self.now, identity)
        return self.tell(inp.ContainerExited(name, identity, ended))

    def events(self) -> list[str]:
        """The reasons of all Events so far."""
        return [action.reason for action in self.asked if isinstance(action, act.Announce)]
