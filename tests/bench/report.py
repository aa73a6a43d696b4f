"""What a benchmark yields."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `aim` says what it should be, in words, since aims are ratios to a reference."""

    name: str
    value: float
    unit: str
    aim: str = ""

    def line(self) -> str:
        aim = f"   aim: {self.aim}" if self.aim else ""
        return f"{self.name:<52} {self.value:>12,.1f} {self.unit:<8}{aim}"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
