"""Label and field selectors: parsing, matching, printing.

Grammar of label selectors: ``key``, ``!key``, ``key = value``, ``key == value``, ``key != value``, ``key in (a, b)``,
``key notin (a, b)``, ``key > 1``, ``key < 1``, joined by commas. Source: k8s.io/apimachinery/pkg/labels and fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Protocol

from . import names
from .field_errors import FieldError, Path, aggregate, invalid_value


class SelectorError(ValueError):
    """The text is no selector; the message is the API's."""


class Operator(Enum):
    """How a requirement compares; the value is how it is written."""

    EQUALS = "="
    DOUBLE_EQUALS = "=="
    NOT_EQUALS = "!="
    IN = "in"
    NOT_IN = "notin"
    EXISTS = "exists"
    DOES_NOT_EXIST = "!"
    GREATER = "gt"
    LESS = "lt"


_POSITIVE = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.IN})
_NEGATIVE = frozenset({Operator.NOT_EQUALS, Operator.NOT_IN})
_SINGLE = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.NOT_EQUALS})
_ORDER = frozenset({Operator.GREATER, Operator.LESS})
_WRITTEN = {Operator.GREATER: ">", Operator.LESS: "<"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label."""

    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True when `labels` meet the condition."""
        operator = self.operator
        if operator in _POSITIVE:
            return labels.get(self.key) in self.values
        if operator in _NEGATIVE:
            return labels.get(self.key) not in self.values
        if operator is Operator.EXISTS:
            return self.key in labels
        if operator is Operator.DOES_NOT_EXIST:
            return self.key not in labels
        return self._compare(labels.get(self.key))

    def _compare(self, actual: str | None) -> bool:
        number, limit = _integer(actual), _integer(next(iter(self.values), None))
        if number is None or limit is None:
            return False
        return number > limit if self.operator is Operator.GREATER else number < limit

    def __str__(self) -> str:
        if self.operator is Operator.EXISTS:
            return self.key
        if self.operator is Operator.DOES_NOT_EXIST:
            return f"!{self.key}"
        values = ",".join(sorted(self.values))
        if self.operator in (Operator.IN, Operator.NOT_IN):
            return f"{self.key} {self.operator.value} ({values})"
        return f"{self.key}{_WRITTEN.get(self.operator, self.operator.value)}{values}"


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """All of its requirements must hold. `nothing` matches no object at all, as an absent selector does."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True when `labels` meet every requirement."""
        if self.nothing:
            return False
        return all(requirement.matches(labels) for requirement in self.requirements)

    @property
    def empty(self) -> bool:
        """True when every object matches."""
        return not self.requirements and not self.nothing

    def exact(self, key: str) -> str | None:
        """The one value that the label `key` must have; None when there is no such demand."""
        for requirement in self.requirements:
            if requirement.key == key and requirement.operator in _POSITIVE and len(requirement.values) == 1:
                return next(iter(requirement.values))
        return None

    def __str__(self) -> str:
        return ",".join(str(requirement) for requirement in self.requirements)


EVERYTHING = LabelSelector()
NOTHING = LabelSelector(nothing=True)


@lru_cache(maxsize=1024)
def parse_label_selector(text: str) -> LabelSelector:
    """The selector that `text` writes down.

    Raises:
        SelectorError: not a selector; the message is the API's.
    """
    return _selector(_Parser(text).parse())


def from_labels(labels: Mapping[str, str]) -> LabelSelector:
    """Objects that have all of `labels`; everything when there are none."""
    return _selector(Requirement(key, Operator.EQUALS, frozenset({value})) for key, value in labels.items())


class SelectorRequirementType(Protocol):
    """``metav1.LabelSelectorRequirement``"""

    key: str
    operator: str
    values: list[str]


class LabelSelectorType(Protocol):
    """``metav1.LabelSelector``"""

    match_labels: dict[str, str]

    @property
    def match_expressions(self) -> Iterable[SelectorRequirementType]: ...


_API_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
    "Gt": Operator.GREATER,
    "Lt": Operator.LESS,
}


def from_label_selector(selector: LabelSelectorType | None) -> LabelSelector:
    """The selector in an object's spec: an empty one matches everything, an absent one nothing.

    Raises:
        SelectorError: an operator or value is not allowed.
    """
    if selector is None:
        return NOTHING
    found = [checked(key, Operator.EQUALS, [value], Path("")) for key, value in selector.match_labels.items()]
    for expression in selector.match_expressions:
        operator = _API_OPERATORS.get(expression.operator)
        if operator is None or operator in _ORDER:
            raise SelectorError(f'"{expression.operator}" is not a valid label selector operator')
        found.append(checked(expression.key, operator, expression.values, Path("")))
    return _selector(found)


