"""DefaultPreemption: which pods of lower priority to end so that a waiting one fits (KEP-564 and its successors).

Pure: what-ifs are played on the cluster itself, pod by pod, and undone before anything else can see them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pykube.api import core_v1, policy_v1, selectors

from .cluster import Cluster
from .cycle import Cycle
from .fit_error import NO_HELP, NO_VICTIMS, FitError, explain
from .nodeinfo import NodeInfo
from .podinfo import PodInfo

PREEMPTED: Final = "PreemptionByScheduler"
MIN_CANDIDATES: Final = 100
MIN_CANDIDATES_PERCENT: Final = 10
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node and the pods to end there, most important first."""

    node: str
    victims: tuple[PodInfo, ...]
    violations: int
    """How many of them a PodDisruptionBudget would rather keep."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do (`candidate`), or why nothing can be done (`message`).

    `keep_nomination`: room is being made already; the nominated node stays as it is.
    """

    candidate: Candidate | None = None
    message: str = ""
    keep_nomination: bool = False


def _importance(pod: PodInfo) -> tuple[int, datetime]:
    """Sorts the most important pod first: highest priority, then longest running."""
    return -pod.priority, pod.pod.status.start_time or _NEVER


def _ending_by_preemption(pod: core_v1.Pod) -> bool:
    return pod.metadata.deletion_timestamp is not None and any(
        condition.type == "DisruptionTarget" and condition.status == "True" and condition.reason == PREEMPTED
        for condition in pod.status.conditions
    )


def _split_by_budget(
    victims: Sequence[PodInfo], budgets: Sequence[policy_v1.PodDisruptionBudget]
) -> tuple[list[PodInfo], list[PodInfo]]:
    """Those whose end would break a budget, and the others; each budget allows as many as its status says."""
    allowed = [budget.status.disruptions_allowed for budget in budgets]
    violating: list[PodInfo] = []
    free: list[PodInfo] = []
    for victim in victims:
        broken = False
        for index, budget in enumerate(budgets):
            if budget.metadata.namespace != victim.namespace or budget.spec.selector is None:
                continue
            if victim.pod.metadata.name in budget.status.disrupted_pods:
                continue
            selector = selectors.from_label_selector(budget.spec.selector)
            if not victim.labels or selector.empty or not selector.matches(victim.labels):
                continue
            allowed[index] -= 1
            broken = broken or allowed[index] < 0
        (violating if broken else free).append(victim)
    return violating, free


class Preemption:
    """Finds room for a pod by ending others."""

    def __init__(self, cluster: Cluster, cycle: Cycle) -> None:
        self._cluster = cluster
        self._cycle = cycle

    def attempt(self, pod: PodInfo, error: FitError, budgets: Sequence[policy_v1.PodDisruptionBudget] = ()) -> Outcome:
        """The best candidate for `pod`, which no node took, as `error` tells."""
        if pod.pod.spec.preemption_policy == "Never":
            return Outcome(message="not eligible due to preemptionPolicy=Never.", keep_nomination=True)
        if self._waits_for_victims(pod, error):
            message = "not eligible due to a terminating pod on the nominated node."
            return Outcome(message=message, keep_nomination=True)
        promising = [name for name, rejection in error.rejections.items() if rejection.resolvable]
        enough = max(len(promising) * MIN_CANDIDATES_PERCENT // 100, MIN_CANDIDATES)
        reasons: dict[str, tuple[str, ...]] = {info.name: (NO_HELP,) for info in self._cluster.order()}
        found: list[Candidate] = []
        for name in promising:
            verdict = self._victims_on(pod, self._cluster.nodes[name], budgets)
            if isinstance(verdict, Candidate):
                found.append(verdict)
                if len(found) >= enough:
                    break
            else:
                reasons[name] = verdict
        if not found:
            return Outcome(message=explain(error.nodes, reasons.values()))
        return Outcome(min(found, key=_cost))

    def _waits_for_victims(self, pod: PodInfo, error: FitError) -> bool:
        nominated = pod.pod.status.nominated_node_name
        info = self._cluster.nodes.get(nominated) if nominated else None
        rejection = error.rejections.get(nominated)
        if info is None or (rejection is not None and not rejection.resolvable):
            return False
        return any(other.priority < pod.priority and _ending_by_preemption(other.pod) for other in info.pods.values())

    def _victims_on(
        self, pod: PodInfo, info: NodeInfo, budgets: Sequence[policy_v1.PodDisruptionBudget]
    ) -> Candidate | tuple[str, ...]:
        """The fewest and least important pods whose end makes room on a node, or the reasons why none does."""
        lower = sorted((other for other in info.pods.values() if other.priority < pod.priority), key=_importance)
        if not lower:
            return (NO_VICTIMS,)
        removed = list(lower)
        for victim in lower:
            self._cluster.detach(info, victim)
        try:
            rejection = self._cycle.fits(pod, info)
            if rejection is not None:
                return rejection.reasons
            violating, free = _split_by_budget(lower, budgets)
            for victim in (*violating, *free):
                self._cluster.attach(info, victim)
                if self._cycle.fits(pod, info) is None:
                    removed.remove(victim)
                else:
                    self._cluster.detach(info, victim)
            broken = sum(victim in removed for victim in violating)
            return Candidate(info.name, tuple(sorted(removed, key=_importance)), broken)
        finally:
            for victim in removed:
                self._cluster.attach(info, victim)


def _cost(candidate: Candidate) -> tuple[int, int, int, int, float]:
    """Sorts the gentlest first: fewest broken budgets, lowest top priority, lowest sum, fewest pods, latest start."""
    if not candidate.victims:
        return (0, 0, 0, 0, 0.0)
    highest = candidate.victims[0].priority
    earliest = min(
        (victim.pod.status.start_time or _NEVER for victim in candidate.victims if victim.priority == highest),
    )
    total = sum(victim.priority + 2**31 for victim in candidate.victims)
    return candidate.violations, highest, total, len(candidate.victims), -earliest.timestamp()
