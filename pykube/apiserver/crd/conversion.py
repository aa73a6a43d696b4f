"""How custom objects become those of another version: by renaming their apiVersion, or by asking a webhook.

Source: apiextensions-apiserver, pkg/apiserver/conversion.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Protocol

from pykube.api.apiextensions_v1 import CustomResourceDefinition
from pykube.errors import InternalError

from .. import statuses
from ..webhooks.client import CallError, WebhookClient
from ..webhooks.target import WebhookTarget, target_of
from . import conversion_review
from .conversion_review import ConversionError

SECONDS = 30.0
"""How long a webhook may take to convert. Upstream waits as long as the client does."""
_BATCH_BYTES = 8 * 1024 * 1024
"""Objects that are sent at once weigh no more than this, or there is only one."""


class Converter(Protocol):
    """Turns objects of a kind into another version."""

    async def convert(self, values: Sequence[bytes], api_version: str) -> list[bytes]:
        """The objects, encoded, in a version; those that are of it already stay as they are.

        Raises:
            InternalError: it does not work.
        """


class WebhookConverter:
    """Asks the webhook of a definition.

    Raises:
        ValueError: the definition does not say where the webhook is reached.
    """

    def __init__(self, client: WebhookClient, definition: CustomResourceDefinition) -> None:
        conversion = definition.spec.conversion
        hook = conversion.webhook if conversion is not None else None
        if hook is None or hook.client_config is None:
            raise ValueError("the conversion has no webhook")
        self._client = client
        self._kind = definition.spec.names.kind
        self._target: WebhookTarget = target_of(hook.client_config)
        self._versions = tuple(hook.conversion_review_versions)

    async def convert(self, values: Sequence[bytes], api_version: str) -> list[bytes]:
        """As `Converter` says; as few calls as the size of requests allows."""
        found = list(values)
        foreign = [index for index, value in enumerate(values) if not is_of(value, api_version)]
        for batch in _batches(values, foreign):
            converted = await self._ask([values[index] for index in batch], api_version)
            for index, value in zip(batch, converted, strict=True):
                found[index] = value
        return found

    async def _ask(self, values: Sequence[bytes], api_version: str) -> list[bytes]:
        kind = f"{version_of(values[0])}, Kind={self._kind}"
        try:
            version = conversion_review.version_of(self._versions)
        except ConversionError as error:
            raise statuses.internal(error) from error
        uid = str(uuid.uuid4())
        body = conversion_review.encode(version, uid, api_version, values)
        try:
            answer = conversion_review.decode(
                await self._client.post(self._target, body, seconds=SECONDS), version, uid
            )
        except (CallError, ConversionError) as error:
            raise InternalError(f"conversion webhook for {kind} failed: {error}") from error
        if len(answer) != len(values):
            count = f"returned {len(answer)} objects, expected {len(values)}"
            raise InternalError(f"conversion webhook for {kind} {count}")
        try:
            return [
                conversion_review.checked(value, bytes(given), api_version)
                for value, given in zip(values, answer, strict=True)
            ]
        except ConversionError as error:
            raise InternalError(f"conversion webhook for {kind} {error}") from error


def _batches(values: Sequence[bytes], indexes: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    for index in indexes:
        size += len(values[index])
        if batch and size > _BATCH_BYTES:
            yield batch
            batch, size = [], len(values[index])
        batch.append(index)
    if batch:
        yield batch


def is_of(value: bytes, api_version: str) -> bool:
    """Whether an encoded object is of a version: that is the first thing in it."""
    return value.startswith(b'{"apiVersion":"%b"' % api_version.encode())


def version_of(value: bytes) -> str:
    """The version of an encoded object."""
    return value[len('{"apiVersion":"') : value.find(b'"', len('{"apiVersion":"'))].decode()


def renamed(value: bytes, api_version: str) -> bytes:
    """An encoded object as one of another version that differs in nothing else."""
    end = value.find(b'"', len('{"apiVersion":"'))
    return b'{"apiVersion":"%b%b' % (api_version.encode(), value[end:])
