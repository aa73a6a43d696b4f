"""The ``pykube`` command: one verb, one module of this room, imported when it is called."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from ..errors import ApiError
from . import cluster
from .failures import text_of

VERBS = {
    "server": "run the control plane: API, controllers and scheduler",
    "agent": "run the node agent of this host",
    "get": "show objects",
    "describe": "show one object, what belongs to it and its events",
    "apply": "create objects or change them to what a file says",
    "create": "create objects from a file",
    "delete": "delete objects",
    "scale": "set the number of replicas",
    "rollout": "follow, restart, pause or undo a rollout",
    "logs": "show a container's log",
    "exec": "run a command in a container",
    "port-forward": "reach a pod's port from here",
    "image": "build, import and list images of this host",
    "token": "make, list and delete the tokens by which nodes join",
    "certs": "look at this server's keys and certificates, and make them anew",
    "secrets": "see how objects are encrypted in the datastore, and encrypt them anew",
    "reset": "end all pods of this host and take back what was set up for them",
    "completion": "print the shell's completion script",
    "version": "show the versions of this command and of the server",
}
"""Each verb with the line that help shows for it; its module has the same name and holds ``command``."""


class Verbs(click.Group):
    """A group that imports a verb's module only when that verb is used or its help is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f".{cmd_name.replace('-', '_')}", __package__)
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = _nearest(args[0])
            hint = f"; did you mean {near!r}?" if near else ""
            ctx.fail(f"unknown command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


def _nearest(word: str) -> str:
    return next(iter(difflib.get_close_matches(word, VERBS, n=1)), "")


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@cluster.flags
def cli(**_: Any) -> None:
    """A Kubernetes for Linux hosts.

    The verbs below are those of kubectl, for what one needs every day; kubectl itself works too, with
    /etc/pykube/admin.kubeconfig.
    """


def main() -> None:
    """Entry point."""
    sys.exit(run())


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line `args`, those of the process by default; returns the exit code.

    Errors go to stderr as kubectl shows them, with code 1; after an interrupt the code is 130.
    """
    try:
        return int(cli.main(args, prog_name="pykube", standalone_mode=False) or 0)
    except ApiError as error:
        click.echo(text_of(error), err=True)
        return 1
    except click.UsageError as error:
        place = error.ctx.command_path if error.ctx is not None else "pykube"
        click.echo(f"error: {error.format_message()}\nSee '{place} --help' for usage and examples.", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # who read our output has seen enough; nothing more is to be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
