"""The API as an agent meets it: graceful deletion of pods, status patches, tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pykube.api import authentication_v1, codec, core_v1
from pykube.api.patch import strategic_merge
from pykube.client.rest import PatchKind, WatchType
from tests.fakes.api_client import FakeClient

T = TypeVar("T")


class PodApi(FakeClient):
    """A `FakeClient` that also knows what pods need."""

    tokens = 0

    async def patch(
        self, cls: type[T], name: str, namespace: str = "", *, body: Any, kind: PatchKind = PatchKind.MERGE, **_: Any
    ) -> T:
        if kind is not PatchKind.STRATEGIC:
            return await super().patch(cls, name, namespace, body=body, kind=kind)
        key = f"{namespace}/{name}" if namespace else name
        self._called("patch", cls, key)
        held = self._held(cls, key)
        document = strategic_merge.apply(cls, codec.to_dict(held), body)  # type: ignore[type-var]
        return self._put(WatchType.MODIFIED, key, codec.from_dict(cls, document))

    async def delete(
        self, cls: type, name: str, namespace: str = "", *, uid: str = "", grace_period: int | None = None, **_: Any
    ) -> None:
        held = self._held(cls, f"{namespace}/{name}" if namespace else name)
        if cls is core_v1.Pod and grace_period != 0:
            changed = codec.copy(held)
            seconds = grace_period if grace_period is not None else changed.spec.termination_grace_period_seconds or 30
            changed.metadata.deletion_grace_period_seconds = seconds
            changed.metadata.deletion_timestamp = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
            await self.update(changed)
            return
        await super().delete(cls, name, namespace, uid=uid)

    async def create_subresource(self, parent: type, name: str, namespace: str, subresource: str, body: T) -> T:
        assert isinstance(body, authentication_v1.TokenRequest)
        self.tokens += 1
        body.status.token = f"token-{self.tokens}-of-{name}"
        life = timedelta(seconds=body.spec.expiration_seconds or 3600)
        body.status.expiration_timestamp = (datetime.now(UTC) + life).replace(microsecond=0)
        return body

    def pod(self, name: str, namespace: str = "default") -> core_v1.Pod | None:
        """The pod as the API has it, or None."""
        found: core_v1.Pod | None = self._objects.get((core_v1.Pod, f"{namespace}/{name}"))
        return found
