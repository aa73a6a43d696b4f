"""Several streams over one WebSocket: each message starts with the number of its channel.

The protocols are Kubernetes' ``channel.k8s.io`` family. In binary messages the first byte is the channel; in the base64
variants, which are text messages, the first character is the channel's digit and the rest is base64. Version 5 adds a
close signal: channel 255, followed by the number of the channel that ends.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Protocol

CLOSE_SIGNAL = 255
STDIN, STDOUT, STDERR, ERROR, RESIZE = range(5)


class MessageSocket(Protocol):
    """A WebSocket as the translations use it, whoever implements it."""

    async def receive(self) -> bytes | str | None:
        """The next message; None when the peer has closed."""
        ...

    async def send(self, message: bytes | str) -> None:
        """Send one message, binary or text by its type; one that cannot be sent any more is dropped."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye and close."""
        ...


class ChannelError(ValueError):
    """A message that does not follow the protocol."""


@dataclass(frozen=True, slots=True)
class ChannelProtocol:
    """One of the family; `status`: the error channel carries a Status and not a plain message."""

    name: str
    base64: bool = False
    status: bool = False
    close_signal: bool = False

    def encode(self, channel: int, data: bytes) -> bytes | str:
        """The message that carries `data`."""
        if self.base64:
            return str(channel) + base64.b64encode(data).decode()
        return bytes((channel,)) + data

    def decode(self, message: bytes | str) -> tuple[int, bytes]:
        """Channel and data of a message.

        Raises:
            ChannelError: an empty message, or base64 that is none.
        """
        if not message:
            raise ChannelError("an empty message has no channel")
        if not self.base64:
            data = message.encode() if isinstance(message, str) else message
            return data[0], data[1:]
        text = message if isinstance(message, str) else message.decode("latin-1")
        try:
            return int(text[0]), base64.b64decode(text[1:], validate=True)
        except (ValueError, binascii.Error) as error:
            raise ChannelError(f"damaged base64 message: {error}") from error


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        ChannelProtocol("v5.channel.k8s.io", status=True, close_signal=True),
        ChannelProtocol("v4.channel.k8s.io", status=True),
        ChannelProtocol("v4.base64.channel.k8s.io", base64=True, status=True),
        ChannelProtocol("v3.channel.k8s.io"),
        ChannelProtocol("v2.channel.k8s.io"),
        ChannelProtocol("channel.k8s.io"),
        ChannelProtocol("base64.channel.k8s.io", base64=True),
    )
}
UNNAMED = ChannelProtocol("")
"""What a client gets that offers no protocol: the first version."""


def negotiate(offered: list[str]) -> ChannelProtocol | None:
    """The first protocol offered that is known here; the unnamed one for no offer, None where none is known."""
    if not offered:
        return UNNAMED
    return next((PROTOCOLS[name] for name in offered if name in PROTOCOLS), None)
