"""The C library's heaps: few of them, so that a process of many threads keeps no memory that none of them uses."""

from __future__ import annotations

import contextlib
import ctypes

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of mallopt(3)."""
_HEAPS = 1


def share_heap() -> None:
    """Have all threads allocate from one heap; to be called before there is a second thread.

    glibc gives each thread a heap of its own, eight for each processor at most, and what a thread has freed stays in
    its heap. Under the interpreter's lock threads rarely allocate at once, so that one heap is enough. Other C
    libraries have no such heaps.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _HEAPS)
