"""The configuration's file: read at the start, and again when it changes."""

from __future__ import annotations

import logging
from pathlib import Path

from pykube import errors
from pykube.aio.clock import Clock

from ..base import Store
from .configuration import ConfigurationError, parse
from .keyring import Keyring, ResourceOf, Vault, keyring_of
from .reencryption import heal
from .store import EncryptedStore

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""How often the file is looked at; upstream's number."""

_OTHERS = 0o077
_NONE = (0, 0, 0)


class Encryption:
    """A store with the keys of a file; `run` follows the file, `close` leaves the store open."""

    def __init__(self, store: EncryptedStore, path: Path, clock: Clock) -> None:
        self.store = store
        self._path = path
        self._clock = clock
        self._stamp = _stamp(path)

    @classmethod
    async def begin(cls, inner: Store, path: Path, resource_of: ResourceOf, clock: Clock) -> Encryption:
        """`inner` with the keys of the file at `path`.

        Raises:
            ConfigurationError: there is no such file, it cannot be used, or a key management service that it names
                cannot be reached. To go on without would write in the open.
        """
        keyring = _read(path, clock)
        try:
            await keyring.start()
        except errors.ServiceUnavailable as error:
            await keyring.close()
            raise ConfigurationError(f"{path}: {error.message}") from error
        return cls(EncryptedStore(inner, Vault(keyring, resource_of)), path, clock)

    async def run(self) -> None:
        """Follow the file for ever."""
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> bool:
        """Take a changed file over, and say whether that was done; one that cannot be used changes nothing."""
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            keyring = _read(self._path, self._clock)
        except ConfigurationError as error:
            log.error("%s: not taken over, the old keys stay: %s", self._path, error)
            return False
        try:
            await keyring.start()
        except errors.ServiceUnavailable as error:
            await keyring.close()
            self._stamp = _NONE  # the service may answer when it is looked at next
            log.error("%s: not taken over, the old keys stay: %s", self._path, error)
            return False
        vault = self.store.vault
        old, vault.keyring = vault.keyring, keyring
        await old.close()
        log.info("%s: taken over", self._path)
        if healed := await heal(self.store):
            log.info("%d objects can be read again: %s", len(healed), ", ".join(healed[:10]))
        return True

    async def close(self) -> None:
        """Leave key management services."""
        await self.store.vault.keyring.close()


def _read(path: Path, clock: Clock) -> Keyring:
    try:
        if path.stat().st_mode & _OTHERS:
            log.warning("%s holds keys and may be read by others than its owner: chmod 600 %s", path, path)
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(f"{path} cannot be read: {why}") from None
    try:
        return keyring_of(parse(text), clock)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when the file does."""
    try:
        found = path.stat()
    except OSError:
        return _NONE
    return found.st_ino, found.st_mtime_ns, found.st_size
