"""Reading a configuration file of the group apiserver.config.k8s.io: YAML, of one kind, without unknown fields."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")

_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class ConfigurationError(ValueError):
    """The configuration cannot be used; the message says why."""


def decode(text: str, kind: str, versions: frozenset[str], cls: type[T]) -> T:
    """The object in a file's text.

    Raises:
        ConfigurationError: it is none of this kind and one of these versions, or has fields that nobody knows.
    """
    try:
        doc: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"no YAML: {error}") from error
    if not isinstance(doc, dict):
        raise ConfigurationError(f"expected {kind}, got no object")
    group, _, version = str(doc.pop("apiVersion", "")).partition("/")
    found = doc.pop("kind", "")
    if (group, found) != ("apiserver.config.k8s.io", kind) or version not in versions:
        known = ", ".join(f"apiserver.config.k8s.io/{one}" for one in sorted(versions))
        raise ConfigurationError(f"expected {kind} of {known}, got {found} of {group}/{version}")
    try:
        return msgspec.convert(doc, cls)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"strict decoding error: {error}") from error


def duration(text: str) -> float | None:
    """Seconds of a duration as Go writes it (``1m30s``); None when it is none, 0 when it is empty."""
    if text in ("", "0"):
        return 0.0
    sign, unsigned = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
    parts = _PART.findall(unsigned)
    if not parts or "".join(number + unit for number, unit in parts) != unsigned:
        return None
    return sign * sum(float(number) * _SECONDS[unit] for number, unit in parts)
