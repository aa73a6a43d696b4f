"""Which state of the cluster a read asks for: resourceVersion, resourceVersionMatch, and waiting for it."""

from __future__ import annotations

import asyncio

from pykube.errors import Cause, Details, Invalid

from . import statuses
from .parameters import revision as parse
from .progress import Progress
from .request import Query

__all__ = ["EXACT", "NOT_OLDER", "WAIT", "check_match", "not_older", "parse"]

WAIT = 3.0
"""Seconds that a read waits for a state that this server has not seen yet; upstream's limit."""

EXACT = "Exact"
NOT_OLDER = "NotOlderThan"


def check_match(query: Query, *, watching: bool) -> str:
    """The resourceVersionMatch of a list or watch.

    Raises:
        Invalid: it does not go with the other parameters.
    """
    match = query.get("resourceVersionMatch", "")
    version = query.get("resourceVersion", "")
    initial = "sendInitialEvents" in query
    if watching:
        if match and not initial:
            raise _invalid(
                "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
            )
        if initial and match != NOT_OLDER:
            why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            raise _invalid(f"Forbidden: {why}")
        return match
    if initial:
        raise _invalid("Forbidden: sendInitialEvents is forbidden for list", "sendInitialEvents")
    if not match:
        return ""
    if query.get("continue"):
        raise _invalid("Forbidden: resourceVersionMatch is forbidden when continue is provided")
    if match not in (EXACT, NOT_OLDER):
        raise _invalid(f'Unsupported value: "{match}": supported values: "Exact", "NotOlderThan"')
    if not version:
        raise _invalid("Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")
    if match == EXACT and version == "0":
        raise _invalid('Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    return match


def _invalid(message: str, field: str = "resourceVersionMatch") -> Invalid:
    cause = Cause("FieldValueForbidden", message, field)
    return Invalid(
        f'ListOptions.meta.k8s.io "" is invalid: {field}: {message}',
        Details(group="meta.k8s.io", kind="ListOptions", causes=(cause,)),
    )


async def not_older(progress: Progress, revision: int) -> None:
    """Return when the caches show `revision`.

    Raises:
        Timeout: they do not within `WAIT`.
    """
    if progress.revision >= revision:
        return
    try:
        async with asyncio.timeout(WAIT):
            await progress.reach(revision)
    except TimeoutError:
        raise statuses.too_large_revision(revision, progress.revision) from None
