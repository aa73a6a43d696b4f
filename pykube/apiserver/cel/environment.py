"""What expressions may refer to, and compiling them.

base = Environment({"object": DYN, "request": REQUEST})
program = base.compile("object.spec.replicas <= 5", returns=BOOL)
program.evaluate({"object": {...}, "request": {...}})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .checker import Scope, check
from .errors import CompileError
from .library import FUNCTIONS, PATCH_FUNCTIONS
from .objects import patch_type
from .parsing import parse
from .program import Program
from .types import Kind, Type
from .validators import validate


class Environment:
    """Variables and their types, besides all of Kubernetes' functions. Immutable; cheap to extend."""

    def __init__(self, variables: Mapping[str, Type], *, patch_types: bool = False) -> None:
        """`patch_types` adds ``Object{}``, ``Object.spec{}``, ``JSONPatch{}`` and ``jsonpatch.escapeKey``.

        A name of a variable may have dots: ``variables.foo``, ``authorizer.requestResource``.
        """
        self.variables = variables
        self._patch_types = patch_types
        functions = PATCH_FUNCTIONS if patch_types else FUNCTIONS
        self._scope = Scope(variables, functions, patch_type) if patch_types else Scope(variables, functions)

    def extend(self, more: Mapping[str, Type]) -> Environment:
        """The same with more variables."""
        return Environment({**self.variables, **more}, patch_types=self._patch_types)

    def compile(self, text: str, *, returns: Type | Sequence[Type] | None = None) -> Program:
        """Parse and check an expression.

        Raises:
            CompileError: with upstream's text; also when it is of none of the types `returns` (DYN allows any).
        """
        checked = check(parse(text), self._scope)
        validate(checked)
        if returns is not None:
            _require(checked.type_of(checked.root), (returns,) if isinstance(returns, Type) else tuple(returns))
        return Program(text, checked, self.variables)


def _require(found: Type, wanted: tuple[Type, ...]) -> None:
    if any(one.kind is Kind.DYN or one == found for one in wanted):
        return
    names = [_shown(one) for one in wanted]
    what = names[0] if len(names) == 1 else f"one of [{' '.join(names)}]"
    raise CompileError(f"must evaluate to {what} but got {_shown(found)}")


def _shown(kind: Type) -> str:
    """Outside of the checker's own messages cel-go uses other names for some."""
    return {
        Kind.NULL: "null_type",
        Kind.TIMESTAMP: "google.protobuf.Timestamp",
        Kind.DURATION: "google.protobuf.Duration",
    }.get(kind.kind) or str(kind)
