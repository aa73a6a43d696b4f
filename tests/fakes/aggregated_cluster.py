"""The whole API server over TLS with an extension server behind it, both on the loopback interface.

    async with cluster(folder) as it:
        await it.register()
        await it.until(lambda: it.available())
        answer = await it.call("GET", FLUNDERS)

Users: ``root`` is an administrator, ``bob`` may do what the test allows him.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from pykube.aio.clock import Clock, SystemClock
from pykube.api import codec, conditions
from pykube.api.apiregistration_v1 import APIService, APIServiceCondition
from pykube.api.discovery_v1 import EndpointSlice
from pykube.apiserver import app, keys
from pykube.apiserver.aggregator.delegates import Backend
from pykube.apiserver.aggregator.endpoints import addresses
from pykube.apiserver.authn.token_file import TokenFile
from pykube.config import ServerConfig
from pykube.pki.ca import CertificateAuthority, Profile
from pykube.pki.server import ServerPki, ensure_server
from pykube.store.memory import MemoryStore
from tests.fakes.api_server import Answer
from tests.fakes.extension_server import GROUP, VERSION, ExtensionServer, context, serving

NAME = f"{VERSION}.{GROUP}"
SERVICE = "sample-api"
TOKENS = ("root,root,1,system:masters", "bob,bob,7,devs")
SECONDS = 5.0
"""How long a test waits for what should happen at once."""


class Cluster:
    """The two servers and a client."""

    def __init__(
        self,
        server: app.ApiServer,
        pki: ServerPki,
        store: MemoryStore,
        extension: ExtensionServer,
        extension_port: int,
        authority: CertificateAuthority,
    ) -> None:
        self.server, self.pki, self.store = server, pki, store
        self.registry = server.registry
        self.extension, self.extension_port, self.authority = extension, extension_port, authority
        self.tls = ssl.create_default_context(cafile=str(pki.ca_file))
        self.url = f"https://127.0.0.1:{server.port}"
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self.tls))

    async def call(self, method: str, path: str, body: Any = None, *, user: str = "root", **headers: str) -> Answer:
        """One request; a `body` that is not bytes is sent as JSON. Header names have underscores for dashes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {user}", "Content-Type": "application/json", **sent}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        url = URL(self.url + path, encoded=True)
        async with self.session.request(method, url, data=data, headers=sent, allow_redirects=False) as response:
            return Answer(response.status, response.headers, await response.read())

    async def register(self, *, endpoint: int | None = None, **spec: Any) -> None:
        """Tell the API server of the extension server; `spec` changes the APIService's."""
        service = {"metadata": {"name": SERVICE}, "spec": {"ports": [{"port": 7443}]}}
        await self.call("POST", "/api/v1/namespaces/default/services", service)
        await self.put_endpoint(endpoint or self.extension_port)
        await self.call("POST", "/apis/apiregistration.k8s.io/v1/apiservices", self.api_service(**spec))

    def api_service(self, **spec: Any) -> dict[str, Any]:
        """The APIService of the extension server."""
        whole = {
            "group": GROUP,
            "version": VERSION,
            "groupPriorityMinimum": 2000,
            "versionPriority": 200,
            "caBundle": base64.b64encode(self.authority.pem).decode(),
            "service": {"namespace": "default", "name": SERVICE, "port": 7443},
            **spec,
        }
        return {"metadata": {"name": f"{whole['version']}.{whole['group']}"}, "spec": whole}

    async def put_endpoint(self, port: int, name: str = "sample-api-1") -> None:
        """An endpoint on the loopback interface: validation forbids it, so it goes straight into the store."""
        found = codec.from_dict(
            EndpointSlice,
            {
                "metadata": {
                    "name": name,
                    "namespace": "default",
                    "labels": {"kubernetes.io/service-name": SERVICE},
                },
                "addressType": "IPv4",
                "ports": [{"name": "", "port": port, "protocol": "TCP"}],
                "endpoints": [{"addresses": ["127.0.0.1"]}],
            },
        )
        key = keys.key(self.registry.cache(EndpointSlice).prefix, "default", name)
        present = self.registry.cache(EndpointSlice).get(key)
        if present is None:
            await self.store.create(key, codec.encode(found))
        else:
            await self.store.update(key, codec.encode(found), expected=present.revision)

    async def endpoint_is(self, *ports: int) -> None:
        """Wait until the API server has seen where the endpoints are."""
        backend = Backend("default", SERVICE, 7443)
        happened = asyncio.Event()
        detach = self.registry.cache(EndpointSlice).attach(lambda event: happened.set())
        async with asyncio.timeout(SECONDS):
            while {port for _, port in addresses(self.registry, backend)} != set(ports):
                happened.clear()
                await happened.wait()
        detach()

    def condition(self, name: str = NAME) -> APIServiceCondition | None:
        """What is said of the extension server."""
        found = self.registry.find(APIService, name)
        return conditions.find(found.status.conditions, "Available") if found else None

    def says(self, reason: str) -> Callable[[], bool]:
        """Whether the condition has this reason."""
        return lambda: (condition := self.condition()) is not None and condition.reason == reason

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; looked at whenever an APIService or what is shown of it changes."""
        happened = asyncio.Event()
        detach = self.registry.cache(APIService).attach(lambda event: happened.set())
        assert self.server.aggregation is not None
        documents = self.server.aggregation.documents
        documents.on_discovery.append(happened.set)
        documents.on_openapi.append(happened.set)
        try:
            async with asyncio.timeout(SECONDS):
                while not holds():
                    happened.clear()
                    await happened.wait()
        finally:
            detach()
            documents.on_discovery.remove(happened.set)
            documents.on_openapi.remove(happened.set)

    async def ready(self) -> None:
        """Wait until the extension server is available and all of its documents are known."""
        assert self.server.aggregation is not None
        documents = self.server.aggregation.documents
        await self.until(lambda: any(one.fresh for one in documents.versions()) and bool(documents.openapi_v3()))


@asynccontextmanager
async def cluster(
    folder: Path, extension: ExtensionServer | None = None, clock: Clock | None = None
) -> AsyncIterator[Cluster]:
    """Both servers; nothing is registered yet. Keys are made in `folder`, once."""
    clock = clock or SystemClock()
    config = ServerConfig(
        config_dir=folder,
        state_dir=folder,
        run_dir=folder,
        bind_address="127.0.0.1",
        port=0,
        advertise_address="192.0.2.7",
    )
    pki, _ = ensure_server(config, datetime.now(UTC))
    authority = CertificateAuthority.load_or_create(folder, datetime.now(UTC), name="ext-ca", common_name="ext-ca")
    profile = Profile(common_name=SERVICE, server=True, dns_names=(f"{SERVICE}.default.svc",))
    for suffix, data in zip(("crt", "key"), authority.issue(profile, datetime.now(UTC)), strict=True):
        (folder / f"ext.{suffix}").write_bytes(data)
    tls = context(str(folder / "ext.crt"), str(folder / "ext.key"), str(pki.front_proxy_ca_file))
    extension = extension or ExtensionServer()
    store = MemoryStore()
    async with serving(extension, tls) as port:
        server = await app.serve(config, store, pki, clock=clock, tokens=[TokenFile(TOKENS)])
        it = Cluster(server, pki, store, extension, port, authority)
        try:
            yield it
        finally:
            await it.session.close()
            await extension.turn("over")
            await server.close()
            await store.close()
