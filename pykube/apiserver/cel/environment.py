"""What expressions may refer to, and compiling them.

base = Environment({"object": DYN, "request": REQUEST})
program = base.compile("object.spec.replicas <= 5", returns=BOOL)
program.evaluate({"object": {...}, "request": {...}})
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from .program import Program
from .types import Type


@functools.cache
def _compiler() -> Any:
    """The module that compiles. It stands on much, which servers without expressions can do without."""
    return importlib.import_module(".compiler", __package__)


class Environment:
    """Variables and their types, besides all of Kubernetes' functions. Immutable; cheap to extend."""

    def __init__(self, variables: Mapping[str, Type], *, patch_types: bool = False) -> None:
        """`patch_types` adds ``Object{}``, ``Object.spec{}``, ``JSONPatch{}`` and ``jsonpatch.escapeKey``.

        A name of a variable may have dots: ``variables.foo``, ``authorizer.requestResource``.
        """
        self.variables = variables
        self._patch_types = patch_types

    def extend(self, more: Mapping[str, Type]) -> Environment:
        """The same with more variables."""
        return Environment({**self.variables, **more}, patch_types=self._patch_types)

    def compile(self, text: str, *, returns: Type | Sequence[Type] | None = None) -> Program:
        """Parse and check an expression.

        Raises:
            CompileError: with upstream's text; also when it is of none of the types `returns` (DYN allows any).
        """
        wanted = None if returns is None else (returns,) if isinstance(returns, Type) else tuple(returns)
        program: Program = _compiler().compile_text(text, self.variables, wanted, patch_types=self._patch_types)
        return program
