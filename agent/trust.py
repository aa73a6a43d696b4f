"""Whom the agent trusts: it follows the cluster's change from one authority to the next, and says how far it has come.

The annotations on the Node are read by ``pykube certs rotate-ca``, which does no step that would cut the node off.
"""

from __future__ import annotations

import hashlib
import logging
import ssl
from collections.abc import Callable

from agent.bootstrap import authorities
from pykube import errors
from pykube.aio.clock import Clock
from pykube.api import core_v1
from pykube.client.rest import Client
from pykube.pki import files as disk
from pykube.pki.agent_files import FINGERPRINT, ISSUER, TRUSTED, AgentFiles

log = logging.getLogger(__name__)

LOOK = 45.0
"""Seconds between looks at what the cluster says."""
TAKEN_UP = 65.0
"""Seconds after which the client and the node API have surely read a file that was changed: both look every minute."""

REFUSED = (
    "the server refuses the certificate of node %s: it has expired, or the Node was deleted. To join again, make a "
    "token (pykube token create) and start the agent with it"
)
AGAIN = 600.0
"""Seconds after which it is said again: the Node may have been made anew meanwhile."""
_END = "-----END CERTIFICATE-----"


def fingerprints(pem: bytes) -> list[str]:
    """The beginnings of the SHA-256 digests of the certificates in `pem`, in their order."""
    blocks = [block for block in pem.decode().split(_END) if "-----BEGIN CERTIFICATE-----" in block]
    ders = [ssl.PEM_cert_to_DER_cert(block[block.index("-----BEGIN") :] + _END) for block in blocks]
    return [hashlib.sha256(der).hexdigest()[:FINGERPRINT] for der in ders]


class Trust:
    """Keeps the file of the authorities, and the annotations of the node `node`.

    `issuer` tells which authority the agent's certificates come from; None where the server's own host makes the
    files, authorities included.
    """

    def __init__(
        self, client: Client, files: AgentFiles, clock: Clock, node: str, issuer: Callable[[], str] | None
    ) -> None:
        self._client = client
        self._files = files
        self._clock = clock
        self._node = node
        self._issuer = issuer
        self._in_use = fingerprints(files.authorities.read_bytes())
        self._seen = self._in_use
        self._seen_at = clock.monotonic()
        self._told: dict[str, str] = {}
        self._told_at = 0.0

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await self._clock.sleep(LOOK)
            try:
                await self.look()
            except errors.Unauthorized:
                log.error(REFUSED, self._node)
            except (errors.ApiError, OSError, ValueError) as error:
                log.warning("cannot follow the cluster's authorities: %s", error)

    async def look(self) -> None:
        """Take up what the cluster says, and say what is in use.

        Raises:
            errors.ApiError: the server does not answer, or refuses.
            OSError: the file cannot be read or written.
            ValueError: what the cluster says are no certificates.
        """
        if self._issuer is not None:
            offered = await authorities(self._client)
            if not fingerprints(offered):
                raise ValueError("the cluster names no authorities")
            disk.write_if_changed(self._files.authorities, offered, mode=0o644)
        found = fingerprints(self._files.authorities.read_bytes())
        now = self._clock.monotonic()
        if found != self._seen:
            self._seen, self._seen_at = found, now
        if now - self._seen_at >= TAKEN_UP:
            self._in_use = self._seen
        await self._tell()

    async def _tell(self) -> None:
        wanted = {TRUSTED: ",".join(self._in_use)}
        if self._issuer is not None:
            wanted[ISSUER] = self._issuer()
        now = self._clock.monotonic()
        if wanted != self._told or now - self._told_at >= AGAIN:
            await self._client.patch(core_v1.Node, self._node, body={"metadata": {"annotations": wanted}})
            self._told, self._told_at = wanted, now
