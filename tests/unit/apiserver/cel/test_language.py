"""Operators, macros, errors and types of the language."""

from typing import Any

import pytest

from .cel_cases import complaint, failure, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2 % 3", 5),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("7.0 / 2.0", 3.5),
        ("1.0 / 0.0 > 1e300", True),
        ("2u + 3u", 5),
        ("'a' + 'b'", "ab"),
        ("b'a' + b'b' == b'ab'", True),
        ("[1] + [2]", [1, 2]),
        ("1 < 2 && 'a' < 'b' && false < true", True),
        ("1 == 1 && 1 != 2", True),
        ("1 < 1.5 && 2u > 1 && 1.0 <= 1u", True),
        ("!true", False),
        ("n > 3 ? 'big' : 'small'", "big"),
        ("2 in [1, 2] && 'k' in {'k': 1} && !('x' in [])", True),
        ("[1, 2][1] + {'a': 5}['a'] + {'a': 5}.a", 12),
        ("null == null", True),
        ("dyn(1) == 1.0 && dyn(1u) == 1 && dyn('1') != 1", True),
        ("dyn(true) == dyn(1)", False),
        ("[dyn(1)] == [1.0]", True),
        ("{'a': [1]} == {'a': [1]}", True),
        ("object.a.b", 3),
        ("object.items[2]", "x"),
        ("object.nothing == null", True),
        ("object.labels['app.io/x']", "y"),
        ("has(object.a) && !has(object.c) && has(object.nothing)", True),
        ("type(1) == int && type('') == string && type([]) == list && type(null) == null_type", True),
        ("type(type(1)) == type", True),
        ("timestamp('2024-01-01T00:00:00Z') < timestamp('2024-01-01T01:00:00+00:00')", True),
    ],
)
def test_operators(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l.all(x, x.size() > 0)", True),
        ("l.all(x, x.size() > 1)", False),
        ("l.exists(x, x == 'bb')", True),
        ("l.exists_one(x, x.size() == 1) && l.existsOne(x, x == 'a')", True),
        ("l.map(x, x.size())", [1, 2, 3]),
        ("l.map(x, x.size() > 1, x + '!')", ["bb!", "ccc!"]),
        ("l.filter(x, x != 'a')", ["bb", "ccc"]),
        ("{'a': 1, 'b': 2}.all(k, k < 'c')", True),
        ("{'a': 1, 'b': 2}.map(k, k)", ["a", "b"]),
        ("[1, 2].map(x, [3, 4].map(x, x * 2))", [[6, 8], [6, 8]]),
        ("[1, 2].map(x, [3, 4].map(y, x * y))", [[3, 4], [6, 8]]),
        ("[].all(x, false)", True),
        ("[[1], []].map(x, x.exists(y, y == 1))", [True, False]),
        ("l.all(i, x, i < 3 && x != '')", True),
        ("{'a': 1}.exists(k, v, k == 'a' && v == 1)", True),
        ("['a', 'b'].exists_one(i, x, i == 1)", True),
        ("['a', 'b'].transformList(i, x, i == 0, x + string(i))", ["a0"]),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", {"b": 20}),
        ("['a'].transformMapEntry(i, x, {x: i})", {"a": 0}),
        ("['ccc', 'a', 'bb'].sortBy(x, x.size())", ["a", "bb", "ccc"]),
    ],
)
def test_macros(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("object.?a.?b.orValue(0)", 3),
        ("object.?x.?y.orValue(7)", 7),
        ("object.?a.b.hasValue()", True),
        ("[1, 2][?5].hasValue()", False),
        ("optional.none().or(optional.of(2)).value()", 2),
        ("optional.of(1).optMap(x, x + 1).value()", 2),
        ("optional.of(1).optFlatMap(x, optional.none()).hasValue()", False),
        ("optional.ofNonZeroValue('').hasValue()", False),
        ("[1, ?optional.none(), ?optional.of(3)]", [1, 3]),
        ("{?'a': optional.none(), 'b': 1}", {"b": 1}),
        ("optional.unwrap([optional.of(1), optional.none()])", [1]),
        ("[optional.of(1), optional.none()].unwrapOpt()", [1]),
        ("[1, 2].first().value() + [1, 2].last().value()", 3),
    ],
)
def test_optional_values(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("object.c", "no such key: c"),
        ("object.a.b.c", "no such key: c"),
        ("{'a': 1}['b']", "no such key: b"),
        ("{1: 1}[2]", "no such key: 2"),
        ("[1][1]", "index out of bounds: 1"),
        ("[1][-1]", "index out of bounds: -1"),
        ("dyn([1])['a']", "unsupported index type 'string' in list"),
        ("1 / 0", "division by zero"),
        ("1 % 0", "modulus by zero"),
        ("9223372036854775807 + n", "integer overflow"),
        ("-9223372036854775808 / -1", "integer overflow"),
        ("1u - 2u", "unsigned integer overflow"),
        ("object.a + 1", "no such overload: _+_"),
        ("object.items[2] + 1", "no such overload"),
        ("object.items[2] < 1", "no such overload"),
        ("object.a ? 1 : 2", "no such overload"),
        ("object.items.map(x, x + 1)", "no such overload"),
        ("dyn(1).startsWith('a')", "no such overload"),
        ("dyn(1).find('a')", "no such overload: find(int, string)"),
        ("optional.none().value()", "optional.none() dereference"),
        (
            "{'a': 1, 'b': 2}.transformMapEntry(k, v, {'x': v}).size()",
            "insert failed: key x already exists",
        ),
        ("{s: 1, 'hello': 2}", "Failed with repeated key: hello"),
        ("int(s)", "type conversion error from 'string' to 'int'"),
        ("duration(s)", "type conversion error from 'string' to 'google.protobuf.Duration'"),
        ("dyn(5).all(x, true)", "got 'int', expected iterable type"),
    ],
)
def test_errors(text: str, message: str) -> None:
    assert failure(text) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("object.c == 1 || true", True),
        ("true || object.c == 1", True),
        ("object.c == 1 && false", False),
        ("[1, 2].exists(x, x / 0 == 1 || x == 2)", True),
        ("[0, 1].exists(x, 1 / x == 1)", True),
        ("[0, 2].all(x, 4 / x == 4)", False),
    ],
)
def test_one_side_makes_up_for_the_failure_of_the_other(text: str, expected: bool) -> None:
    assert value(text) is expected


