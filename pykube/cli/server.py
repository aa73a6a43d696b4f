"""``pykube server``: run the control plane."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click
import uvloop

from .. import log_output
from ..config import ServerConfig
from ..server import run
from . import settings


@click.command()
@settings.options(ServerConfig)
def command(config: Path, **flags: Any) -> None:
    """Run the API server, the controllers and the scheduler in the foreground, until it gets SIGTERM."""
    chosen = settings.load(ServerConfig, "server", config, flags)
    log_output.to_stderr(chosen.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(chosen))
