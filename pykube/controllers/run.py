"""Starts all controllers."""

from __future__ import annotations

import asyncio
import socket

from pykube.aio.clock import Clock, SystemClock
from pykube.aio.tasks import Supervisor
from pykube.client.events import EventRecorder
from pykube.client.informer import InformerSet
from pykube.client.rest import Client
from pykube.config import ServerConfig

from . import catalog, health
from .context import Context
from .kinds import Kinds


async def run(
    client: Client, config: ServerConfig, *, informers: InformerSet | None = None, clock: Clock | None = None
) -> None:
    """Control until cancelled. `informers` that already run elsewhere in the process are shared."""
    clock = clock or SystemClock()
    host = config.node_name or socket.gethostname()
    shared = informers or InformerSet(client, clock)
    context = Context(
        client=client,
        informers=shared,
        kinds=Kinds(client, shared, clock),
        recorder=lambda component: EventRecorder(client, component, host, clock),
        config=config,
        clock=clock,
    )
    controllers = catalog.build(context)
    tasks = Supervisor(clock)
    tasks.keep("health", lambda: health.serve(health.socket_of(config)))
    for controller in controllers:
        tasks.keep(controller.name, controller.run)
    try:
        if informers is None:
            await shared.run()
        else:
            await asyncio.Event().wait()
    finally:
        await tasks.close()
