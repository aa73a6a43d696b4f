"""AlwaysDeny: nothing may be changed; for trials."""

from __future__ import annotations

from ... import statuses
from ...write import SERVER_ITSELF, Write


async def always_deny(write: Write) -> None:
    """Refuse it, unless the server itself writes, which could not start otherwise.

    Raises:
        Forbidden: always.
    """
    if write.user is not SERVER_ITSELF:
        raise statuses.forbidden(write.resource, write.name, "admission control is denying all modifications")
