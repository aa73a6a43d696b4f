"""``pykube reset``: end all pods of this host and take back what was set up for them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from agent.reset import reset

from .. import log_output
from ..config import AgentConfig
from . import settings


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@settings.options(AgentConfig)
def command(config: Path, yes: bool, **flags: Any) -> None:
    """End all pods of this host and take back what was set up for them: processes, mounts, network, cgroups.

    State on disk stays. Stop the agent first, or it starts the pods again.
    """
    if not yes:
        click.confirm("All pods of this host are ended. Go on?", abort=True)
    chosen = settings.load(AgentConfig, "agent", config, flags)
    log_output.to_stderr(chosen.log_level)
    asyncio.run(reset(chosen))
