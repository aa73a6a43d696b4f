"""Finalizers that keep an object as long as something uses it: what the protection controllers share."""

from __future__ import annotations

from typing import Any

import msgspec

from pykube.client.rest import Client


def is_waiting(obj: Any, finalizer: str) -> bool:
    """Whether it is being deleted and only waits for the finalizer, among others, to go."""
    return obj.metadata.deletion_timestamp is not None and finalizer in obj.metadata.finalizers


def needs_attention(obj: Any, finalizer: str) -> bool:
    """Whether it waits, or has lost (or never had) its protection."""
    return (obj.metadata.deletion_timestamp is not None) is (finalizer in obj.metadata.finalizers)


async def add(client: Client, obj: Any, finalizer: str) -> None:
    """Protect an object that came into being without."""
    if obj.metadata.deletion_timestamp is None and finalizer not in obj.metadata.finalizers:
        await _write(client, obj, [*obj.metadata.finalizers, finalizer])


async def remove(client: Client, obj: Any, finalizer: str) -> None:
    """Let an object go; raises Conflict when it has changed meanwhile."""
    await _write(client, obj, [each for each in obj.metadata.finalizers if each != finalizer])


async def _write(client: Client, obj: Any, finalizers: list[str]) -> None:
    metadata = msgspec.structs.replace(obj.metadata, finalizers=finalizers)
    await client.update(msgspec.structs.replace(obj, metadata=metadata))
