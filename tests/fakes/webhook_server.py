"""Real webhooks on loopback, over TLS, for tests of what calls them.

async with webhooks(tmp_path) as hooks:
    hooks.answers["/deny"] = deny("no")
    configuration(hooks, "/deny")
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.loopback import Certificates, http_server

Answer = Callable[[Any], Any]
"""From the decoded review to what is sent back: plain data, bytes, or a response."""


class Hooks:
    """What answers at which path, and what has been asked."""

    def __init__(self, port: int, ca_bundle: bytes) -> None:
        self.port = port
        self.ca_bundle = ca_bundle
        self.answers: dict[str, Answer | Callable[[Any], Awaitable[Any]]] = {}
        self.reviews: list[tuple[str, Any]] = []

    @property
    def paths(self) -> list[str]:
        """Who was asked, in order."""
        return [path for path, _ in self.reviews]

    @property
    def requests(self) -> list[Any]:
        """The requests of the reviews."""
        return [review["request"] for _, review in self.reviews]

    def client_config(self, path: str) -> dict[str, str]:
        """How to reach the hook at `path`."""
        return {
            "url": f"https://127.0.0.1:{self.port}{path}",
            "caBundle": base64.b64encode(self.ca_bundle).decode(),
        }

    async def handle(self, http: web.BaseRequest) -> web.StreamResponse:
        review = json.loads(await http.read())
        self.reviews.append((http.path, review))
        found = self.answers[http.path](review)
        if asyncio.iscoroutine(found):
            found = await found
        if isinstance(found, web.StreamResponse):
            return found
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return web.Response(body=body, content_type="application/json")


@asynccontextmanager
async def webhooks(folder: Path) -> AsyncIterator[Hooks]:
    """A server for any number of webhooks."""
    certificates = Certificates(folder)
    hooks = Hooks(0, certificates.ca_file.read_bytes())
    async with http_server(hooks.handle, certificates.server_context()) as port:
        hooks.port = port
        yield hooks


def response(review: Any, **fields: Any) -> dict[str, Any]:
    """A well-formed answer."""
    return {
        "kind": "AdmissionReview",
        "apiVersion": review["apiVersion"],
        "response": {"uid": review["request"]["uid"], "allowed": True, **fields},
    }


def allow(**fields: Any) -> Answer:
    """Lets pass."""
    return lambda review: response(review, **fields)


def deny(message: str = "", **status: Any) -> Answer:
    """Refuses."""
    if message:
        status["message"] = message
    return lambda review: response(review, allowed=False, status=status)


def change(*operations: dict[str, Any]) -> Answer:
    """Patches."""
    patch = base64.b64encode(json.dumps(operations).encode()).decode()
    return lambda review: response(review, patch=patch, patchType="JSONPatch")


async def hang(review: Any) -> Any:
    """Never answers."""
    await asyncio.Event().wait()
