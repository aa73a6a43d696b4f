"""A small API server of its own, as one that is aggregated: the kind Flunder of ``wardle.example.com/v1alpha1``.

It speaks real TLS, takes nobody but the front proxy, and remembers what it was asked and by whom. It can be told to
hang, to break off, to lie or to know only the old form of discovery. `main` runs it as a process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

GROUP, VERSION = "wardle.example.com", "v1alpha1"
BASE = f"/apis/{GROUP}/{VERSION}"
FLUNDERS = f"{BASE}/namespaces/default/flunders"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
NAME = "io.k8s.sample-apiserver.pkg.apis.wardle.v1alpha1.Flunder"
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_VERBS = ["create", "delete", "get", "list", "watch"]


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, list[str]]
    certificate: str
    """The common name of the client's certificate."""
    serial: str
    """That certificate's number."""

    def __getitem__(self, header: str) -> list[str]:
        return self.headers.get(header.lower(), [])


@dataclass
class ExtensionServer:
    """The server's state, and the ways in which it may misbehave."""

    modern: bool = True
    """Knows aggregated discovery, and OpenAPI version 3."""
    mode: str = "well"
    """``well``, ``hang`` (never answers), ``die`` (closes the connection), ``lie`` (nonsense), ``refuse`` (403)."""
    asked: list[Asked] = field(default_factory=list)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    revision: int = 1
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    events: list[dict[str, Any]] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def hears(self, path: str) -> None:
        """Return when it has been asked for a path."""
        while not any(one.path == path for one in self.asked):
            self.heard.clear()
            await self.heard.wait()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(_asked(request))
        self.heard.set()
        match self.mode:
            case "hang":
                await asyncio.Event().wait()
            case "die":
                assert request.transport is not None
                request.transport.abort()
                raise ConnectionResetError
            case "lie":
                return web.Response(body=b'{"items": 7, "resources": "none"', content_type="application/json")
            case "refuse":
                return web.json_response(_status(403, "Forbidden"), status=403)
        return await self._answer(request)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path in ("/apis", BASE, "/openapi/v2", "/openapi/v3", f"/openapi/v3{BASE}"):
            return self._document(request)
        if path == f"{FLUNDERS}/away":
            return web.Response(status=302, headers={"Location": "https://elsewhere.example/"})
        if path.endswith("/connect"):
            return await _echo(request)
        if path.endswith("/count"):
            return await _count(request)
        if path.endswith("/cut"):
            return await _cut(request)
        if path in (FLUNDERS, f"{BASE}/flunders"):
            return await self._collection(request)
        return await self._one(request, path.rpartition("/")[2])

    def _document(self, request: web.BaseRequest) -> web.Response:
        accept = request.headers.get("Accept", "")
        match request.path:
            case "/apis" if self.modern and "v=v2;" in accept:
                if request.headers.get("If-None-Match") == '"d1"':
                    return web.Response(status=304)
                headers = {"ETag": '"d1"', "Content-Type": AGGREGATED}
                return web.Response(body=json.dumps(aggregated()).encode(), headers=headers)
            case path if path == BASE:
                return web.json_response(resource_list())
            case "/openapi/v2":
                return web.json_response(openapi_v2(), headers={"ETag": '"s1"'})
            case "/openapi/v3" if self.modern:
                link = {"serverRelativeURL": f"/openapi/v3{BASE}?hash=ABC"}
                return web.json_response({"paths": {BASE[1:]: link, "version": {"serverRelativeURL": "/x"}}})
            case "/apis" | "/openapi/v3":
                return web.json_response(_status(404, "NotFound"), status=404)
        return web.json_response(openapi_v3(), headers={"ETag": '"ABC"'})

    async def _collection(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            found = json.loads(await request.read())
            async with self.changed:
                self.revision += 1
                found["metadata"] |= {"resourceVersion": str(self.revision), "namespace": "default"}
                self.objects[found["metadata"]["name"]] = found
                self.events.append({"type": "ADDED", "object": found})
                self.changed.notify_all()
            return web.json_response(found, status=201)
        if request.query.get("watch") in ("1", "true"):
            return await self._watch(request)
        return web.json_response(
            {
                "kind": "FlunderList",
                "apiVersion": f"{GROUP}/{VERSION}",
                "metadata": {"resourceVersion": str(self.revision)},
                "items": list(self.objects.values()),
            }
        )

    async def _watch(self, request: web.BaseRequest) -> web.StreamResponse:
        since = int(request.query.get("resourceVersion") or 0)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        sent = 0
        while self.mode == "well":
            for event in self.events[sent:]:
                if int(event["object"]["metadata"]["resourceVersion"]) > since:
                    await response.write(json.dumps(event).encode() + b"\n")
            sent = len(self.events)
            await self._more_than(sent)
        return response

    async def _more_than(self, events: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.events) > events or self.mode != "well")

    async def _one(self, request: web.BaseRequest, name: str) -> web.Response:
        found = self.objects.get(name)
        if found is None:
            return web.json_response(_status(404, "NotFound", f'flunders "{name}" not found'), status=404)
        if request.method == "DELETE":
            async with self.changed:
                self.revision += 1
                del self.objects[name]
                gone = {**found, "metadata": {**found["metadata"], "resourceVersion": str(self.revision)}}
                self.events.append({"type": "DELETED", "object": gone})
                self.changed.notify_all()
        return web.json_response(found)

    async def turn(self, mode: str) -> None:
        """Behave otherwise from now on."""
        self.mode = mode
        async with self.changed:
            self.changed.notify_all()


