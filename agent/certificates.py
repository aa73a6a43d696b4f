"""The certificates of an agent that has joined by a token, renewed by itself at two thirds of their life.

Files change, nothing restarts: client and node API look at them from time to time, and open connections stay.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable, Sequence

from agent.certificate_requests import CLIENT, SERVING, Refused, ask
from agent.trust import REFUSED, fingerprints
from pykube import errors
from pykube.aio.clock import Clock
from pykube.client.rest import Client
from pykube.pki import files as disk
from pykube.pki.agent_files import AgentFiles

log = logging.getLogger(__name__)

LOOK = 60.0
"""Seconds between looks at the certificates."""
RETRY = 15.0
"""Seconds after which is asked again for one that was not to be had."""


class NodeCertificates:
    """Keeps the two certificates of the node `node`; what its API shows is asked for once the Node is there."""

    def __init__(
        self, client: Client, files: AgentFiles, clock: Clock, node: str, addresses: Callable[[], Sequence[str]]
    ) -> None:
        """`addresses` are those that the Node object has."""
        self._client = client
        self._files = files
        self._clock = clock
        self._node = node
        self._addresses = addresses
        self._joining = importlib.import_module("pykube.pki.joining")
        self.can_serve = asyncio.Event()
        """Set when there is a certificate for the node's API."""

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            try:
                await self.look()
                wait = LOOK
            except errors.Unauthorized:
                log.error(REFUSED, self._node)
                wait = LOOK
            except (errors.ApiError, Refused, OSError) as error:
                log.warning("no new certificate for node %s: %s", self._node, error)
                wait = RETRY
            await self._clock.sleep(wait)

    async def look(self) -> None:
        """Renew what is due.

        Raises:
            errors.ApiError: the server does not answer, or refuses.
            Refused: a certificate is refused.
            OSError: it cannot be written.
        """
        signer = self.signer
        found = self._joining.held(self._files.joined_client, self._authorities())
        if found is None or self._clock.now() >= found.renew_at or found.issuer != signer:
            key, request = self._joining.request(self._node)
            certificate = await ask(self._client, self._clock, signer=CLIENT, request=request, prefix="node-csr-")
            disk.write(self._files.joined_client, key + certificate)
            log.info("node %s has a new client certificate", self._node)
        await self._look_at_serving(signer)

    async def _look_at_serving(self, signer: str) -> None:
        addresses = self._addresses()
        found = self._joining.held(self._files.joined_serving, self._authorities())
        names = frozenset([self._node, *addresses])
        good = found is not None and found.names == names and found.expires > self._clock.now()
        if good:
            self.can_serve.set()
        if not good or found is None or self._clock.now() >= found.renew_at or found.issuer != signer:
            key, request = self._joining.request(self._node, [self._node], addresses)
            certificate = await ask(self._client, self._clock, signer=SERVING, request=request, prefix="node-serving-")
            disk.write(self._files.joined_serving, key + certificate)
            log.info("node %s has a new certificate for its API", self._node)
            self.can_serve.set()

    @property
    def signer(self) -> str:
        """The fingerprint of the authority that signs now: the first of those that are trusted."""
        return fingerprints(self._authorities())[0]

    def issuer(self) -> str:
        """The fingerprint of the authority that both certificates come from; empty: they come from two."""
        pem = self._authorities()
        held = [self._joining.held(path, pem) for path in (self._files.joined_client, self._files.joined_serving)]
        issuers = {one.issuer for one in held if one is not None}
        return issuers.pop() if len(issuers) == 1 else ""

    def _authorities(self) -> bytes:
        return self._files.authorities.read_bytes()
