"""When a series of probe results counts as success or failure: pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Threshold:
    """Counts results; `verdict` changes only when as many in a row agree as the probe asks for."""

    successes: int
    failures: int
    verdict: bool | None = None
    run: int = 0
    last: bool | None = None

    def note(self, ok: bool) -> bool:
        """Take in one result; returns whether the verdict has changed by it."""
        self.run = self.run + 1 if ok is self.last else 1
        self.last = ok
        if self.run < (self.successes if ok else self.failures) or self.verdict is ok:
            return False
        self.verdict = ok
        return True
