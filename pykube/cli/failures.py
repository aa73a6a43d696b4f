"""How a verb fails: what is printed to stderr, in kubectl's words, and the exit code 1."""

from __future__ import annotations

import re
import sys
from typing import IO, Any

import click

from ..errors import ApiError, Invalid, NotFound, Unauthorized


class CliError(click.ClickException):
    """Something that the user can put right; printed as ``error: ...``."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"error: {self.message}", err=True)


class Unreachable(CliError):
    """The server does not answer; its message stands alone, as kubectl prints it."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, err=True)


class RemoteExit(click.ClickException):
    """A command in a container ended with another exit code than 0; so do we."""

    def __init__(self, code: int) -> None:
        super().__init__(f"command terminated with exit code {code}")
        self.exit_code = code  # type: ignore[misc]  # click declares it for the class

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, err=True)


def text_of(error: ApiError) -> str:
    """What an answer of the API looks like on a terminal.

    Source: kubectl's cmd/util, the wording of each reason.
    """
    if isinstance(error, Unauthorized):
        return "error: You must be logged in to the server (Unauthorized)"
    if isinstance(error, Invalid) and error.details.kind:
        return _invalid(error)
    reason = f" ({error.reason})" if error.reason else ""
    return f"Error from server{reason}: {error.message}"


def _invalid(error: ApiError) -> str:
    text = f'The {error.details.kind} "{error.details.name}" is invalid'
    causes = [f"{cause.field}: {cause.message}" if cause.field else cause.message for cause in error.details.causes]
    if not causes:
        return f"{text}: {error.message}"
    if len(causes) == 1:
        return f"{text}: {causes[0]}"
    return f"{text}: " + "".join(f"\n* {cause}" for cause in dict.fromkeys(causes))


def with_source(error: ApiError, doing: str, source: str) -> ApiError:
    """The same error, saying what file it came from: ``error when creating "web.yaml": ...``."""
    error.message = f'error when {doing} "{source}": {error.message}'
    return error


def no_such_object(resource: str, name: str) -> NotFound:
    """The server's own words for an object that is not there."""
    return NotFound(f'{resource} "{name}" not found')


class Failures:
    """Errors of a verb that goes on with its other objects; `finish` ends it."""

    def __init__(self) -> None:
        self._failed = False

    def add(self, error: ApiError | CliError) -> None:
        """Print it and remember that something failed."""
        self._failed = True
        if isinstance(error, ApiError):
            click.echo(text_of(error), err=True)
        else:
            error.show()

    def finish(self) -> None:
        """Exit with code 1 if anything failed."""
        if self._failed:
            sys.exit(1)


def one_line(text: str) -> str:
    """`text` without line breaks, for messages."""
    return re.sub(r"\s+", " ", text).strip()
