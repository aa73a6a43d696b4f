"""A front proxy that has authenticated the caller and says so in headers.

Believed only over a connection with a client certificate that the front proxy's CA signed, for one of the names.
Source: k8s.io/apiserver authentication/request/headerrequest.
"""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

from pykube.errors import Unauthorized

from .user import User
from .x509 import CertificateReader

USER_HEADER = "X-Remote-User"
UID_HEADER = "X-Remote-Uid"
GROUP_HEADER = "X-Remote-Group"
EXTRA_PREFIX = "x-remote-extra-"


class RequestHeader:
    """The authenticator behind a front proxy; `names` empty: any certificate of the proxy's CA."""

    def __init__(self, reader: CertificateReader, names: frozenset[str] = frozenset()) -> None:
        self._reader = reader
        self._names = names

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        name = request.headers.get(USER_HEADER, "").strip()
        if not name:
            return None
        try:
            proxy = self._reader.read(request)
        except Unauthorized:
            return None  # whoever that is, it is not the proxy
        if proxy is None or (self._names and proxy.user.name not in self._names):
            return None
        extra: dict[str, tuple[str, ...]] = {}
        for header, value in request.headers.items():
            if header.lower().startswith(EXTRA_PREFIX):
                key = unquote(header[len(EXTRA_PREFIX) :].lower())
                extra[key] = (*extra.get(key, ()), value)
        groups = tuple(request.headers.getall(GROUP_HEADER, []))
        return User(name, request.headers.get(UID_HEADER, ""), groups, extra)
