"""The kind of command that every verb is: it takes flags as kubectl's users write them, and shows examples."""

from __future__ import annotations

import re
from typing import Any

import click

_SHORT_WITH_EQUALS = re.compile(r"^-[a-zA-Z]=")


class Verb(click.Command):
    """A command that takes ``--wait=false`` for ``--no-wait`` and ``-o=json`` for ``-o json``, as kubectl does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        flags = {
            name: param.secondary_opts[0] if param.secondary_opts else ""
            for param in self.params
            if isinstance(param, click.Option) and param.is_flag
            for name in param.opts
        }
        plain = [word for arg in args[:end] for word in _plain(arg, flags)]
        return super().parse_args(ctx, [*plain, *args[end:]])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples: kept as they are written, line by line."""
        _write_examples(self, formatter)


class VerbGroup(click.Group):
    """A verb with verbs below it."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aliases: dict[str, str] = {}
        """Short names of the verbs below, which help does not list."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, self.aliases.get(cmd_name, cmd_name))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples: kept as they are written, line by line."""
        _write_examples(self, formatter)


def _write_examples(command: click.Command, formatter: click.HelpFormatter) -> None:
    if command.epilog:
        formatter.write_paragraph()
        for line in command.epilog.strip("\n").splitlines():
            formatter.write(f"{line}\n")


def _plain(arg: str, flags: dict[str, str]) -> list[str]:
    name, equals, value = arg.partition("=")
    if equals and name in flags and value.lower() in ("true", "false"):
        return [name] if value.lower() == "true" else [word for word in (flags[name],) if word]
    if _SHORT_WITH_EQUALS.match(arg):
        return [arg[:2] + arg[3:]]
    return [arg]
