"""Shuffle sharding: a flow's hand of queues.

Two flows rarely hold the same hand, so a flow that fills all of its queues leaves most others at least one of theirs.
Source: k8s.io/apiserver util/shufflesharding and KEP-1040; the same hash gives the same hand as upstream.
"""

from __future__ import annotations

import hashlib
import math

MAX_HAND = 15
"""Cards that 60 bits of a hash can deal from any deck worth the name."""

ENTROPY_BITS = 60
"""Bits of a 64-bit hash that may be used up before the last card is dealt unevenly."""


def entropy_bits(deck: int, hand: int) -> int:
    """Bits that dealing `hand` of `deck` cards uses, on the safe side."""
    return math.ceil(math.log2(deck) * hand)


def flow_hash(schema: str, distinguisher: str) -> int:
    """The 64 bits that stand for a flow."""
    text = f"{schema}\0{distinguisher}".encode("utf-8", "surrogateescape")
    digest = hashlib.sha256(text).digest()
    return int.from_bytes(digest[:8], "little")


def deal(value: int, *, deck: int, hand: int) -> tuple[int, ...]:
    """`hand` different cards of 0 to ``deck - 1``, fixed by `value`.

    Card i is the rest of dividing by the number of cards left: its rank among those. Ranks turn into cards by
    stepping over the ones dealt before.
    """
    cards: list[int] = []
    for dealt in range(hand):
        value, rank = divmod(value, deck - dealt)
        for taken in sorted(cards):
            if rank >= taken:
                rank += 1
        cards.append(rank)
    return tuple(cards)
