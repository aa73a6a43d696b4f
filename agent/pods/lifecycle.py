"""Hooks after the start and before the stop of a container: a command, a request, a connection or a pause."""

from __future__ import annotations

import asyncio

from pykube.aio.clock import Clock
from pykube.api import core_v1

from .probe_actions import ProbeActions, Target


async def run_hook(
    handler: core_v1.LifecycleHandler, target: Target, actions: ProbeActions, clock: Clock, *, timeout: int = 0
) -> str:
    """Run a hook to its end; returns why it failed, or nothing. `timeout` in seconds, 0 for none."""
    name = target.container.name
    try:
        async with asyncio.timeout(timeout or None):
            if handler.exec is not None:
                ok, said = await actions.run(handler.exec.command, target, timeout)
                shown = " ".join(handler.exec.command)
                return (
                    "" if ok else f'Exec lifecycle hook ([{shown}]) for Container "{name}" failed - message: "{said}"'
                )
            if handler.http_get is not None:
                ok, said = await actions.http(handler.http_get, target)
                path = handler.http_get.path
                return "" if ok else f'HTTP lifecycle hook ({path}) for Container "{name}" failed - error: {said}'
            if handler.tcp_socket is not None:
                ok, said = await actions.tcp(handler.tcp_socket, target)
                return "" if ok else f'TCP lifecycle hook for Container "{name}" failed - error: {said}'
            if handler.sleep is not None:
                await clock.sleep(float(handler.sleep.seconds))
    except TimeoutError:
        return f'lifecycle hook for Container "{name}" did not end within {timeout}s'
    except ValueError as error:
        return str(error)
    return ""
