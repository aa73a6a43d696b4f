"""``pykube agent``: run the node agent of this host."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click
import uvloop

from agent.main import run

from .. import log_output
from ..client.config import ConfigError
from ..config import AgentConfig
from . import settings
from .failures import CliError


@click.command()
@settings.options(AgentConfig)
def command(config: Path, **flags: Any) -> None:
    """Run the node agent of this host in the foreground, until it gets SIGTERM.

    Containers go on when it ends; the next agent takes them over.
    """
    chosen = settings.load(AgentConfig, "agent", config, flags)
    log_output.to_stderr(chosen.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(chosen))
    except ConfigError as error:
        raise CliError(str(error)) from error
