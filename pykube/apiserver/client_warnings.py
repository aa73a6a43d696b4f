"""Which warnings an answer carries: none twice, and no more than headers can hold. Pure.

Warnings come from webhooks and policies too, which may say as much as they like.
Source: k8s.io/apiserver, pkg/endpoints/filters/warning.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

TOTAL = 4 * 1024
"""Characters that all warnings of an answer have together, as long as none is cut."""
EACH = 256
"""Characters of each that are kept when all together have more."""


def told(warnings: Sequence[str]) -> Sequence[str]:
    """The warnings to send, in their order."""
    if not warnings:
        return ()
    once = [text for text in dict.fromkeys(warnings) if text]
    if sum(map(len, once)) <= TOTAL:
        return once
    return list(_cut(once))


def _cut(warnings: Sequence[str]) -> Iterator[str]:
    written = 0
    for text in warnings:
        if written >= TOTAL:
            return
        written += len(text[:EACH])
        yield text[:EACH]
