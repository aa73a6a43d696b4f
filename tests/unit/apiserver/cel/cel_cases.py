"""What the tests of expressions share: compiling and evaluating in one step."""

from collections.abc import Mapping
from typing import Any

from pykube.apiserver.cel import types
from pykube.apiserver.cel.environment import Environment
from pykube.apiserver.cel.errors import CompileError, EvaluationError

VARIABLES = {"object": types.DYN, "n": types.INT, "s": types.STRING, "l": types.list_of(types.STRING)}
VALUES: Mapping[str, Any] = {
    "object": {"a": {"b": 3}, "items": [1, 2.5, "x"], "nothing": None, "labels": {"app.io/x": "y"}},
    "n": 5,
    "s": "hello",
    "l": ["a", "bb", "ccc"],
}


def value(text: str) -> Any:
    """What an expression evaluates to."""
    return Environment(VARIABLES).compile(text).evaluate(VALUES)


def failure(text: str) -> str:
    """The text of the error that an expression ends with when it is evaluated."""
    program = Environment(VARIABLES).compile(text)
    try:
        found = program.evaluate(VALUES)
    except EvaluationError as error:
        return str(error)
    raise AssertionError(f"{text} is {found!r}")


def complaint(text: str) -> str:
    """Why an expression does not compile."""
    try:
        Environment(VARIABLES).compile(text)
    except CompileError as error:
        return str(error)
    raise AssertionError(f"{text} compiles")
