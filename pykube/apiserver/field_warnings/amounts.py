"""Amounts that cannot be had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pykube.api.field_errors import Path
from pykube.api.quantity import Quantity


def of_fractions(path: Path, amounts: Mapping[str, Quantity], *names: str) -> Iterator[str]:
    """Bytes come whole."""
    for name in names:
        amount = amounts.get(name)
        if amount is not None and not amount.is_integer:
            yield f'{path.key(name)}: fractional byte value "{amount}" is invalid, must be an integer'
