"""What the node API shows and whom it trusts, exchanged whole under a listener that stays.

A TLS context takes up a new certificate, but never forgets an authority. So each handshake is handed the newest
context; an authority that the cluster has dropped is trusted no more, without a restart.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from agent.server.app import ServingFiles


@dataclass(frozen=True, slots=True)
class ExchangedFiles(ServingFiles):
    """Files that are read into a new context whenever they change."""

    _newest: list[ssl.SSLContext] = field(default_factory=list, init=False, repr=False, compare=False)

    def context(self) -> ssl.SSLContext:
        """The listener's context, which hands each handshake on to the newest one."""
        # ServingFiles by name: in a dataclass with slots super() without arguments knows its class no more
        context = ServingFiles.context(self)
        context.options |= ssl.OP_NO_TICKET  # a session that is resumed is not verified again
        context.num_tickets = 0
        context.sni_callback = self._hand_on  # called for clients that name no server, too
        return context

    def load_into(self, context: ssl.SSLContext) -> None:
        """Use the files for connections from now on, and nothing that was in them before."""
        fresh = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        fresh.minimum_version = ssl.TLSVersion.TLSv1_2
        fresh.verify_mode = ssl.CERT_OPTIONAL
        ServingFiles.load_into(self, fresh)
        ServingFiles.load_into(self, context)
        self._newest[:] = [fresh]

    def _hand_on(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._newest[0]
