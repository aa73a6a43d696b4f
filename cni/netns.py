"""Doing something inside another network namespace.

A namespace belongs to a thread. The work runs in a thread of its own that enters the namespace and then ends, so that
no thread of the caller can ever be left behind in the wrong one. Sockets made inside stay bound to that namespace.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import TypeVar

from .errors import CniError, Code

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def open_netns(path: str) -> int:
    """A file descriptor of the namespace at `path`; the caller closes it.

    Raises:
        FileNotFoundError: nothing is there, or what is there is no longer a namespace.
        CniError: INVALID_ENVIRONMENT when it is the namespace of the caller, which must not be taken for a container's.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        there, here = os.fstat(descriptor), os.stat("/proc/thread-self/ns/net")
        if there.st_dev != here.st_dev:
            raise FileNotFoundError(f"{path} is not a network namespace")
        if there.st_ino == here.st_ino:
            raise CniError(Code.INVALID_ENVIRONMENT, "CNI_NETNS is the network namespace of the host", path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def run_inside(descriptor: int, work: Callable[[], T]) -> T:
    """What `work` returns or raises when run inside the namespace of `descriptor`."""
    result: list[T] = []
    failure: list[BaseException] = []

    def enter() -> None:
        try:
            if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
                number = ctypes.get_errno()
                raise OSError(number, f"setns: {os.strerror(number)}")
            result.append(work())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=enter, name="netns")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]
