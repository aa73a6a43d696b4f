"""Values for the fields of the API: what a type allows, and what no client should send.

Strings are drawn from a dictionary as fuzzers use it: everything that the rules themselves mention, so that deep
branches are reached, beside a few of every shape.
"""

from __future__ import annotations

import ast
import functools
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from hypothesis import strategies as st

from pykube import api
from pykube.api.microtime import MicroTime
from pykube.api.quantity import Quantity
from pykube.api.schema import Enum, FieldInfo, Struct, fields_of, strip

_SHAPES = (
    "a",
    "b-c",
    "example.com/x",
    "example.com",
    "A_B",
    "",
    "0",
    "80",
    "http",
    "50%",
    "-1%",
    "150%",
    "1Gi",
    "100m",
    "10.0.0.1",
    "10.0.0.0/8",
    "10.0.0.1/8",
    "fd00::1",
    "fd00::/64",
    "::ffff:1.2.3.4",
    "010.1.1.1",
    "/data",
    "../x",
    "/a/../b",
    "v1",
    "apps/v1",
    "Pod",
    "default",
    "kube-system",
    "*",
    "*.example.com",
    "* * * * *",
    "@daily",
    "TZ=UTC * * * * *",
    "https://example.com/x",
    "unix:///x",
    "a=b",
    "$(A)",
    "metadata.name",
    "metadata.labels['a']",
    "status.podIP",
    "limits.cpu",
    "requests.cpu",
    "pods",
    "kubernetes.io/hostname",
    "Europe/Berlin",
)

_HOSTILE_TEXTS = (
    "\u0000",
    "\u202e",
    "ß" * 200,
    "\U0001f600",
    "x" * 70_000,
    "\n",
    " ",
    "a\tb",
    "\x7f",
    "%s%n",
    "{{",
    "٣",
    "１２",
    "null",
    "\ufeff",
    "a" * 254,
    ("a" * 63 + ".") * 4,
    "9" * 400,
    "9" * 5000,
    "9" * 5000 + "%",
    "0-" + "9" * 9,
    "0-2147483646",
    "a" * 100_000 + "!",
    "-" * 100_000,
    "a." * 50_000,
    "1" * 20_000 + "," * 20_000,
    "1e999",
    "-0",
    "0x10",
    "1_000",
    "+5",
)

_NUMBERS = (0, 1, 2, 3, 10, 80, 443, 8080, 30000, 65535, 65536, 100, -1, 2**31 - 1)
_HOSTILE_NUMBERS = (2**31, -(2**31) - 1, 2**63 - 1, -(2**63), 2**63, 2**64, 10**400, 1.5, -0.0, 1e308, 1e-308, 0.1)
_QUANTITIES = (
    "0",
    "1",
    "100m",
    "1Gi",
    "1.5",
    "-1",
    "1e3",
    "1E",
    "0.000000001",
    "9223372036854775807",
    "1u",
    "5Ei",
    ".5",
    "1.",
)
_HOSTILE_QUANTITIES = (
    "",
    "1 Gi",
    "1x",
    "1e999999999",
    "--1",
    "1e",
    "0.0000000000001",
    "9" * 300,
    "1" + "0" * 40 + "Ei",
    "1e-999999999",
    "e3",
    "٣",
    "1_0",
    "+1",
    "1E400",
    "NaN",
    "Infinity",
    "1.5.5",
    "Ki",
    "9" * 5000,
)
_TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456Z", "2026-01-01T00:00:00+02:00", "1970-01-01T00:00:00Z")
_HOSTILE_TIMES = (
    "",
    "now",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z",
    "2026-01-01",
    "10000-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2026-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+12:00",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00:00z",
    "2026-01-01T00:00:00.1234567890123Z",
)


@functools.cache
def dictionary() -> tuple[str, ...]:
    """The words that rules, defaults and types know: every short string without a space in their source."""
    found: set[str] = set()
    for path in sorted(Path(api.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                word = node.value
                if 0 < len(word) < 50 and not any(letter in word for letter in " \n\\{}$<>|"):
                    found.add(word)
    return tuple(sorted(found))


@functools.cache
def _texts() -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(_SHAPES), st.sampled_from(dictionary()))


_junk = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(_NUMBERS + _HOSTILE_NUMBERS)
    | st.sampled_from(_SHAPES + _HOSTILE_TEXTS),
    lambda below: (
        st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(("", "a", "name", "$patch")), below, max_size=2)
    ),
    max_leaves=3,
)


def hostile() -> st.SearchStrategy[Any]:
    """A value that fits hardly anywhere."""
    return st.one_of(
        st.sampled_from(_HOSTILE_TEXTS),
        st.sampled_from(_HOSTILE_NUMBERS),
        st.sampled_from(_HOSTILE_QUANTITIES),
        st.sampled_from(_HOSTILE_TIMES),
        _junk,
    )


@functools.cache
def of_field(info: FieldInfo, depth: int) -> st.SearchStrategy[Any]:
    """Values that the type of a field allows, `depth` structs deep."""
    if (enum := info.find(Enum)) is not None and not info.is_list:
        return st.one_of(st.sampled_from(enum.values), _texts())
    return of_type(info.type, depth)


def of_type(kind: Any, depth: int) -> st.SearchStrategy[Any]:
    """Values that a Python type of ours allows on the wire."""
    kind = strip(kind)[0]
    origin = get_origin(kind)
    if origin is list:
        return st.lists(of_type(get_args(kind)[0], depth), max_size=2)
    if origin is dict:
        return st.dictionaries(_texts(), of_type(get_args(kind)[1], depth), max_size=2)
    if origin in (Union, UnionType):
        return st.one_of([of_type(one, depth) for one in get_args(kind)])
    if isinstance(kind, type) and issubclass(kind, Struct):
        return of_struct(kind, depth - 1)
    return _scalars(kind)


def _scalars(kind: Any) -> st.SearchStrategy[Any]:
    if kind is str:
        return _texts()
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.sampled_from(_NUMBERS)
    if kind is float:
        return st.sampled_from((*_NUMBERS, 0.5))
    if kind is bytes:
        return st.sampled_from(("", "YQ==", "AAECAw==", "x"))
    if kind is Quantity:
        return st.sampled_from(_QUANTITIES) | st.sampled_from((0, 1, 1.5, 10))
    if kind is datetime or kind is MicroTime:
        return st.sampled_from(_TIMES)
    return _junk


@st.composite
def of_struct(draw: st.DrawFn, cls: type[Struct], depth: int) -> dict[str, Any]:
    """A few fields of a struct, the required ones nearly always."""
    fields = [info for name, info in fields_of(cls).items() if name not in ("metadata", "apiVersion", "kind")]
    if depth < 0 or not fields:
        return {}
    wanted = draw(st.lists(st.sampled_from(fields), max_size=2, unique=True))
    required = [info for info in fields if info.required and info not in wanted]
    return {info.name: draw(of_field(info, depth)) for info in (*required, *wanted)}
