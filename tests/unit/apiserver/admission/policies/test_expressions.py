"""Variables and expressions of a policy, evaluated together."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api.admissionregistration_v1 import Variable
from pykube.apiserver.admission.policies.expressions import Compiler, Group
from pykube.apiserver.cel.cost import RUNTIME_LIMIT, Budget
from pykube.apiserver.cel.errors import BudgetExceeded, CompileError


class Seen:
    """An object that counts how often it is made."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields
        self.times = 0

    def __call__(self) -> dict[str, Any]:
        self.times += 1
        return self._fields


def compiler(**variables: str) -> Compiler:
    found = Compiler.of_policy(params=False)
    found.add_all(Variable(name=name, expression=text) for name, text in variables.items())
    return found


def value(found: Compiler, text: str, *, limit: int = RUNTIME_LIMIT, obj: Any = None) -> Any:
    """The value of an expression, or what went wrong."""
    group = Group({"object": obj if obj is not None else {"a": 1}}, found.variables, Budget(limit))
    outcome = group.evaluate(found.compile(text))
    return outcome.error or outcome.value


def test_a_variable_is_evaluated_once_and_only_if_needed() -> None:
    found, obj = compiler(a="object.a", unused="object.b.c"), Seen(a=1)
    group = Group({"object": obj}, found.variables, Budget(RUNTIME_LIMIT))
    expressions = [found.compile("variables.a == 1"), found.compile("variables.a + variables.a == 2")]
    assert [group.evaluate(one).value for one in expressions] == [True, True]
    assert obj.times == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("variables.sum", 3),
        ("variables.list.map(x, x * 2)", [2, 4]),
        ("has(variables.one)", True),
        ("true || variables.broken", True),
        (
            "variables.broken == 1",
            "expression 'variables.broken == 1' resulted in error: composited variable \"broken\" fails to evaluate: "
            "no such key: missing",
        ),
        ("variables.when < timestamp('2030-01-01T00:00:00Z')", True),
    ],
)
def test_values(text: str, expected: Any) -> None:
    found = compiler(
        one="1",
        two="variables.one + 1",
        sum="variables.one + variables.two",
        list="[variables.one, variables.two]",
        broken="object.missing",
        when="timestamp('2020-01-01T00:00:00Z')",
    )
    assert value(found, text) == expected


def test_types_are_known() -> None:
    found = compiler(one="1", any="object.a")
    assert isinstance(found.compile("variables.one == 'x'").program, CompileError)
    assert not isinstance(found.compile("variables.any == 'x'").program, CompileError)


def test_a_variable_that_does_not_compile() -> None:
    found = compiler(wrong="1 +")
    assert value(found, "variables.wrong == 1").startswith(
        "expression 'variables.wrong == 1' resulted in error: composited variable \"wrong\" fails to compile: "
    )
    assert value(found, "1 +").startswith("compilation error: compilation failed: ERROR: <input>:1:4: Syntax error")


def test_the_budget_is_shared_with_variables() -> None:
    found = compiler(dear="[1, 2, 3, 4].all(a, [1, 2, 3, 4].all(b, a + b > 0))")
    assert value(found, "variables.dear") is True
    with pytest.raises(BudgetExceeded):
        value(found, "variables.dear", limit=20)
    with pytest.raises(BudgetExceeded):
        value(found, "variables.dear || true", limit=20)
