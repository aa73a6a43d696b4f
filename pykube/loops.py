"""The control plane's second process: controllers and scheduler, clients of the API both.

server.py starts it as ``python -m pykube.loops SETTINGS``. It ends when its standard input does: that is when the
server is gone, however it went.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

import msgspec
import uvloop

from .aio import garbage
from .aio.clock import SystemClock
from .aio.tasks import Supervisor
from .client.config import ClientConfig
from .client.informer import InformerSet
from .client.rest import Client
from .config import ServerConfig, local_sockets
from .controllers import run as controllers
from .log_output import to_stderr
from .scheduler import run as scheduler


async def run(config: ServerConfig) -> None:
    """Run both until standard input ends. They share their caches, filled as the controllers' user."""
    garbage.calm()
    clock = SystemClock()
    supervisor = Supervisor(clock)
    folder = local_sockets(config)
    async with (
        Client(ClientConfig(server=f"unix://{folder}/controllers.sock"), clock) as controlling,
        Client(ClientConfig(server=f"unix://{folder}/scheduler.sock"), clock) as scheduling,
    ):
        informers = InformerSet(controlling, clock)
        supervisor.keep("informers", informers.run)
        supervisor.keep("controllers", lambda: controllers.run(controlling, config, informers=informers, clock=clock))
        supervisor.keep("scheduler", lambda: scheduler.run(scheduling, config, informers=informers, clock=clock))
        garbage.settle()
        await _end_of_input()
        await supervisor.close()


async def _end_of_input() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    loop.add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


def main() -> None:
    """Entry point; the settings are the first argument, as JSON."""
    config = msgspec.json.decode(sys.argv[1], type=ServerConfig, dec_hook=lambda kind, value: kind(value))
    to_stderr(config.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, contextlib.suppress(KeyboardInterrupt):
        runner.run(run(config))


if __name__ == "__main__":
    main()
