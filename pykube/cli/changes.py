"""How verbs that change objects say what they did, and the flags for trying without doing.

``deployment.apps/web created (dry run)``, or with ``-o`` the object itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from . import printers

F = TypeVar("F", bound=Callable[..., Any])

STRATEGIES = ("none", "client", "server")

_SUFFIX = {"none": "", "client": " (dry run)", "server": " (server dry run)"}

FIELD_MANAGER = "kubectl-client-side-apply"
"""The manager under which kubectl's own client-side changes are recorded."""


def dry_run_option(function: F) -> F:
    """Give a command the flag --dry-run, as ``dry_run``."""
    return click.option(
        "--dry-run",
        type=click.Choice(STRATEGIES),
        default="none",
        help="client: send nothing. server: have it checked there, without storing it.",
    )(function)


def params(dry_run: str, **more: str) -> dict[str, str]:
    """The query of a request that changes something."""
    return {**more, **({"dryRun": "All"} if dry_run == "server" else {})}


class Reporter:
    """Prints each changed object; `finish` prints what is printed as a whole."""

    def __init__(self, form: str, dry_run: str = "none") -> None:
        """Choose the form.

        Raises:
            CliError: there is no such form.
        """
        self._suffix = _SUFFIX[dry_run]
        self._print = printers.printer(form) if form else None
        self._documents: list[Any] = []

    def done(self, document: Any, operation: str) -> None:
        """`document` was created, configured, ..."""
        if self._print is None:
            click.echo(f"{printers.name_of(document)} {operation}{self._suffix}")
        else:
            self._documents.append(document)

    def finish(self) -> None:
        """Print documents: one as it is, several as a List."""
        if self._print is None or not self._documents:
            return
        if len(self._documents) == 1:
            self._print(self._documents[0])
        else:
            metadata = {"resourceVersion": ""}
            self._print({"apiVersion": "v1", "kind": "List", "metadata": metadata, "items": self._documents})
