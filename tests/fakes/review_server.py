"""A real server, over TLS, that answers reviews: SubjectAccessReviews and TokenReviews.

async with review_server(tmp_path) as server:
    server.answer = lambda review: {"allowed": True}
    server.kubeconfig  # how to reach it
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.loopback import Certificates, http_server


class ReviewServer:
    """What it answers, and what it was asked."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.answer: Callable[[Any], Any] = lambda review: {}
        self.asked: list[Any] = []
        self.headers: list[Any] = []

    async def handle(self, http: web.BaseRequest) -> web.StreamResponse:
        review = json.loads(await http.read())
        self.asked.append(review)
        self.headers.append(http.headers)
        status = self.answer(review)
        if isinstance(status, web.StreamResponse):
            return status
        body = {"apiVersion": review["apiVersion"], "kind": review["kind"], "status": status}
        return web.Response(body=json.dumps(body).encode(), content_type="application/json")


@asynccontextmanager
async def review_server(folder: Path) -> AsyncIterator[ReviewServer]:
    """A server, and a kubeconfig in `folder` that names it."""
    certificates = Certificates(folder)
    server = ReviewServer(folder / "reviews.kubeconfig")
    async with http_server(server.handle, certificates.server_context()) as port:
        doc = {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [
                {
                    "name": "c",
                    "cluster": {
                        "server": f"https://127.0.0.1:{port}/review",
                        "certificate-authority": certificates.ca_file.name,
                    },
                }
            ],
            "users": [{"name": "u", "user": {"token": "who-asks"}}],
        }
        server.kubeconfig.write_text(json.dumps(doc))
        yield server
