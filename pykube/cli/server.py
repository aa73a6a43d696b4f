"""``pykube server``: run the control plane."""

from __future__ import annotations

import asyncio
import errno
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
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(chosen))
    except OSError as error:
        raise click.ClickException(_explained(error, chosen)) from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _explained(error: OSError, config: ServerConfig) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {config.port} of {config.bind_address} is taken by another program; "
            f"see which with: ss -ltnp 'sport = :{config.port}', or choose another with --port"
        )
    if error.errno == errno.ENOSPC:
        return f"no space is left for {config.state_dir}; see what takes it with: du -x -d 2 {config.state_dir}"
    return str(error)
