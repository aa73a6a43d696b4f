"""One call of the plugin: from environment and standard input to an answer and an exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping

from . import bridge, loopback
from .errors import CniError, Code
from .request import VERSIONS, Request, parse
from .results import Result, error_result, version_result

Command = Callable[[Request], Result | None]


def _nothing(request: Request) -> None:
    """A command that has nothing to do."""


_BRIDGE: dict[str, Command] = {
    "ADD": bridge.add,
    "DEL": bridge.delete,
    "CHECK": bridge.check,
    "GC": bridge.collect_garbage,
    "STATUS": bridge.status,
}
_LOOPBACK: dict[str, Command] = {
    "ADD": loopback.add,
    "DEL": _nothing,
    "CHECK": loopback.check,
    "GC": _nothing,
    "STATUS": _nothing,
}


def run(environment: Mapping[str, str], stdin: bytes) -> tuple[int, bytes]:
    """The exit code and what goes to standard output; never raises, whatever is asked."""
    version = _version_of(stdin)
    try:
        request = parse(environment, stdin)
        if request.command == "VERSION":
            return 0, version_result(version)
        commands = _LOOPBACK if request.config.type == "loopback" else _BRIDGE
        result = commands[request.command](request)
        return 0, result.to_json(version) if result is not None else b""
    except CniError as error:
        return 1, error_result(version, error)
    except OSError as error:
        return 1, error_result(version, CniError(Code.IO_FAILURE, "input or output failed", str(error)))
    except Exception as error:
        return 1, error_result(version, CniError(Code.TRY_AGAIN, "the plugin failed", repr(error)))


def _version_of(stdin: bytes) -> str:
    """The version in which to answer, even to a configuration that is wrong otherwise."""
    try:
        version = json.loads(stdin)["cniVersion"]
    except (ValueError, TypeError, KeyError):
        return VERSIONS[-1]
    return version if version in VERSIONS else VERSIONS[-1]


def main() -> None:
    """Act as the executable that a runtime calls."""
    code, answer = run(os.environ, sys.stdin.buffer.read())
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    sys.exit(code)
