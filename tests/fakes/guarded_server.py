"""The whole API server over TLS on loopback, with its own doors: authentication and authorization as configured.

async with guarded(tmp_path) as server:
    answer = await server.call("GET", "/api/v1/nodes", token=...)
"""

from __future__ import annotations

import dataclasses
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from pykube.aio.clock import Clock
from pykube.api import core_v1, meta_v1
from pykube.apiserver import app
from pykube.apiserver.registry import Registry
from pykube.config import ServerConfig
from pykube.pki.ca import Profile
from pykube.pki.server import ServerPki, ensure_server
from pykube.pki.tokens import Identity, Reference
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock

TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Any
    doc: Any

    @property
    def message(self) -> str:
        """The message of a Status."""
        return str(self.doc.get("message", ""))


class GuardedServer:
    """A running server, and what its tests need to knock."""

    def __init__(
        self, server: app.ApiServer, pki: ServerPki, session: aiohttp.ClientSession, folder: Path, clock: Clock
    ) -> None:
        self.server = server
        self.pki = pki
        self.folder = folder
        self.clock = clock
        self.url = f"https://127.0.0.1:{server.port}"
        self._session = session
        self._plain = ssl.create_default_context(cafile=str(pki.ca_file))
        self._admin = self.context(pki, "admin", "system:masters")

    @property
    def registry(self) -> Registry:
        """The server's objects."""
        return self.server.registry

    def context(self, pki: ServerPki, name: str, *groups: str) -> ssl.SSLContext:
        """TLS with a client certificate for `name`, signed by the authority of `pki`."""
        profile = Profile(common_name=name, organizations=groups, client=True)
        certificate, key = pki.authority.issue(profile, self.clock.now())
        return self.showing(certificate, key)

    def showing(self, certificate: bytes, key: bytes) -> ssl.SSLContext:
        """TLS with that client certificate."""
        context = ssl.create_default_context(cafile=str(self.pki.ca_file))
        file = self.folder / "client.pem"
        file.write_bytes(certificate + key)
        context.load_cert_chain(file)
        return context

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        tls: ssl.SSLContext | None = None,
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
    ) -> Answer:
        """One request on a connection of its own, without any credential but those given."""
        sent = [*headers.items()] if isinstance(headers, Mapping) else [*(headers or ())]
        sent.append(("Connection", "close"))
        if not any(name.lower() == "content-type" for name, _ in sent):
            sent.append(("Content-Type", "application/json"))
        if token:
            sent.append(("Authorization", f"Bearer {token}"))
        data = json.dumps(body).encode() if body is not None else None
        async with self._session.request(
            method, self.url + path, data=data, headers=sent, ssl=tls or self._plain
        ) as answer:
            text = await answer.read()
            try:
                doc = json.loads(text)
            except ValueError:
                doc = {"text": text}
            return Answer(answer.status, answer.headers, doc)

    async def admin(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """One request as ``system:masters``."""
        return await self.call(method, path, body, tls=self._admin, **options)

    async def whoami(self, **credentials: Any) -> Answer:
        """Who the server takes the caller for."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        return await self.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body, **credentials)

    async def account(self, namespace: str, name: str) -> core_v1.ServiceAccount:
        """A new service account, in a namespace that is made if it is missing."""
        if self.registry.find(core_v1.Namespace, namespace) is None:
            await self.registry.create(core_v1.Namespace(metadata=meta_v1.ObjectMeta(name=namespace)))
        metadata = meta_v1.ObjectMeta(name=name, namespace=namespace)
        return await self.registry.create(core_v1.ServiceAccount(metadata=metadata))

    def token(self, account: core_v1.ServiceAccount, audiences: tuple[str, ...] = (), **bound: Reference) -> str:
        """A token of a service account, as the server itself would sign it."""
        reference = Reference(account.metadata.name, account.metadata.uid)
        identity = Identity(namespace=account.metadata.namespace, service_account=reference, **bound)
        return self.pki.tokens.issue(identity, audiences, self.clock.now(), seconds=TOKEN_SECONDS)[0]


@asynccontextmanager
async def guarded(
    folder: Path, clock: Clock | None = None, *, store: MemoryStore | None = None, **settings: Any
) -> AsyncIterator[GuardedServer]:
    """A server with its keys in `folder`, also its configuration; a `store` that is given outlives it."""
    clock = clock or FakeClock(datetime.now(UTC).replace(microsecond=0))
    config = dataclasses.replace(
        ServerConfig(
            config_dir=folder,
            state_dir=folder,
            run_dir=folder,
            bind_address="127.0.0.1",
            port=0,
            advertise_address="127.0.0.1",
        ),
        **settings,
    )
    pki, _ = ensure_server(config, clock.now())
    objects = store or MemoryStore()
    server = await app.serve(config, objects, pki, clock=clock)
    try:
        async with aiohttp.ClientSession() as session:
            yield GuardedServer(server, pki, session, folder, clock)
    finally:
        await server.close()
        if store is None:
            await objects.close()