def from_node_requirement(requirement: SelectorRequirementType) -> Requirement:
    """A term of a node selector, which also knows ``Gt`` and ``Lt``.

    Raises:
        SelectorError: an operator or value is not allowed.
    """
    operator = _API_OPERATORS.get(requirement.operator)
    if operator is None:
        raise SelectorError(f'"{requirement.operator}" is not a valid node selector operator')
    return checked(requirement.key, operator, requirement.values, Path(""))


def checked(key: str, operator: Operator, values: Iterable[str], path: Path) -> Requirement:
    """A requirement whose key and values obey the rules for labels.

    Raises:
        SelectorError: they do not.
    """
    given = sorted(values)
    errors: list[FieldError] = []
    if messages := names.qualified_name(key):
        errors.append(invalid_value(path.child("key"), key, "; ".join(messages)))
    if message := _wrong_count(operator, given):
        errors.append(invalid_value(path.child("values"), given, message))
    for position, value in enumerate(given):
        place = path.child("values").index(position)
        if operator in _ORDER and _integer(value) is None:
            errors.append(invalid_value(place, value, "for 'Gt', 'Lt' operators, the value must be an integer"))
        if messages := names.label_value(value):
            errors.append(invalid_value(place.key(key), value, "; ".join(messages)))
    if errors:
        raise SelectorError(aggregate(errors))
    return Requirement(key, operator, frozenset(given))


def _wrong_count(operator: Operator, values: list[str]) -> str:
    if operator in (Operator.IN, Operator.NOT_IN) and not values:
        return "for 'in', 'notin' operators, values set can't be empty"
    if operator in _SINGLE and len(values) != 1:
        return "exact-match compatibility requires one single value"
    if operator in (Operator.EXISTS, Operator.DOES_NOT_EXIST) and values:
        return "values set must be empty for exists and does not exist"
    if operator in _ORDER and len(values) != 1:
        return "for 'Gt', 'Lt' operators, exactly one value is required"
    return ""


def _selector(requirements: Iterable[Requirement]) -> LabelSelector:
    return LabelSelector(tuple(sorted(requirements, key=lambda requirement: requirement.key)))


