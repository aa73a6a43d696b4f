"""Links in pages that come through a proxy: absolute paths lead back through the proxy.

Source: k8s.io/apimachinery util/proxy (transport), which attributes are rewritten.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LINK = re.compile(
    rb"""(\s(?:href|src|action|cite|background|formaction|longdesc|usemap|poster|data|codebase|icon|manifest)\s*=\s*)"""
    rb"""(["'])(.*?)\2""",
    re.IGNORECASE | re.DOTALL,
)


def rewritten(page: bytes, prefix: str, backend: str) -> bytes:
    """`page` with its absolute paths below `prefix`; `backend` is the host whose own links count as such."""

    def replace(match: re.Match[bytes]) -> bytes:
        before, quote, link = match.groups()
        return (
            before
            + quote
            + location(link.decode("utf-8", "surrogateescape"), prefix, backend).encode("utf-8", "surrogateescape")
            + quote
        )

    return _LINK.sub(replace, page)


def location(link: str, prefix: str, backend: str) -> str:
    """One link, rewritten when it is an absolute path or leads to the backend itself."""
    parts = urlsplit(link)
    if parts.netloc not in ("", backend) or not (parts.netloc or parts.path.startswith("/")):
        return link
    if parts.path.startswith(prefix + "/"):
        return link
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{prefix}{parts.path or '/'}{query}{fragment}"
