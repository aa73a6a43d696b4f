"""The real API server on loopback, and the laws that hold for every answer it gives."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

import yaml

from pykube.api.scheme import Resource
from tests.fakes.api_server import Answer, Api, running

PATIENCE = 10.0
"""Seconds after which an answer counts as never coming."""

NAMESPACE = "default"


class Server:
    """A server in an event loop of its own, driven from plain functions, as hypothesis wants them."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.api: Api = self._runner.run(self._stack.enter_async_context(running()))
        self._made: set[str] = set()
        self._names = (f"x{number}" for number in itertools.count())

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    def name(self) -> str:
        """A name that no object has had."""
        return next(self._names)

    @property
    def revision(self) -> int:
        """The revision of the store."""
        return self._runner.run(self.api.store.revision())

    def sweep(self) -> None:
        """Remove what an example has left behind that failed, so that the next one finds what the first one found."""
        for path in [path for path in self._made if self.call("GET", path).status == 200]:
            self.call("PATCH", path, {"metadata": {"finalizers": None}}, Content_Type="application/merge-patch+json")
            self.call("DELETE", path, {"gracePeriodSeconds": 0})
        self._made.clear()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request, which has to be answered, and by no failure of the server's own."""
        return self._runner.run(self._call(method, path, body, headers))

    async def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        answer = await self._in_time(method, path, body, headers)
        assert answer.status < 500, (answer.status, answer.body)
        if answer.status >= 400:
            check_status(answer)
        return answer

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the server work until something holds."""
        for _ in range(1000):
            if holds():
                return
            self._runner.run(asyncio.sleep(0.002))
        raise AssertionError("it never comes to that")

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        """One request that may well be answered by a failure of the server's own."""
        return self._runner.run(self._in_time(method, path, None, headers))

    def probe(self, method: str, path: str) -> Answer:
        """One request to whatever path; what has no body has no Status."""
        answer = self.ask(method, path)
        assert answer.status < 500, (answer.status, answer.body)
        return answer

    def watch(self, path: str, **headers: str) -> None:
        """Open a watch and leave it again as soon as it is answered."""
        self._runner.run(self._watch(path, headers))

    async def _watch(self, path: str, headers: dict[str, str]) -> None:
        async with asyncio.timeout(PATIENCE), self.api.watch(path, **headers) as watching:
            status = watching.response.status
            assert status < 500, (status, await watching.response.read())

    async def _in_time(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        async with asyncio.timeout(PATIENCE):
            return await self.api.call(method, path, body, **headers)

    def write(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One writing request: when it is refused, nothing has changed."""
        before = self.revision
        answer = self.call(method, path, body, **headers)
        assert answer.status < 400 or self.revision == before, answer.body
        if method == "POST" and answer.status == 201 and answer.doc.get("metadata", {}).get("name"):
            self._made.add(f"{path.partition('?')[0]}/{quote(answer.doc['metadata']['name'])}")
        elif method == "DELETE":
            self._made.discard(path)
        return answer

    def unchanged(self, method: str, path: str, body: Any, **headers: str) -> Answer:
        """A write that is accepted and changes nothing."""
        before = self.revision
        answer = self.call(method, path, body, **headers)
        assert answer.status == 200, (answer.status, answer.body, body)
        assert self.revision == before, difference(path, body, answer.doc)
        return answer


def difference(path: str, sent: Any, found: Any) -> str:
    """What a write that should change nothing has changed."""
    return f"{path}\nsent  {json.dumps(sent)}\nfound {json.dumps(found)}"


def check_status(answer: Answer) -> None:
    """A failure is a Status that says the same as its HTTP code, names its reason, and has a message."""
    doc = yaml.safe_load(answer.body) if "yaml" in answer.headers["Content-Type"] else answer.doc
    assert (doc["kind"], doc["apiVersion"], doc["status"]) == ("Status", "v1", "Failure"), doc
    assert doc["code"] == answer.status, doc
    assert doc["message"], doc
    assert doc.get("reason") or answer.status in (405, 501), doc
    if doc.get("reason") == "Invalid" and doc.get("details", {}).get("causes"):
        for cause in doc["details"]["causes"]:
            assert cause["message"], doc


def collection(resource: Resource) -> str:
    """The path of the collection that the laws write to."""
    return resource.path(NAMESPACE)


def item(resource: Resource, name: str, subresource: str = "") -> str:
    """The path of one object, or of a part of it."""
    return resource.path(NAMESPACE, quote(name, safe=""), subresource)
