"""When tries are made, and what their results come to."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from agent.pods.inputs import Probe, ProbeChanged
from agent.pods.probe_actions import ProbeActions, Target
from agent.pods.probes import ContainerProbes
from agent.pods.threshold import Threshold
from pykube.api import core_v1
from tests.fakes.clock import FakeClock


def test_threshold_wants_agreement_in_a_row() -> None:
    threshold = Threshold(2, 3)
    assert [threshold.note(ok) for ok in (True, False, True, True, True)] == [False, False, False, True, False]
    assert [threshold.note(ok) for ok in (False, False, True, False, False, False)] == [False] * 5 + [True]


class Scripted:
    """Answers tries from a list, the last answer for ever; notes when they came."""

    def __init__(self, clock: FakeClock, answers: dict[str, list[bool]]) -> None:
        self.clock = clock
        self.answers = answers
        self.tries: list[tuple[str, float]] = []

    async def probe(self, probe: core_v1.Probe, target: Target) -> tuple[bool, str]:
        assert probe.exec is not None
        name = probe.exec.command[0]
        self.tries.append((name, self.clock.monotonic()))
        answers = self.answers[name]
        return (answers.pop(0) if len(answers) > 1 else answers[0]), "said"


def probe(name: str, **fields: Any) -> core_v1.Probe:
    return core_v1.Probe(
        exec=core_v1.ExecAction(command=[name]), **{"period_seconds": 10, "failure_threshold": 3, **fields}
    )


def run(answers: dict[str, list[bool]], seconds: float, **probes: core_v1.Probe) -> tuple[list[str], Scripted]:
    """Probe for some seconds; what was told, and the tries that were made."""

    async def go() -> tuple[list[str], Scripted]:
        clock = FakeClock()
        scripted = Scripted(clock, answers)
        told: list[str] = []

        def tell(event: ProbeChanged) -> None:
            told.append(f"{clock.monotonic():.0f} {event.probe.value} {event.ok}")

        container = core_v1.Container(name="c", **probes)  # type: ignore[arg-type]
        subject = ContainerProbes(
            cast(ProbeActions, scripted),
            Target(container, "id", "127.0.0.1"),
            clock,
            tell=tell,
            complain=lambda kind, said: None,
        )
        subject.start(clock.now(), started=False)
        await clock.advance(seconds)
        await subject.stop()
        return told, scripted

    return asyncio.run(go())


def test_readiness_is_told_at_its_changes() -> None:
    told, _ = run({"r": [False, True, True, False, False, False, True]}, 65, readiness_probe=probe("r"))
    assert told == ["10 Readiness True", "50 Readiness False", "60 Readiness True"]


def test_liveness_speaks_only_of_failure() -> None:
    told, _ = run({"l": [True, False]}, 45, liveness_probe=probe("l"))
    assert told == ["30 Liveness False"]


def test_startup_comes_first() -> None:
    told, tries = run(
        {"s": [False, True], "r": [True]},
        12,
        startup_probe=probe("s", period_seconds=5, initial_delay_seconds=2),
        readiness_probe=probe("r"),
    )
    assert tries.tries == [("s", 2), ("s", 7), ("r", 7)]
    assert told == ["7 Startup True", "7 Readiness True"]


def test_failed_startup_is_told() -> None:
    told, _ = run({"s": [False]}, 25, startup_probe=probe("s"))
    assert told == [f"20 {Probe.STARTUP.value} False"]
