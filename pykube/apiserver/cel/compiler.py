"""From the text of an expression to a program.

Imported when the first expression is compiled, with the parser, the checker and all functions.
"""

from __future__ import annotations

from collections.abc import Mapping

from .checker import Scope, check
from .errors import CompileError
from .estimate import estimate
from .library.catalog import FUNCTIONS, PATCH_FUNCTIONS
from .objects import patch_type
from .parsing import parse
from .planner import Planner
from .program import Program
from .types import Kind, Type
from .validators import validate


def compile_text(
    text: str, variables: Mapping[str, Type], returns: tuple[Type, ...] | None, *, patch_types: bool
) -> Program:
    """What `environment.Environment.compile` does.

    Raises:
        CompileError: with upstream's text.
    """
    scope = Scope(variables, PATCH_FUNCTIONS, patch_type) if patch_types else Scope(variables, FUNCTIONS)
    checked = check(parse(text), scope)
    validate(checked)
    kind = checked.type_of(checked.root)
    if returns is not None:
        _require(kind, returns)
    planner = Planner(checked, dict(variables))
    plan = planner.plan(checked.root)
    return Program(
        text,
        kind,
        plan.run,
        cost=plan.cost,
        slots=planner.slots,
        names=frozenset(checked.names.values()),
        estimate=lambda: estimate(checked, variables),
    )


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
