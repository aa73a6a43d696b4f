"""The opaque token that continues a list: unpadded URL-safe base64 of ``{"v", "rv", "start"}``, as upstream makes it.

``rv`` is the revision that the first page showed; -1 lets the list go on at the newest state, given up being
consistent. ``start`` is the key to go on from, relative to the prefix that is listed.
"""

from __future__ import annotations

import base64
import binascii
import posixpath

import msgspec

from pykube.errors import BadRequest

NEWEST = -1
_VERSION = "meta.k8s.io/v1"


class _Token(msgspec.Struct):
    v: str = ""
    rv: int = 0
    start: str = ""


def encode(last_key: str, prefix: str, revision: int) -> str:
    """A token to go on right after `last_key`."""
    token = _Token(v=_VERSION, rv=revision, start=last_key.removeprefix(prefix) + "\0")
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).rstrip(b"=").decode()


def decode(text: str, prefix: str) -> tuple[str, int]:
    """The key after which to go on, and the revision to read at (or `NEWEST`).

    Raises:
        BadRequest: the token is none of ours.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        token = msgspec.json.decode(raw, type=_Token)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise BadRequest(f"continue key is not valid: {error}") from error
    if token.v != _VERSION:
        raise BadRequest(f"continue key is not valid: server does not recognize this encoded version {token.v}")
    if token.rv == 0:
        raise BadRequest("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
    if not token.start:
        raise BadRequest("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)")
    start = token.start.removesuffix("\0")
    if posixpath.normpath("/" + start) != "/" + start.removeprefix("/"):
        raise BadRequest(f"continue key is not valid: {token.start}")
    return prefix + start.removeprefix("/"), token.rv
