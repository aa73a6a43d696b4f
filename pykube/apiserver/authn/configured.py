"""What ``authentication.yaml`` configures: issuers of tokens, and who may come without any credential.

The file, an AuthenticationConfiguration, is read again when it changes; one that makes no sense changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from aiohttp import web

from pykube.aio.clock import Clock
from pykube.errors import Unauthorized

from .anonymous import Anonymous
from .authenticator import TokenAnswer
from .configuration import AnonymousConfiguration, AuthenticationConfiguration
from .configuration_file import ConfigurationError
from .configuration_rules import parse
from .oidc import OidcTokens
from .user import User

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""How often the file is looked at; upstream's number."""
OLD_SECONDS = 60.0
"""How long what a new configuration replaces may still be busy with requests."""


class ConfiguredAuthentication:
    """The authenticator of all configured issuers, and of anonymous requests; close it at the end."""

    def __init__(self, path: Path, clock: Clock, *, anonymous: bool, own_issuers: tuple[str, ...] = ()) -> None:
        """`anonymous` says whether those without credential are let in, where the file says nothing of them.

        Raises:
            ConfigurationError: the file makes no sense.
        """
        self._path = path
        self._clock = clock
        self._own_issuers = own_issuers
        self._allowed = anonymous
        self._due = clock.monotonic() + LOOK_SECONDS
        self._stamp = self._stat()
        self._issuers: tuple[OidcTokens, ...] = ()
        self._anonymous: Anonymous | None = None
        self._closing: set[asyncio.Task[None]] = set()
        try:
            self._take(self._read())
        except ValueError as error:
            raise ConfigurationError(f"{path}: {error}") from error

    async def close(self) -> None:
        """End connections to issuers."""
        for task in tuple(self._closing):
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        for issuer in self._issuers:
            await issuer.close()

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        """The user that the first issuer names whose token it is; its audiences are for `OwnAudiences` to say."""
        self._look()
        refused: Unauthorized | None = None
        for issuer in self._issuers:
            try:
                answer = await issuer.authenticate_token(token, audiences)
            except Unauthorized as error:
                refused = error
                continue
            if answer is not None:
                return answer
        if refused is not None:
            raise refused
        return None

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        """The anonymous user, where requests without credential are let in."""
        self._look()
        return await self._anonymous.authenticate(request) if self._anonymous is not None else None

    def _look(self) -> None:
        """Take a changed file over."""
        if self._clock.monotonic() < self._due:
            return
        self._due = self._clock.monotonic() + LOOK_SECONDS
        stamp = self._stat()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        old = self._issuers
        try:
            self._take(self._read())
        except (OSError, ValueError) as error:
            log.error("%s: not taken over, the old configuration stays: %s", self._path, error)
            return
        log.info("%s: taken over", self._path)
        task = asyncio.ensure_future(self._retire(old))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _retire(self, issuers: tuple[OidcTokens, ...]) -> None:
        try:
            await self._clock.sleep(OLD_SECONDS)
        finally:
            for issuer in issuers:
                await issuer.close()

    def _read(self) -> AuthenticationConfiguration:
        try:
            text = self._path.read_text()
        except FileNotFoundError:
            return AuthenticationConfiguration()
        return parse(text, self._own_issuers)

    def _take(self, configuration: AuthenticationConfiguration) -> None:
        issuers = tuple(OidcTokens(one, self._clock) for one in configuration.jwt)
        said = configuration.anonymous or AnonymousConfiguration(enabled=self._allowed)
        paths = frozenset(one.path for one in said.conditions)
        self._issuers, self._anonymous = issuers, Anonymous(paths) if said.enabled else None

    def _stat(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_mtime_ns, found.st_size, found.st_ino)
