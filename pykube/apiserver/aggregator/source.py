"""One server that documents are fetched from."""

from __future__ import annotations

from dataclasses import dataclass

from .delegates import Delegate
from .endpoints import Address
from .transport import Fetched, Transport


@dataclass(frozen=True, slots=True)
class Source:
    """A backend at one of its addresses."""

    transport: Transport
    address: Address

    async def get(self, delegate: Delegate, path: str, *, accept: str, etag: str = "", seconds: float) -> Fetched:
        """Ask for a document; the answer is 304 when it is still the one that `etag` marks.

        Raises:
            Unreachable: there is no answer.
        """
        headers = [("Accept", accept)]
        if etag:
            headers.append(("If-None-Match", etag))
        return await self.transport.fetch(delegate, self.address, path, headers, seconds)
