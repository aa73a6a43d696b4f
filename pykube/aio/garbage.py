"""The cyclic garbage collector, set for a process that holds many objects for long.

Almost all that a request makes is freed by reference counts. With Python's own settings the collector looks for cycles
after every 700 objects made, which took a tenth and more of the time of a write.
"""

from __future__ import annotations

import gc

YOUNG = 20_000
"""Objects made, less those freed, before the youngest are looked through."""

OLDER = 20
"""Looks at the younger generation before one at the next."""


def calm() -> None:
    """Look for cycles more seldom; call it first in a process."""
    gc.set_threshold(YOUNG, OLDER, OLDER)


def settle() -> None:
    """Never look again at what lives now, modules and types above all; call it when the process is set up."""
    gc.collect()
    gc.freeze()
