"""Named formats: ``format.dns1123Label().validate(name)`` gives what is wrong, or nothing.

Source: k8s.io/apiserver, pkg/cel/library/format.go.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from pykube.api import names

from ..declarations import function, method
from ..errors import EvaluationError
from ..moments import parse_timestamp
from ..values import NONE, Optional, some
from .urls import parse_url

_UUID: Final = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_DATE_TIME_COST: Final = 156
"""Length of the expression that upstream matches dates with."""


@dataclass(frozen=True, slots=True)
class FormatValue:
    """A format among values."""

    name: str
    check: Callable[[str], list[str]]
    cost: int
    """The length of a regular expression that would do the same."""
    type_name: ClassVar[str] = "kubernetes.NamedFormat"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FormatValue) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name


def _rule(rule: Callable[[str], names.Messages], *, prefix: bool = False) -> Callable[[str], list[str]]:
    return lambda text: list(rule(names.as_prefix(text) if prefix else text))


def _uri(text: str) -> list[str]:
    try:
        parse_url(text)
    except EvaluationError as error:
        return [str(error).partition(": ")[2]]
    return []


def _uuid(text: str) -> list[str]:
    return [] if _UUID.fullmatch(text) else ["does not match the UUID format"]


def _byte(text: str) -> list[str]:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ["invalid base64"]
    return []


def _date(text: str) -> list[str]:
    try:
        date.fromisoformat(text if len(text) == 10 else "")
    except ValueError:
        return ["invalid date"]
    return []


def _date_time(text: str) -> list[str]:
    return [] if parse_timestamp(text.upper()) is not None else ["invalid datetime"]


_FORMATS: Final = {
    "dns1123Label": FormatValue("DNS1123Label", _rule(names.dns_label), 30),
    "dns1123Subdomain": FormatValue("DNS1123Subdomain", _rule(names.dns_subdomain), 60),
    "dns1035Label": FormatValue("DNS1035Label", _rule(names.dns_1035_label), 30),
    "qualifiedName": FormatValue("QualifiedName", _rule(names.qualified_name), 60),
    "dns1123LabelPrefix": FormatValue("DNS1123LabelPrefix", _rule(names.dns_label, prefix=True), 30),
    "dns1123SubdomainPrefix": FormatValue("DNS1123SubdomainPrefix", _rule(names.dns_subdomain, prefix=True), 60),
    "dns1035LabelPrefix": FormatValue("DNS1035LabelPrefix", _rule(names.dns_1035_label, prefix=True), 30),
    "labelValue": FormatValue("LabelValue", _rule(names.label_value), 40),
    "uri": FormatValue("URI", _uri, 1103),
    "uuid": FormatValue("uuid", _uuid, 85),
    "byte": FormatValue("byte", _byte, 84),
    "date": FormatValue("date", _date, _DATE_TIME_COST),
    "datetime": FormatValue("datetime", _date_time, _DATE_TIME_COST),
}


def _named(name: str) -> Optional:
    return some(_FORMATS[name]) if name in _FORMATS else NONE


def _validate(form: FormatValue, text: str) -> Optional:
    problems = form.check(text)
    return some(problems) if problems else NONE


def _constant(form: FormatValue) -> Callable[[], FormatValue]:
    return lambda: form


OVERLOADS: Final = (
    *(
        function(f"format.{name}", f"format.{name}", "-> NamedFormat", _constant(form))
        for name, form in _FORMATS.items()
    ),
    method("format-validate", "validate", "NamedFormat, string -> optional(list(string))", _validate),
    function("format-named", "format.named", "string -> optional(NamedFormat)", _named),
)
