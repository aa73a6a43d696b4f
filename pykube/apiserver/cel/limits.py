"""How large values may become. cel-go's costs do not stop some that grow by much in a few cheap steps.

Whatever is larger counts as too expensive, since looking at it would be.
"""

from __future__ import annotations

from typing import Final

from .errors import CostExceeded

MOST_ITEMS: Final = 1_000_000
"""Longest list that may be made."""
MOST_CHARACTERS: Final = 16 * 1024 * 1024
"""Longest text that may be made."""


def check_items(count: int) -> None:
    """
    Raises:
        CostExceeded: a list would have too many items.
    """
    if count > MOST_ITEMS:
        raise CostExceeded


def check_characters(count: int) -> None:
    """
    Raises:
        CostExceeded: a text would be too long.
    """
    if count > MOST_CHARACTERS:
        raise CostExceeded
