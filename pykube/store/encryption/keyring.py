"""All that a configuration allows: which provider closes what, and which ones may open it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pykube.aio.clock import Clock

from .ciphers import CannotOpen
from .configuration import EncryptionConfiguration, GroupResource, Kms
from .configuration import Provider as ProviderEntry
from .providers import MARK, Identity, Keyed, Provider

ResourceOf = Callable[[str], GroupResource | None]
"""The resource whose objects lie under a key of the store; None for what is no object."""

_PLAIN: Sequence[Provider] = (Identity(),)
_ALL = GroupResource("*", "*")


class Keyring:
    """The providers of each resource; `close` it when another has taken its place."""

    def __init__(self, rules: Mapping[GroupResource, Sequence[Provider]], services: Sequence[Any] = ()) -> None:
        self._rules = rules
        self._services = services

    def providers(self, resource: GroupResource) -> Sequence[Provider] | None:
        """Those of a resource; None where nothing is said about it."""
        rules = self._rules
        return rules.get(resource) or rules.get(GroupResource(resource.group, "*")) or rules.get(_ALL)

    async def start(self) -> None:
        """Ask key management services for the key to write with.

        Raises:
            errors.ServiceUnavailable: one cannot be reached.
        """
        for service in self._services:
            await service.start()

    async def close(self) -> None:
        """Leave key management services."""
        for service in self._services:
            await service.stop()


def keyring_of(configuration: EncryptionConfiguration, clock: Clock) -> Keyring:
    """The providers that a valid configuration names."""
    rules: dict[GroupResource, list[Provider]] = {}
    services: list[Any] = []

    def made(entry: ProviderEntry) -> Provider:
        if entry.aesgcm is not None:
            return Keyed("aesgcm", entry.aesgcm)
        if entry.aescbc is not None:
            return Keyed("aescbc", entry.aescbc)
        if entry.secretbox is not None:
            return Keyed("secretbox", entry.secretbox)
        if entry.kms is not None:
            services.append(_service(entry.kms, clock))
            found: Provider = services[-1]
            return found
        return Identity()

    for entry in configuration.resources:
        providers = [made(one) for one in entry.providers]
        for name in entry.resources:
            rules.setdefault(GroupResource.parse(name), []).extend(providers)
    return Keyring(rules, services)


def _service(entry: Kms, clock: Clock) -> Any:
    # gRPC takes 15 MB; it is loaded only where a key management service is configured
    kms = importlib.import_module("pykube.store.kms.provider")
    return kms.KmsProvider(entry.name, entry.endpoint, clock, seconds=entry.seconds)


class Vault:
    """Closes and opens the values of a store by the keyring of the moment."""

    def __init__(self, keyring: Keyring, resource_of: ResourceOf) -> None:
        self.keyring = keyring
        self._resource_of = resource_of

    def covers(self, key: str) -> bool:
        """Whether the configuration says something about what lies at `key`."""
        return self._providers(key) is not None

    def _providers(self, key: str) -> Sequence[Provider] | None:
        resource = self._resource_of(key)
        return self.keyring.providers(resource) if resource is not None else None

    async def closed(self, key: str, plain: bytes) -> bytes:
        """A value as it is to lie in the store.

        Raises:
            errors.ServiceUnavailable: whoever keeps the key cannot be reached.
        """
        providers = self._providers(key)
        return plain if providers is None else await providers[0].close(plain, key.encode())

    async def opened(self, key: str, value: bytes) -> bytes:
        """What is behind a value in the store.

        Raises:
            CannotOpen: none of the providers of its resource reads it.
            errors.ServiceUnavailable: whoever keeps the key cannot be reached.
        """
        for provider in self._providers(key) or _PLAIN:
            if provider.knows(value):
                return await provider.open(value, key.encode())
        form = (
            value[: value.find(b":", len(MARK)) + 1].decode("ascii", "replace") if value.startswith(MARK) else "plain"
        )
        raise CannotOpen(f"none of the providers of its resource reads values of the form {form}")

    def seal_of(self, key: str, value: bytes) -> str:
        """With which key a value is closed; empty where no provider of its resource knows."""
        for provider in self._providers(key) or _PLAIN:
            if provider.knows(value):
                return provider.seal_of(value)
        return ""

    def seal(self, key: str) -> str:
        """What `seal_of` says about values that are written at `key` now."""
        return (self._providers(key) or _PLAIN)[0].seal
