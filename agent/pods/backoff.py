"""The waiting between tries that Kubernetes users know: 10 s, doubled up to 5 minutes, forgotten after 10 quiet ones.

The rules are those of client-go's flowcontrol.Backoff as the kubelet uses it: the first failure of a container is
answered at once, and the wait counts from the moment of the failure, not from when we looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

BASE = timedelta(seconds=10)
CAP = timedelta(seconds=300)


@dataclass(slots=True)
class CrashBackoff:
    """The state of one key: the present delay, and when it was last raised."""

    delay: timedelta = timedelta()
    raised_at: datetime | None = None

    def _expired(self, moment: datetime) -> bool:
        return self.raised_at is None or moment - self.raised_at > 2 * CAP

    def until(self, failed_at: datetime, now: datetime) -> datetime | None:
        """The end of the wait after a failure at `failed_at`; None where nothing has to be waited for."""
        if self._expired(failed_at):
            return None
        end = failed_at + self.delay
        return end if end > now else None

    def advance(self, failed_at: datetime, now: datetime) -> None:
        """Note that another try begins now."""
        self.delay = BASE if self._expired(failed_at) else min(2 * self.delay, CAP)
        self.raised_at = now


def pretty(delay: timedelta) -> str:
    """The duration as Go prints it: ``10s``, ``1m20s``, ``5m0s``."""
    minutes, seconds = divmod(int(delay.total_seconds()), 60)
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
