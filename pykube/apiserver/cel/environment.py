"""What expressions may refer to, and compiling them.

    base = Environment({"object": DYN, "request": REQUEST})
    program = base.compile("object.spec.replicas <= 5", returns=BOOL)
    program.evaluate({"object": {...}, "request": {...}})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .program import Program
from .types import Type


class Environment:
    """Variables and their types, besides all of Kubernetes' functions. Immutable; cheap to extend."""

    def __init__(self, variables: Mapping[str, Type], *, patch_types: bool = False) -> None:
        """`patch_types` adds what makes patches: ``Object{}``, ``Object.spec{}``, ``JSONPatch{}``, ``jsonpatch.escapeKey``.

        A name of a variable may have dots: ``variables.foo``, ``authorizer.requestResource``.
        """
        raise NotImplementedError

    def extend(self, more: Mapping[str, Type]) -> Environment:
        """The same with more variables."""
        raise NotImplementedError

    def compile(self, text: str, *, returns: Type | Sequence[Type] | None = None) -> Program:
        """Parse and check an expression.

        Raises:
            CompileError: with upstream's text; also when it is of none of the types `returns` (DYN allows any).
        """
        raise NotImplementedError
