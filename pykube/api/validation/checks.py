"""Checks of single values that many kinds share. Each yields what is wrong and nothing when all is well."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from typing import Any

from .. import names
from ..field_errors import Errors, Path, duplicate, invalid_value, not_supported, required
from ..quantity import Quantity

IMMUTABLE = "field is immutable"
NOT_NEGATIVE = "must be greater than or equal to 0"
_BAD_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_BAD_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
_MAX_MODE = 0o777
_MAX_ID = 2**31 - 1


def follows(path: Path, value: str, rule: names.NameRule) -> Errors:
    """`value` obeys a rule of `names`."""
    for message in rule(value):
        yield invalid_value(path, value, message)


def named(path: Path, value: str, rule: names.NameRule) -> Errors:
    """`value` is there and obeys a rule of `names`."""
    if not value:
        yield required(path)
    else:
        yield from follows(path, value, rule)


def supported(path: Path, value: str, allowed: Collection[str]) -> Errors:
    """`value` is one of `allowed`, which the message lists in alphabetical order."""
    if value not in allowed:
        yield not_supported(path, value, sorted(allowed))


def required_supported(path: Path, value: str, allowed: Collection[str]) -> Errors:
    """`value` is there and one of `allowed`, which the message lists as they are given."""
    if not value:
        yield required(path)
    elif value not in allowed:
        yield not_supported(path, value, allowed)


def not_negative(path: Path, value: int | None) -> Errors:
    if value is not None and value < 0:
        yield invalid_value(path, value, NOT_NEGATIVE)


def positive(path: Path, value: int) -> Errors:
    if value <= 0:
        yield invalid_value(path, value, "must be greater than zero")


def in_range(path: Path, value: int, low: int, high: int) -> Errors:
    if not low <= value <= high:
        yield invalid_value(path, value, names.between(low, high))


def user_or_group(path: Path, value: int | None) -> Errors:
    """A numeric user or group id."""
    if value is not None and not 0 <= value <= _MAX_ID:
        yield invalid_value(path, value, names.between(0, _MAX_ID))


def port(path: Path, value: int) -> Errors:
    if not 1 <= value <= 65535:
        yield invalid_value(path, value, names.between(1, 65535))


def port_or_name(path: Path, value: int | str) -> Errors:
    """A port number, or the name of a container's port."""
    if isinstance(value, int):
        yield from port(path, value)
    else:
        yield from follows(path, value, names.port_name)


def file_mode(path: Path, value: int | None) -> Errors:
    if value is not None and not 0 <= value <= _MAX_MODE:
        yield invalid_value(path, value, "must be a number between 0 and 0777 (octal), both inclusive")


def immutable(path: Path, new: Any, old: Any) -> Errors:
    if new != old:
        yield invalid_value(path, new, IMMUTABLE)


def unique(path: Path, values: Iterable[Any]) -> Errors:
    """No value stands twice in the list at `path`."""
    seen = set()
    for index, value in enumerate(values):
        if value in seen:
            yield duplicate(path.index(index), value)
        seen.add(value)


def ip(path: Path, value: str) -> Errors:
    if parse_ip(value) is None:
        yield invalid_value(path, value, _BAD_IP)


def cidr(path: Path, value: str) -> Errors:
    if parse_cidr(value) is None:
        yield invalid_value(path, value, _BAD_CIDR)


def parse_ip(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, or None when `value` is none; zones are not allowed."""
    try:
        return ipaddress.ip_address(value) if "%" not in value else None
    except ValueError:
        return None


def parse_cidr(value: str) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface | None:
    """The range, or None when `value` is none; the prefix length must be written."""
    address, slash, length = value.partition("/")
    if not slash or not length.isdecimal() or parse_ip(address) is None:
        return None
    try:
        return ipaddress.ip_interface(value)
    except ValueError:
        return None


def non_special_ip(path: Path, value: str) -> Errors:
    """An address that one host can have: not unspecified, loopback, link-local."""
    address = parse_ip(value)
    if address is None:
        yield invalid_value(path, value, _BAD_IP)
        return
    if address.is_unspecified:
        yield invalid_value(path, value, f"may not be unspecified ({value})")
    if address.is_loopback:
        yield invalid_value(path, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)")
    if address.is_link_local:
        yield invalid_value(path, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    if address.is_multicast and (int(address) >> (8 if address.version == 4 else 112)) in (0xE00000, 0xFF02):
        yield invalid_value(path, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")


def no_backsteps(path: Path, value: str) -> Errors:
    if ".." in value.split("/"):
        yield invalid_value(path, value, "must not contain '..'")


def relative_path(path: Path, value: str) -> Errors:
    if value.startswith("/"):
        yield invalid_value(path, value, "must be a relative path")
    yield from no_backsteps(path, value)


def local_path(path: Path, value: str) -> Errors:
    """The name of a file within a volume; names that start with two dots are the volume's own."""
    yield from relative_path(path, value)
    if value.startswith("..") and not value.startswith("../"):
        yield invalid_value(path, value, "must not start with '..'")


def amount_not_negative(path: Path, value: Quantity) -> Errors:
    if value.sign < 0:
        yield invalid_value(path, str(value), NOT_NEGATIVE)


def int_or_percent(path: Path, value: int | str | None) -> Errors:
    """A number that is not negative, or a percentage."""
    if isinstance(value, str):
        if names.percent(value):
            yield invalid_value(path, value, "must be an integer or percentage (e.g '5%')")
    else:
        yield from not_negative(path, value)


def percentage_of(value: int | str | None) -> int | None:
    """25 for ``25%``, None for anything else."""
    return int(value[:-1]) if isinstance(value, str) and not names.percent(value) else None


def not_over_100_percent(path: Path, value: int | str | None) -> Errors:
    share = percentage_of(value)
    if share is not None and share > 100:
        yield invalid_value(path, value, "must not be greater than 100%")


def domain_path(path: Path, value: str) -> Errors:
    """``example.com/name``"""
    if not value:
        yield required(path)
        return
    domain, slash, rest = value.partition("/")
    if not slash or not domain or not rest:
        yield invalid_value(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')
        return
    for message in names.dns_subdomain(domain):
        yield invalid_value(path, domain, message)
    yield from follows(path, rest, names.http_path)
