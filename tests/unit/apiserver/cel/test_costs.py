"""What evaluations and estimates come to: figures that cel-go gives for the same expressions."""

from typing import Any

import pytest

from pykube.apiserver.cel import types
from pykube.apiserver.cel.cost import Budget
from pykube.apiserver.cel.environment import Environment
from pykube.apiserver.cel.errors import BudgetExceeded, CostExceeded, EvaluationError
from pykube.apiserver.cel.ranges import CostRange

from .cel_cases import VALUES, VARIABLES


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("true", 0),
        ("n", 1),
        ("n == 5", 2),
        ("object.a.b", 3),
        ("has(object.a)", 1),
        ("has(object.a.b)", 2),
        ("object.items[0]", 3),
        ("object.items[n - 5]", 5),
        ("object.a['b']", 3),
        ("l[size(l) - 1]", 5),
        ("s == 'hello'", 2),
        ("s == ''", 1),
        ("[1, 2, 3]", 0),
        ("[n]", 11),
        ("{'a': n}", 31),
        ("n in [1, 2]", 1),
        ("s in l", 5),
        ("n > 1 && n > 9 && n > 8", 4),
        ("n > 1 || n > 9", 2),
        ("true ? n : 2", 0),
        ("true ? n + 1 : 2", 2),
        ("l.all(x, x != '')", 1 + 3 * (2 + 1 + 1) + 1),
        ("l.exists(x, x == 'a')", 1 + (3 + 1 + 2) + 3 + 1),
        ("l.map(x, x)", 1 + 3 * (1 + 1 + 10 + 1) + 1),
        ("l.filter(x, x == 'a')", 1 + 2 + 13 + 4 + 1),
        ("s.matches('a+')", 1 + 1),
        ("'abcdefghijk'.startsWith(s)", 1 + 2),
        ("s + s", 3),
        ("timestamp('2024-01-01T00:00:00Z') == timestamp('2024-01-01T00:00:00Z')", 1),
        ("quantity('1') == quantity('1')", 3),
        ("object.?c.orValue(1)", 1),
        ("object.?a.orValue({'b': n})", 2),
    ],
)
def test_runtime_cost(text: str, cost: int) -> None:
    assert Environment(VARIABLES).compile(text).cost(VALUES) == cost


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("n == 5", 1, 1),
        ("s.startsWith('abc')", 2, 2),
        ("s == 'abc'", 2, 2),
        ("s + 'abc'", 2, 3),
        ("l.all(x, x == 'a')", 2, 2 + 4 * 5),
        ("l.map(x, x).size()", 3 + 10, 3 + 10 + 4 * 13),
        ("s.matches('^a+$')", 2, 1 + 2),
        ("n in [1, 2, 3]", 14, 14),
        ("s.find('a')", 2, 3),
        ("n == 1 || s == 'a'", 1, 3),
        ("l.join(',')", 1, 1 + 5),
        ("l.sort()", 1 + 11, 1 + 11 + 34),
    ],
)
def test_estimated_cost(text: str, least: int, most: int) -> None:
    string = types.Type(types.Kind.STRING, "string", size=10)
    variables = {"n": types.INT, "s": string, "l": types.list_of(string, 4)}
    found = Environment(variables).compile(text).estimated_cost()
    assert found == CostRange(least, most)


def test_what_has_no_limit_is_estimated_as_if_it_were_endless() -> None:
    found = Environment({"x": types.DYN}).compile("dyn(x).exists(y, y == 'a')").estimated_cost()
    assert found.most > 10**12


@pytest.mark.parametrize(
    "text",
    [
        "lists.range(10000000000)",
        "lists.range(2000).all(x, lists.range(2000).all(y, x + y >= 0))",
        "lists.range(900000).distinct()",
        "lists.range(1000).map(x, lists.range(1000)).flatten().map(x, [x])",
        "[lists.range(100)]" + ".map(a, a + a)" * 25 + ".size() > 0",
        "['x']" + ".map(a, a.replace('', a + a))" * 15 + ".size() > 0",
        "[['x']]" + ".map(a, a + a)" * 15 + "[0].join('" + "x" * 1000 + "').size() > 0",
        "[[lists.range(2000)]]" + ".map(a, a + a)" * 15 + ".map(a, a.flatten().size())",
    ],
)
def test_runaway_expressions_are_stopped(text: str) -> None:
    with pytest.raises(CostExceeded, match="operation cancelled: actual cost limit exceeded"):
        Environment({}).compile(text).evaluate({})


def test_nothing_gets_over_exceeded_costs() -> None:
    with pytest.raises(CostExceeded):
        Environment({}).compile("lists.range(10000000000).size() > 1 || true").evaluate({})


def test_evaluations_share_a_budget() -> None:
    program = Environment({"n": types.INT}).compile("n == 1 && n != 2")
    budget = Budget(5)
    assert program.evaluate({"n": 1}, budget) is True
    assert budget.left == 1
    with pytest.raises(BudgetExceeded):
        program.evaluate({"n": 1}, budget)


def test_failed_evaluations_cost_too() -> None:
    budget = Budget(10)
    with pytest.raises(EvaluationError, match="no such key: a"):
        Environment({"o": types.DYN}).compile("o.a == 1").evaluate({"o": {}}, budget)
    assert budget.left < 10


def test_variables_are_computed_once_and_only_if_they_are_looked_at() -> None:
    asked: list[str] = []

    def lazy(name: str, found: Any) -> Any:
        return lambda: (asked.append(name), found)[1]

    program = Environment({"a": types.INT, "b": types.INT}).compile("a == 1 || a + a == b")
    assert program.evaluate({"a": lazy("a", 1), "b": lazy("b", 2)}) is True
    assert asked == ["a"]
