"""The authorizers of this server, built as configured; a configuration file is read again when it changes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pykube.aio.clock import Clock

from ..authn.configuration_file import ConfigurationError, duration
from ..authn.review_client import ReviewClient
from ..authn.review_server import ReviewServer
from ..authn.user import User
from .authorizer import Attributes, Authorizer, Decision, Permissions, RuleResolver
from .configuration import AuthorizationConfiguration, AuthorizerEntry, of_modes, parse
from .union import Masters, Rules, Union
from .webhook import WebhookAuthorizer, WebhookSettings

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""How often the file is looked at; upstream's number."""


class ResolvingAuthorizer(Authorizer, RuleResolver, Protocol):
    """Decides, and lists."""


class AuthorizerChain:
    """The authorizer and resolver that composition hands to everybody; close it at the end.

    ``system:masters`` is asked before all that is configured, so that no configuration locks the operator out.
    """

    def __init__(
        self,
        configuration: AuthorizationConfiguration,
        built_in: Mapping[str, ResolvingAuthorizer],
        clock: Clock,
        *,
        path: Path | None = None,
    ) -> None:
        """`built_in` are the authorizers by type that are no webhooks; `path` is looked at for changes.

        Raises:
            ConfigurationError, ReviewServerError: a webhook's files cannot be used.
        """
        self._built_in = built_in
        self._clock = clock
        self._path = path
        self._clients: list[ReviewClient] = []
        self._fixed = configuration.fixed
        self._stamp = _stamp(path)
        self._due = clock.monotonic() + LOOK_SECONDS if path is not None else float("inf")
        self._union, self._rules = self._build(configuration)

    @classmethod
    def configured(
        cls, modes: tuple[str, ...], path: Path, built_in: Mapping[str, ResolvingAuthorizer], clock: Clock
    ) -> AuthorizerChain:
        """By the file at `path` if there is one, else by `modes`.

        Raises:
            ConfigurationError, ReviewServerError: what is configured cannot be had.
        """
        try:
            text = path.read_text()
        except FileNotFoundError:
            return cls(of_modes(modes), built_in, clock)
        try:
            return cls(parse(text), built_in, clock, path=path)
        except ValueError as error:
            raise ConfigurationError(f"{path}: {error}") from error

    async def close(self) -> None:
        """End connections to webhooks."""
        for client in self._clients:
            await client.close()

    async def authorize(self, attributes: Attributes) -> Decision:
        if self._due != float("inf") and self._clock.monotonic() >= self._due:
            self._look()
        return await self._union.authorize(attributes)

    def permissions(self, user: User, namespace: str) -> Permissions:
        return self._rules.permissions(user, namespace)

    def _build(self, configuration: AuthorizationConfiguration) -> tuple[Union, Rules]:
        chosen = [self._authorizer(entry) for entry in configuration.authorizers]
        return Union([Masters(), *chosen]), Rules(chosen)

    def _authorizer(self, entry: AuthorizerEntry) -> ResolvingAuthorizer:
        webhook = entry.webhook
        if webhook is None:
            if entry.type not in self._built_in:
                raise ConfigurationError(f"authorization mode {entry.type} needs a file that is not configured")
            return self._built_in[entry.type]
        seconds = duration(webhook.timeout) or LOOK_SECONDS
        server = ReviewServer.read(Path(webhook.connection_info.kube_config_file or ""))
        client = ReviewClient(server, self._clock, seconds=seconds)
        self._clients.append(client)
        settings = WebhookSettings(
            name=entry.name,
            version=webhook.subject_access_review_version,
            authorized=(duration(webhook.authorized_ttl) or 0.0) if webhook.cache_authorized_requests else 0.0,
            unauthorized=(duration(webhook.unauthorized_ttl) or 0.0) if webhook.cache_unauthorized_requests else 0.0,
            deny_on_failure=webhook.failure_policy == "Deny",
            conditions=webhook.programs(),
        )
        return WebhookAuthorizer(client, settings, self._clock)

    def _look(self) -> None:
        """Take a changed file over; one that cannot be used changes nothing."""
        self._due = self._clock.monotonic() + LOOK_SECONDS
        assert self._path is not None
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            configuration = parse(self._path.read_text())
            if missing := self._fixed - configuration.fixed:
                raise ConfigurationError(f"missing required types: {sorted(missing)}")
            if added := configuration.fixed - self._built_in.keys():
                raise ConfigurationError(f"these types need a restart: {sorted(added)}")
            self._union, self._rules = self._build(configuration)
        except (OSError, ValueError) as error:
            log.error("%s: not taken over, the old configuration stays: %s", self._path, error)
            return
        log.info("%s: taken over", self._path)


def _stamp(path: Path | None) -> tuple[int, int, int]:
    """What changes when the file does."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        found = None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else (0, 0, 0)
