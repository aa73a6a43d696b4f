"""The plugin type ``loopback``: brings ``lo`` up. Some runtimes call it before the network proper."""

from __future__ import annotations

import ipaddress
import os

from .errors import CniError, Code
from .links import Links
from .netns import open_netns, run_inside
from .request import Request
from .results import Ip, Link, Result


def add(request: Request) -> Result:
    """ADD: ``lo`` up; the kernel gives it 127.0.0.1 and ::1 by itself."""
    try:
        netns = open_netns(request.netns)
    except OSError as error:
        raise CniError(Code.UNKNOWN_CONTAINER, "failed to open netns", str(error)) from error
    try:
        run_inside(netns, _up)
    except OSError as error:
        raise CniError(Code.NETLINK_FAILURE, "failed to set lo up", str(error)) from error
    finally:
        os.close(netns)
    local = Ip(ipaddress.ip_interface("127.0.0.1/8"), None, 0)
    return Result(links=(Link("lo", "00:00:00:00:00:00", request.netns),), ips=(local,))


def _up() -> None:
    with Links() as links:
        links.set_up(1)


def check(request: Request) -> None:
    """CHECK: whether ``lo`` is up."""
    try:
        netns = open_netns(request.netns)
    except OSError as error:
        raise CniError(Code.UNKNOWN_CONTAINER, "failed to open netns", str(error)) from error
    try:
        if not run_inside(netns, _is_up):
            raise CniError(Code.CHECK_FAILED, "lo is down")
    finally:
        os.close(netns)


def _is_up() -> bool:
    with Links() as links:
        return links.get("lo").up