def _integer(text: str | None) -> int | None:
    """A decimal number of 64 bits, as Go's ParseInt reads it."""
    if text is None or not re.fullmatch(r"[+-]?0*[0-9]{1,19}", text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


_TOKEN = re.compile(r"\s*(?:(?P<symbol>[=!<>(),]+)|(?P<word>[^\s=!<>(),]+))")
_SYMBOLS = ("==", "!=", "=", "!", "<", ">", "(", ")", ",")
_BINARY = {
    "=": Operator.EQUALS,
    "==": Operator.DOUBLE_EQUALS,
    "!=": Operator.NOT_EQUALS,
    "in": Operator.IN,
    "notin": Operator.NOT_IN,
    ">": Operator.GREATER,
    "<": Operator.LESS,
}
# In the order that upstream lists them.
_BINARY_SHOWN = "in, notin, =, ==, !=, gt, lt"
_END = ""


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        symbols = match["symbol"]
        if symbols is None:
            found.append(match["word"])
            continue
        while symbols:
            symbol = next(known for known in _SYMBOLS if symbols.startswith(known))
            found.append(symbol)
            symbols = symbols[len(symbol) :]
    return [*found, _END]


class _Parser:
    """Recursive descent over the tokens; one use."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._position = 0

    def parse(self) -> list[Requirement]:
        found: list[Requirement] = []
        while (token := self._peek()) != _END:
            if token != "!" and not _is_word(token):
                raise SelectorError(f"found '{token}', expected: !, identifier, or 'end of string'")
            try:
                found.append(self._requirement())
            except SelectorError as error:
                raise SelectorError(f"unable to parse requirement: {error}") from error
            after = self._take()
            if after == _END:
                break
            if after != ",":
                raise SelectorError(f"found '{after}', expected: ',' or 'end of string'")
            if (start := self._peek()) != "!" and not _is_word(start):
                raise SelectorError(f"found '{start}', expected: identifier after ','")
        return found

    def _peek(self) -> str:
        return self._tokens[self._position]

    def _take(self) -> str:
        token = self._tokens[self._position]
        self._position = min(self._position + 1, len(self._tokens) - 1)
        return token

    def _requirement(self) -> Requirement:
        negated = self._peek() == "!"
        if negated:
            self._take()
        key = self._take()
        if not _is_word(key):
            raise SelectorError(f"found '{key}', expected: identifier")
        if messages := names.qualified_name(key):
            raise SelectorError(str(invalid_value(Path(""), key, "; ".join(messages))))
        if negated or self._peek() in (_END, ","):
            return Requirement(key, Operator.DOES_NOT_EXIST if negated else Operator.EXISTS)
        written = self._take()
        operator = _BINARY.get(written)
        if operator is None:
            raise SelectorError(f"found '{written}', expected: {_BINARY_SHOWN}")
        values = self._values() if operator in (Operator.IN, Operator.NOT_IN) else {self._exact()}
        return checked(key, operator, values, Path(""))

    def _exact(self) -> str:
        if self._peek() in (_END, ","):
            return ""
        value = self._take()
        if not _is_word(value):
            raise SelectorError(f"found '{value}', expected: identifier")
        return value

    def _values(self) -> set[str]:
        """``(a, b)``; a place left empty counts as the empty value."""
        if (token := self._take()) != "(":
            raise SelectorError(f"found '{token}' expected: '('")
        values: set[str] = set()
        while True:
            token = self._take()
            if token in (",", ")"):
                values.add("")
            elif _is_word(token):
                values.add(token)
                token = self._take()
            else:
                raise SelectorError(f"found '{token}', expected: ',', ')' or identifier")
            if token == ")":
                return values
            if token != ",":
                raise SelectorError(f"found '{token}', expected: ',' or ')'")


def _is_word(token: str) -> bool:
    return token != _END and token not in _SYMBOLS


class FieldOperator(Enum):
    """How a field selector compares."""

    EQUALS = "="
    NOT_EQUALS = "!="


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """All of its ``(field, operator, value)`` requirements must hold."""

    requirements: tuple[tuple[str, FieldOperator, str], ...] = ()

    def matches(self, fields: Mapping[str, str]) -> bool:
        """True when `fields` meet every requirement; a missing field counts as empty."""
        return all(
            (fields.get(field, "") == value) is (operator is FieldOperator.EQUALS)
            for field, operator, value in self.requirements
        )

    @property
    def empty(self) -> bool:
        """True when every object matches."""
        return not self.requirements

    def exact(self, field: str) -> str | None:
        """The one value that `field` must have; None when there is no such demand."""
        for name, operator, value in self.requirements:
            if name == field and operator is FieldOperator.EQUALS:
                return value
        return None

    def __str__(self) -> str:
        return ",".join(f"{field}{operator.value}{escape(value)}" for field, operator, value in self.requirements)


ALL_FIELDS = FieldSelector()

_TERMS = re.compile(r"((?:\\.|[^\\,])*\\?)(?:,|\Z)", re.DOTALL)
_TERM = re.compile(r"(.*?)(!=|==|=)(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.?)|([,=])", re.DOTALL)


@lru_cache(maxsize=1024)
def parse_field_selector(text: str) -> FieldSelector:
    """The selector that `text` writes down, e.g. ``spec.nodeName=a,status.phase!=Failed``.

    Raises:
        SelectorError: not a selector.
    """
    found = []
    for term in sorted(filter(None, _TERMS.findall(text))):
        parts = _TERM.fullmatch(term)
        if parts is None:
            raise SelectorError(f"invalid selector: '{text}'; can't understand '{term}'")
        field, written, value = parts.groups()
        operator = FieldOperator.NOT_EQUALS if written == "!=" else FieldOperator.EQUALS
        found.append((field, operator, unescape(value)))
    return FieldSelector(tuple(found))


def escape(value: str) -> str:
    r"""`value` as it must be written in a field selector: ``\``, ``,`` and ``=`` behind a ``\``."""
    return re.sub(r"([\\,=])", r"\\\1", value)


def unescape(value: str) -> str:
    """The opposite of `escape`.

    Raises:
        SelectorError: a character that needs an escape has none, or the other way round.
    """

    def plain(match: re.Match[str]) -> str:
        escaped, bare = match.groups()
        if bare:
            raise SelectorError(f"invalid field selector: unescaped character in value: {ord(bare)}")
        if escaped not in ("\\", ",", "=") or not escaped:
            raise SelectorError(f"invalid field selector: invalid escape sequence: \\{escaped}")
        return escaped

    return _ESCAPE.sub(plain, value)
