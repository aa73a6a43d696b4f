"""Waiting until something happens or a time has passed, whichever is first."""

from __future__ import annotations

import asyncio

from pykube.aio.clock import Clock


class Alarm:
    """Wakes one task early."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the wait that is on, or the next one."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when rung, or after `seconds`."""
        waits = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._rung.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        self._rung.clear()
