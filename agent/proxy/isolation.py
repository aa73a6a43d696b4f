"""Finding the few Services whose rules the kernel refuses, so that the rest can go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .nft import NftError, NftWriter
from .rules import Addresses, ServiceRules
from .table import Table


async def refused_services(
    rules: Mapping[str, ServiceRules], addresses: Addresses, writer: NftWriter
) -> frozenset[str]:
    """The Services (by key) without which all others are accepted together.

    Halves what is refused until single Services are left; nothing is changed meanwhile. Of two Services that contradict
    each other, the later one is refused.

    Raises:
        NftError: even the table without any Service is refused.
    """
    accepted: list[str] = []
    refused: list[str] = []

    async def fits(keys: Sequence[str]) -> bool:
        table = Table(addresses)
        table.update({key: rules[key] for key in (*accepted, *keys)})
        try:
            await writer.check(table.full())
        except NftError:
            return False
        return True

    async def sort(keys: Sequence[str]) -> None:
        if await fits(keys):
            accepted.extend(keys)
        elif len(keys) == 1:
            refused.extend(keys)
        else:
            middle = len(keys) // 2
            await sort(keys[:middle])
            await sort(keys[middle:])

    await writer.check(Table(addresses).full())
    await sort(sorted(rules))
    return frozenset(refused)
