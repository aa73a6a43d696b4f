"""The sentence that tells why a pod is still waiting, as ``kubectl describe`` shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .plugin import Rejection

NO_HELP = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"


def explain(nodes: int, reasons: Iterable[tuple[str, ...]]) -> str:
    """``0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu.``; one tuple of reasons for each node."""
    counted = Counter(reason for each in reasons for reason in each)
    listed = ", ".join(sorted(f"{count} {reason}" for reason, count in counted.items()))
    head = f"0/{nodes} nodes are available:"
    return f"{head} {listed}." if listed else head


@dataclass(slots=True)
class FitError:
    """No node fits: what each said, or `message` where the pod itself was refused."""

    nodes: int
    rejections: dict[str, Rejection] = field(default_factory=dict)
    plugins: set[str] = field(default_factory=set)
    message: str = ""
    after: str = ""
    """What preemption had to say."""

    def __str__(self) -> str:
        if not self.nodes:
            return "no nodes available to schedule pods"
        if self.message:
            text = f"0/{self.nodes} nodes are available: {self.message}."
        else:
            text = explain(self.nodes, (rejection.reasons for rejection in self.rejections.values()))
        return f"{text} {self.after}" if self.after else text
