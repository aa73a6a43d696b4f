"""What holds whatever the expression or the data."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pykube.apiserver.cel import types
from pykube.apiserver.cel.environment import Environment
from pykube.apiserver.cel.errors import CompileError, EvaluationError
from pykube.apiserver.cel.values import equal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
_PIECES = st.sampled_from(
    ["x", "y", "x.a", "x[0]", "has(x.a)", "'a'", "1", "2.5", "[x, y]", "{'k': x}", "null", "true", "size(x)", "x.?a"]
)
_OPERATORS = st.sampled_from([" + ", " == ", " < ", " in ", " && ", " || ", " - ", " % "])
_SHAPES = st.sampled_from(
    [
        "{}",
        "!({})",
        "[{}].all(z, z == x)",
        "({}) ? x : y",
        "string({})",
        "x.map(z, {})",
        "type({})",
        "dyn({}).exists(k, v, k == v)",
    ]
)
EXPRESSIONS = st.builds(
    lambda shape, one, operator, two: shape.format(f"{one}{operator}{two}"), _SHAPES, _PIECES, _OPERATORS, _PIECES
)
ENVIRONMENT = Environment({"x": types.DYN, "y": types.DYN})


@settings(deadline=None)
@given(EXPRESSIONS, JSON, JSON)
def test_an_expression_has_a_value_or_an_error_in_cels_words(text: str, x: Any, y: Any) -> None:
    try:
        ENVIRONMENT.compile(text).evaluate({"x": x, "y": y})
    except CompileError as error:
        assert str(error).startswith("compilation failed: ERROR: <input>:")  # noqa: PT017 - any other is wrong
    except EvaluationError as error:
        assert "internal error" not in str(error)  # noqa: PT017 - any other is wrong


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_compiles_or_is_complained_about(text: str) -> None:
    try:
        ENVIRONMENT.compile(text)
    except CompileError as error:
        assert str(error).startswith("compilation failed: ERROR: <input>:")  # noqa: PT017 - any other is wrong


@settings(deadline=None)
@given(JSON, JSON)
def test_equality_is_reflexive_and_symmetric(x: Any, y: Any) -> None:
    assert equal(x, x)
    assert equal(x, y) is equal(y, x)


@settings(deadline=None)
@given(JSON, JSON)
def test_the_same_evaluation_always_costs_the_same(x: Any, y: Any) -> None:
    program = ENVIRONMENT.compile("x == y || [x, y].exists(z, z == x)")
    assert program.cost({"x": x, "y": y}) == program.cost({"x": x, "y": y})