def _asked(request: web.BaseRequest) -> Asked:
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), []).append(value)
    certificate = request.get_extra_info("peercert") or {}
    names = {key: value for part in certificate.get("subject", ()) for key, value in part}
    serial = str(certificate.get("serialNumber", ""))
    return Asked(request.method, request.raw_path, headers, names.get("commonName", ""), serial)


async def _echo(request: web.BaseRequest) -> web.StreamResponse:
    """A WebSocket that says back what it is told."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(f"you said {message.data}")
    return socket


async def _count(request: web.BaseRequest) -> web.Response:
    """Takes a body as it comes and tells its length."""
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
    return web.json_response({"size": size})


async def _cut(request: web.BaseRequest) -> web.StreamResponse:
    """Breaks off in the middle of an answer."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"half of")
    assert request.transport is not None
    request.transport.abort()
    raise ConnectionResetError


def _status(code: int, reason: str, message: str = "") -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "reason": reason,
        "message": message,
        "code": code,
    }


def resource_list() -> dict[str, Any]:
    """Discovery in the old form."""
    flunders = {"name": "flunders", "singularName": "flunder", "namespaced": True, "kind": "Flunder", "verbs": _VERBS}
    connect = {"name": "flunders/connect", "singularName": "", "namespaced": True, "kind": "Flunder", "verbs": ["get"]}
    resources = [{**flunders, "shortNames": ["fl"]}, connect]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{GROUP}/{VERSION}",
        "resources": resources,
    }


def aggregated() -> dict[str, Any]:
    """Discovery in the aggregated form."""
    kind = {"group": GROUP, "version": VERSION, "kind": "Flunder"}
    resource = {
        "resource": "flunders",
        "responseKind": kind,
        "scope": "Namespaced",
        "singularResource": "flunder",
        "verbs": _VERBS,
        "shortNames": ["fl"],
        "subresources": [{"subresource": "connect", "responseKind": None, "verbs": ["get"]}],
    }
    version = {"version": VERSION, "resources": [resource], "freshness": "Current"}
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [{"metadata": {"name": GROUP}, "versions": [version]}],
    }


def _schemas(prefix: str) -> dict[str, Any]:
    text = {"type": "string"}
    spec = {"type": "object", "description": "What a flunder wants.", "properties": {"reference": text}}
    return {
        NAME: {
            "type": "object",
            "description": "Flunder is a kind of fish.",
            "properties": {
                "apiVersion": text,
                "kind": text,
                "metadata": {"$ref": f"{prefix}{META}"},
                "spec": {"$ref": f"{prefix}{NAME}Spec"},
            },
            "x-kubernetes-group-version-kind": [{"group": GROUP, "version": VERSION, "kind": "Flunder"}],
        },
        f"{NAME}Spec": spec,
        META: {"type": "object", "description": "Theirs.", "properties": {"name": text}},
        "com.example.Unused": {"type": "object"},
    }


_GVK = {"group": GROUP, "version": VERSION, "kind": "Flunder"}


def openapi_v2() -> dict[str, Any]:
    """The whole specification, version 2."""
    reference = {"$ref": f"#/definitions/{NAME}"}
    body = {"name": "body", "in": "body", "required": True, "schema": reference}
    get = {
        "operationId": "readFlunder",
        "produces": ["application/json"],
        "parameters": [{"name": "pretty", "in": "query", "type": "string"}],
        "responses": {"200": {"description": "OK", "schema": reference}},
        "x-kubernetes-action": "get",
        "x-kubernetes-group-version-kind": _GVK,
    }
    post = {**get, "operationId": "createFlunder", "parameters": [body], "x-kubernetes-action": "post"}
    return {
        "swagger": "2.0",
        "info": {"title": "wardle", "version": "v1"},
        "paths": {
            f"{BASE}/namespaces/{{namespace}}/flunders/{{name}}": {"get": get},
            f"{BASE}/namespaces/{{namespace}}/flunders": {"post": post},
            "/version/": {"get": {"responses": {"200": {"description": "OK"}}}},
        },
        "definitions": _schemas("#/definitions/"),
    }


def openapi_v3() -> dict[str, Any]:
    """The group version's document, version 3."""
    reference = {"$ref": f"#/components/schemas/{NAME}"}
    content = {"application/json": {"schema": reference}}
    get = {
        "operationId": "readFlunder",
        "responses": {"200": {"description": "OK", "content": content}},
        "x-kubernetes-action": "get",
        "x-kubernetes-group-version-kind": _GVK,
    }
    return {
        "openapi": "3.0.0",
        "info": {"title": "wardle", "version": "v1"},
        "paths": {f"{BASE}/namespaces/{{namespace}}/flunders/{{name}}": {"get": get}},
        "components": {"schemas": _schemas("#/components/schemas/")},
    }


def context(certificate: str, key: str, clients: str) -> ssl.SSLContext:
    """TLS that takes clients of one authority, and no others."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(certificate, key)
    found.load_verify_locations(clients)
    found.verify_mode = ssl.CERT_REQUIRED
    return found


@asynccontextmanager
async def serving(
    server: ExtensionServer, tls: ssl.SSLContext, port: int = 0, address: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """The server, by default on the loopback interface; gives its port."""
    http = web.Server(server, handler_cancellation=True, access_log=None)
    listener = await asyncio.get_running_loop().create_server(http, address, port, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await http.shutdown(0.5)


async def _run(options: argparse.Namespace) -> None:
    server = ExtensionServer(modern=not options.old)
    tls = context(options.certificate, options.key, options.clients)
    async with serving(server, tls, options.port, options.address):
        await asyncio.Event().wait()


def main() -> None:
    """Run until killed."""
    parser = argparse.ArgumentParser()
    for name in ("certificate", "key", "clients"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--old", action="store_true")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
