"""The real API server over a memory store, on loopback without TLS, everybody being an administrator.

    async with running() as api:
        answer = await api.post("/api/v1/namespaces/default/configmaps", {...})

Namespaces `default` and `kube-system` are there, and the ServiceAccount `default` in the former; nothing else is.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec

from pykube.aio.clock import Clock, SystemClock
from pykube.api import core_v1, meta_v1, scheme
from pykube.apiserver import app, composition, reviews
from pykube.apiserver.authn.chain import BearerTokens
from pykube.apiserver.authn.user import AUTHENTICATED, MASTERS, User
from pykube.apiserver.authz.rbac import Rbac
from pykube.apiserver.authz.reviews import Reviews
from pykube.apiserver.authz.union import Masters
from pykube.apiserver.handler import RequestHandler
from pykube.apiserver.health import Health
from pykube.apiserver.metrics import Metrics
from pykube.apiserver.registry import Registry
from pykube.apiserver.request import Context
from pykube.apiserver.resources.catalog import Pools
from pykube.config import ServerConfig
from pykube.pki.tokens import Tokens
from pykube.store.memory import MemoryStore

ADMIN = User("admin", groups=(MASTERS, AUTHENTICATED))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Any
    body: bytes

    @property
    def doc(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The message of a Status."""
        return str(self.doc["message"])


class Api:
    """A client that adds nothing to what it is told to send."""

    def __init__(self, session: aiohttp.ClientSession, url: str, registry: Registry, store: MemoryStore) -> None:
        self._session = session
        self._url = url
        self.registry = registry
        self.store = store

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; a `body` that is not bytes is sent as JSON. Header names have underscores for dashes."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        stream = io.BytesIO(data) if data is not None else None
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Content-Type", "application/json")
        async with self._session.request(method, self._url + path, data=stream, headers=sent) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.call("POST", path, body, **headers)

    async def put(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.call("PUT", path, body, **headers)

    async def patch(self, path: str, body: Any, kind: str = "merge-patch") -> Answer:
        return await self.call("PATCH", path, body, Content_Type=f"application/{kind}+json")

    async def delete(self, path: str, body: Any = None) -> Answer:
        return await self.call("DELETE", path, body)

    @asynccontextmanager
    async def watch(self, path: str, **headers: str) -> AsyncIterator[Watching]:
        """An open watch."""
        joint = "&" if "?" in path else "?"
        url = f"{self._url}{path}{joint}watch=true"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.get(url, headers=sent) as response:
            yield Watching(response)


class Watching:
    """The events of a watch, one by one."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self) -> Any:
        """The next event; None when the watch has ended."""
        async with asyncio.timeout(5):
            line = await self.response.content.readline()
        return json.loads(line) if line else None


@asynccontextmanager
async def running(clock: Clock | None = None) -> AsyncIterator[Api]:
    """A server and a client of it."""
    clock = clock or SystemClock()
    store = MemoryStore()
    registry = Registry(store, clock, Pools())
    await registry.start()
    health, metrics = Health(store), Metrics(registry)
    tokens = Tokens("https://kubernetes.default.svc.cluster.local", ec.generate_private_key(ec.SECP256R1()))
    routes = composition.routes_of(ServerConfig(advertise_address="192.0.2.1"), registry, tokens, health, metrics)
    review = reviews.verb(Reviews(Masters(), Rbac(), BearerTokens([])))
    for resource in map(scheme.resource_of, reviews.TYPES):
        routes.virtual[resource.group, resource.plural] = review
    server = app.ApiServer(registry, health, clock)
    await server.start_custom_resources()
    await server.listen(RequestHandler(registry, (_admin,), routes, metrics), "127.0.0.1", 0)
    try:
        await _furnish(registry)
        async with aiohttp.ClientSession() as session:
            yield Api(session, f"http://127.0.0.1:{server.port}", registry, store)
    finally:
        await server.close()
        await store.close()


async def _furnish(registry: Registry) -> None:
    for name in ("default", "kube-system"):
        await registry.create(core_v1.Namespace(metadata=meta_v1.ObjectMeta(name=name)))
    await registry.create(core_v1.ServiceAccount(metadata=meta_v1.ObjectMeta(name="default", namespace="default")))


async def _admin(ctx: Context) -> None:
    ctx.user = ADMIN
