"""Stores whose values are encrypted, and the configurations of such."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pykube.aio.clock import Clock, SystemClock
from pykube.store.base import Store
from pykube.store.encryption.configuration import GroupResource, parse
from pykube.store.encryption.keyring import Vault, keyring_of
from pykube.store.encryption.store import EncryptedStore

IDENTITY: Mapping[str, Any] = {"identity": {}}


def key(name: str, *, size: int = 32) -> dict[str, str]:
    """A key made of its name, so that tests repeat it."""
    return {"name": name, "secret": base64.b64encode(name.encode().ljust(size, b".")).decode()}


def keys(kind: str, *names: str) -> dict[str, Any]:
    """A provider with keys."""
    return {kind: {"keys": [key(name) for name in names]}}


def configuration(*providers: Mapping[str, Any], resources: Sequence[str] = ("secrets",)) -> str:
    """The text of a configuration with one entry."""
    return configuration_of({"resources": list(resources), "providers": list(providers)})


def configuration_of(*entries: Mapping[str, Any]) -> str:
    """The text of a configuration."""
    return json.dumps(
        {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": entries}
    )


def resource_of(_: str) -> GroupResource:
    """Everything is a Secret."""
    return GroupResource("", "secrets")


def encrypted_store(inner: Store, text: str = "", clock: Clock | None = None) -> EncryptedStore:
    """A store by a configuration, AES-GCM where none is given; it has to do without key management services."""
    keyring = keyring_of(parse(text or configuration(keys("aesgcm", "one"), IDENTITY)), clock or SystemClock())
    return EncryptedStore(inner, Vault(keyring, resource_of))
