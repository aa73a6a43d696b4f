"""Formats of strings that schemas of custom resources may ask for; unknown ones mean nothing.

Source: k8s.io/kube-openapi, validation/strfmt, and the list in apiextensions-apiserver.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from urllib.parse import urlsplit

from pykube.api import names

Check = Callable[[str], bool]

_DATE_TIME = re.compile(
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
    r"([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)?$"
)
_DURATION_UNITS = r"(ns|us|µs|μs|ms|s|m|h|d|w|hours?|hrs?|minutes?|mins?|seconds?|secs?|days?|weeks?|wks?|nanoseconds?)"
_DURATION = re.compile(rf"^-?(\d+(\.\d*)?|\.\d+)\s*{_DURATION_UNITS}(\s*(\d+(\.\d*)?|\.\d+)\s*{_DURATION_UNITS})*$|^0$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")
_HOSTNAME = re.compile(r"^([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9\-]{1,63}\.?$")
_MAC = re.compile(r"^([0-9a-fA-F]{2}[:-]){5}([0-9a-fA-F]{2}[:-]?){1,3}$|^([0-9a-fA-F]{4}\.){2,3}[0-9a-fA-F]{4}$")
_HEX_COLOR = re.compile(r"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")
_RGB_COLOR = re.compile(r"^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$")
_BSON = re.compile(r"^[0-9a-fA-F]{24}$")
_SSN = re.compile(r"^\d{3}[- ]?\d{2}[- ]?\d{4}$")
_CARD = re.compile(r"^\d{13,19}$")
_ISBN10 = re.compile(r"^\d{9}[\dXx]$")
_ISBN13 = re.compile(r"^\d{13}$")


def _tried(parse: Callable[[str], object]) -> Check:
    """A check that holds when `parse` raises no ValueError."""

    def check(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return check


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda text: pattern.search(text) is not None


def _date_time(text: str) -> bool:
    return _DATE_TIME.match(text) is not None and _tried(lambda day: datetime.strptime(day, "%Y-%m-%d"))(text[:10])


def _uuid(version: int) -> Check:
    def check(text: str) -> bool:
        try:
            found = uuid.UUID(text)
        except ValueError:
            return False
        return not version or found.version == version

    return check


def _uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme) or text.startswith("/")


def _base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _isbn(text: str) -> bool:
    plain = text.replace("-", "").replace(" ", "")
    return bool(_ISBN10.match(plain) or _ISBN13.match(plain))


FORMATS: Mapping[str, Check] = {
    "date": _tried(date.fromisoformat),
    "date-time": _date_time,
    "datetime": _date_time,
    "duration": _matches(_DURATION),
    "byte": _base64,
    "password": lambda text: True,
    "email": _matches(_EMAIL),
    "hostname": lambda text: len(text) <= 255 and _HOSTNAME.match(text) is not None,
    "uri": _uri,
    "ipv4": _tried(ipaddress.IPv4Address),
    "ipv6": _tried(ipaddress.IPv6Address),
    "cidr": _tried(lambda text: ipaddress.ip_network(text, strict=False) if "/" in text else int("no prefix")),
    "mac": _matches(_MAC),
    "uuid": _uuid(0),
    "uuid3": _uuid(3),
    "uuid4": _uuid(4),
    "uuid5": _uuid(5),
    "hexcolor": _matches(_HEX_COLOR),
    "rgbcolor": _matches(_RGB_COLOR),
    "bsonobjectid": _matches(_BSON),
    "creditcard": lambda text: _CARD.match(text.replace("-", "").replace(" ", "")) is not None,
    "ssn": _matches(_SSN),
    "isbn": _isbn,
    "isbn10": _isbn,
    "isbn13": _isbn,
    "k8s-short-name": lambda text: not names.dns_label(text),
    "k8s-long-name": lambda text: not names.dns_subdomain(text),
}
