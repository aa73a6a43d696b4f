"""All functions that expressions may call."""

from __future__ import annotations

from typing import Final

from ..declarations import by_name
from . import (
    authorization,
    conversions,
    formats,
    lists,
    networks,
    operators,
    optionals,
    quantities,
    regexes,
    strings,
    times,
    urls,
)

_ALL: Final = (
    *operators.OVERLOADS,
    *conversions.OVERLOADS,
    *strings.OVERLOADS,
    *regexes.OVERLOADS,
    *times.OVERLOADS,
    *lists.OVERLOADS,
    *optionals.OVERLOADS,
    *quantities.OVERLOADS,
    *networks.OVERLOADS,
    *urls.OVERLOADS,
    *formats.OVERLOADS,
    *authorization.OVERLOADS,
)
FUNCTIONS: Final = by_name(_ALL)
"""What every expression may call."""
PATCH_FUNCTIONS: Final = by_name((*_ALL, *urls.PATCH_OVERLOADS))
"""What expressions that make patches may call."""
