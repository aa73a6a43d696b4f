"""``MicroTime``: a moment with exactly six digits of seconds' fraction on the wire.

Clients in Go parse it with a fixed layout, so that the digits may not be left out when they are zero, as RFC 3339
would allow (k8s.io/apimachinery, metav1.MicroTime).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import total_ordering


@total_ordering
class MicroTime:
    """A moment in UTC, to the microsecond."""

    __slots__ = ("moment",)

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    @classmethod
    def parse(cls, text: object) -> MicroTime:
        """Read RFC 3339.

        Raises:
            ValueError: `text` is no string in that form.
        """
        if not isinstance(text, str):
            raise ValueError(f"expected an RFC 3339 time, got {text!r}")
        return cls(datetime.fromisoformat(text))

    def __str__(self) -> str:
        return self.moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def __repr__(self) -> str:
        return f"MicroTime({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MicroTime) and self.moment == other.moment

    def __lt__(self, other: MicroTime) -> bool:
        return self.moment < other.moment

    def __hash__(self) -> int:
        return hash(self.moment)
