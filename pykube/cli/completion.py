"""``pykube completion``: TAB in the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .failures import CliError
from .verb import Verb

EXAMPLES = """
Examples:
  source <(pykube completion bash)                             in this shell, now
  pykube completion bash > /etc/bash_completion.d/pykube       in every shell of this host
  source <(pykube completion zsh)
  pykube completion fish > ~/.config/fish/completions/pykube.fish

Then TAB completes verbs and flags, kinds, and the names of objects.
"""


@click.command(cls=Verb, epilog=EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    found = get_completion_class(shell)
    if found is None:
        raise CliError(f"unsupported shell type {shell!r}")
    root = ctx.find_root()
    click.echo(found(root.command, {}, "pykube", "_PYKUBE_COMPLETE").source())
