"""Starts the scheduler, in the process of the controllers or in one of its own."""

from __future__ import annotations

import asyncio
import socket

from pykube.aio.clock import Clock, SystemClock
from pykube.client.events import EventRecorder
from pykube.client.informer import InformerSet
from pykube.client.rest import Client
from pykube.config import ServerConfig

from .feed import NAME
from .scheduler import Scheduler


async def run(
    client: Client, config: ServerConfig, *, informers: InformerSet | None = None, clock: Clock | None = None
) -> None:
    """Schedule until cancelled. `informers` that already run elsewhere in the process are shared."""
    clock = clock or SystemClock()
    recorder = EventRecorder(client, NAME, config.node_name or socket.gethostname(), clock)
    shared = informers or InformerSet(client, clock)
    scheduler = Scheduler(client, shared, recorder, clock)
    async with asyncio.TaskGroup() as group:
        if informers is None:
            group.create_task(shared.run(), name="scheduler informers")
        group.create_task(scheduler.run(), name="scheduler")