def test_a_failure_that_nothing_makes_up_for_remains() -> None:
    assert failure("object.c == 1 || false") == "no such key: c"
    assert failure("[0, 1].all(x, 1 / x == 1)") == "division by zero"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n.foo", "<input>:1:2: type 'int' does not support field selection\n | n.foo\n | .^"),
        ("x", "<input>:1:1: undeclared reference to 'x' (in container '')\n | x\n | ^"),
        ("n + 'a'", "<input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | n + 'a'\n | ..^"),
        ("n.matches('a')", "<input>:1:10: found no matching overload for 'matches' applied to 'int.(string)'"),
        ("[1, 'a']", "<input>:1:5: expected type 'int' but found 'string'"),
        ("{'a': 1, 'b': ''}", "expected type 'int' but found 'string'"),
        ("n ? 1 : 2", "found no matching overload for '_?_:_' applied to '(int, int, int)'"),
        ("n && true", "<input>:1:1: expected type 'bool' but found 'int'"),
        (
            "n.all(x, true)",
            "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
        ),
        ("foo(1)", "undeclared reference to 'foo' (in container '')"),
        ("1 +", "<input>:1:4: Syntax error: mismatched input '<EOF>' expecting"),
        ("has(n)", "invalid argument to has() macro"),
        ("l.all(1, true)", "argument must be a simple name"),
        ("l.all(x, x, true)", "duplicate variable name: x"),
        ("duration('x')", "<input>:1:10: invalid duration argument"),
        ("timestamp('x')", "invalid timestamp argument"),
        ("s.matches('(')", "invalid matches argument"),
        ("[dyn(1), 'a']", "expected type 'dyn' but found 'string'"),
        ("int('a')", "program instantiation failed: type conversion error from 'string' to 'int'"),
        ("'é' + 1", "\n | 'é' + 1\n | .．..^"),
        ("\n  n.foo", "<input>:2:4: type 'int' does not support field selection\n |   n.foo\n | ...^"),
    ],
)
def test_complaints(text: str, message: str) -> None:
    assert message in complaint(text)


def test_complaints_name_all_that_is_wrong_in_the_order_of_the_text() -> None:
    found = complaint("x == y")
    assert found.index("'x'") < found.index("'y'")


@pytest.mark.parametrize("text", ["(" * 500 + "1" + ")" * 500, "+".join("1" * 3000), "!" * 100_000 + "true", "[" * 900])
def test_expressions_that_are_nested_too_deep_do_not_compile(text: str) -> None:
    assert complaint(text).startswith("compilation failed: ERROR: <input>")
