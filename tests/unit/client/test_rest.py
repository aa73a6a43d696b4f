from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from pykube import errors
from pykube.api import authentication_v1, core_v1, meta_v1, scheme
from pykube.client.config import ClientConfig
from pykube.client.metadata import PartialObjectMetadata
from pykube.client.rest import Client, PatchKind, WatchType
from tests.fakes.clock import FakeClock

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
POD = {"metadata": {"name": "a", "namespace": "default", "resourceVersion": "7"}, "spec": {"nodeName": "n1"}}


@asynccontextmanager
async def served(handler: Handler, *, clock: FakeClock | None = None, **settings: Any) -> AsyncIterator[Client]:
    """A client of an HTTP server whose every request `handler` answers."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with Client(ClientConfig(server=f"http://{host}:{port}", **settings), clock) as client:
            yield client
    finally:
        await runner.cleanup()


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(10):
            await story()

    asyncio.run(run())


def test_a_list_is_read_in_pages() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.path == "/api/v1/namespaces/default/pods"
        assert request.query["labelSelector"] == "app in (a,b)"
        last = request.query.get("continue") == "token"
        meta = {"resourceVersion": "9"} if last else {"resourceVersion": "9", "continue": "token"}
        return web.json_response({"kind": "PodList", "metadata": meta, "items": [POD]})

    async def story() -> None:
        async with served(answer) as client:
            whole = await client.list(core_v1.Pod, "default", label_selector="app in (a,b)")
            assert [pod.spec.node_name for pod in whole.items] == ["n1", "n1"]
            assert (whole.resource_version, whole.continue_) == ("9", "")
            page = await client.list(core_v1.Pod, "default", label_selector="app in (a,b)", limit=1)
            assert (len(page.items), page.continue_) == (1, "token")

    play(story)


def test_an_empty_list_may_be_null() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"metadata": {"resourceVersion": "1"}, "items": None})

    async def story() -> None:
        async with served(answer) as client:
            assert (await client.list(core_v1.Pod)).items == []

    play(story)


def test_errors_come_back_as_their_class() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("/missing"):
            return web.json_response(errors.NotFound('pods "missing" not found').status(), status=404)
        if request.path.endswith("/plain"):
            return web.Response(text="no such page", status=403)
        return web.Response(body=b"\xff", status=502)

    async def story() -> None:
        async with served(answer) as client:
            with pytest.raises(errors.NotFound, match='"missing" not found'):
                await client.get(core_v1.Pod, "missing", "default")
            with pytest.raises(errors.Forbidden, match="no such page"):
                await client.get(core_v1.Pod, "plain", "default")
            with pytest.raises(errors.ApiError) as caught:
                await client.get(core_v1.Pod, "broken", "default")
            assert caught.value.code == 502

    play(story)


def test_a_server_that_is_away_is_unavailable() -> None:
    async def story() -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            async with Client(ClientConfig(server=f"http://127.0.0.1:{port}")) as client:
                with pytest.raises(errors.ServiceUnavailable, match="does not answer"):
                    await client.get(core_v1.Pod, "a", "default")
                with pytest.raises(errors.ServiceUnavailable):
                    await anext(client.watch(core_v1.Pod))

    play(story)


def test_a_request_that_was_put_off_is_sent_again_when_asked() -> None:
    clock = FakeClock()
    calls = 0

    async def answer(_: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        if calls < 3:
            return web.json_response(
                errors.TooManyRequests("slow down").status(), status=429, headers={"Retry-After": "5"}
            )
        return web.json_response(POD)

    async def story() -> None:
        async with served(answer, clock=clock) as client:
            waiting = asyncio.create_task(client.get(core_v1.Pod, "a", "default"))
            while not waiting.done():
                await clock.advance(5)
                await asyncio.sleep(0)
            assert (await waiting).metadata.name == "a"
            assert calls == 3
            assert clock.monotonic() >= 10

    play(story)


def test_what_is_written_and_where() -> None:
    seen: list[tuple[str, str, str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        body = await request.json()
        seen.append((request.method, request.path_qs, request.content_type, body))
        return web.json_response(POD)

    async def story() -> None:
        pod = core_v1.Pod(metadata=meta_v1.ObjectMeta(name="a", namespace="default"))
        async with served(answer) as client:
            await client.create(pod)
            await client.update(pod, subresource="status")
            await client.patch(core_v1.Pod, "a", "default", body={"spec": None}, kind=PatchKind.STRATEGIC)
            await client.patch(
                core_v1.Pod, "a", "default", body=b"{}", kind=PatchKind.APPLY, field_manager="me", force=True
            )
            await client.delete(core_v1.Pod, "a", "default", grace_period=0, propagation="Orphan", uid="u")
            request = authentication_v1.TokenRequest()
            await client.create_subresource(core_v1.ServiceAccount, "default", "default", "token", request)
            await client.create(
                {"apiVersion": "v1", "metadata": {"name": "x"}}, resource=scheme.resource_of(core_v1.Node)
            )
        path = "/api/v1/namespaces/default/pods"
        assert [(method, where, kind) for method, where, kind, _ in seen] == [
            ("POST", path, "application/json"),
            ("PUT", f"{path}/a/status", "application/json"),
            ("PATCH", f"{path}/a", "application/strategic-merge-patch+json"),
            ("PATCH", f"{path}/a?fieldManager=me&force=true", "application/apply-patch+yaml"),
            ("DELETE", f"{path}/a", "application/json"),
            ("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", "application/json"),
            ("POST", "/api/v1/nodes", "application/json"),
        ]
        assert seen[2][3] == {"spec": None}
        assert seen[4][3] == {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "gracePeriodSeconds": 0,
            "propagationPolicy": "Orphan",
            "preconditions": {"uid": "u"},
        }

    play(story)


def stream(*chunks: bytes, broken: bool = False) -> Handler:
    """A watch that answers these chunks and ends, or breaks."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.query["watch"] == "true"
        response = web.StreamResponse()
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
        if broken and request.transport is not None:
            request.transport.close()
        return response

    return answer


def line(kind: str, obj: Any) -> bytes:
    return json.dumps({"type": kind, "object": obj}).encode() + b"\n"


def test_a_watch_gives_events_however_they_are_cut() -> None:
    big = {**POD, "metadata": {**POD["metadata"], "annotations": {"big": "x" * 3_000_000}}}
    added, changed = line("ADDED", POD), line("MODIFIED", big)
    bookmark = line("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": "12"}})

    async def story() -> None:
        async with served(stream(added[:20], added[20:] + changed[:999], changed[999:] + bookmark)) as client:
            found = [event async for event in client.watch(core_v1.Pod, resource_version="5")]
            assert [event.type for event in found] == [WatchType.ADDED, WatchType.MODIFIED, WatchType.BOOKMARK]
            assert len(found[1].object.metadata.annotations["big"]) == 3_000_000
            assert found[2].object.metadata.resource_version == "12"

    play(story)


@pytest.mark.parametrize("cut", [0, 30])
def test_a_watch_that_breaks_is_told_from_one_that_ends(cut: int) -> None:
    async def story() -> None:
        async with served(stream(line("ADDED", POD), line("MODIFIED", POD)[:cut], broken=True)) as client:
            events = client.watch(core_v1.Pod)
            assert (await anext(events)).type == "ADDED"
            with pytest.raises(errors.ServiceUnavailable):
                await anext(events)

    play(story)


def test_an_error_in_a_watch_is_raised() -> None:
    gone = line("ERROR", errors.Expired("too old resource version: 5 (9)").status())

    async def story() -> None:
        async with served(stream(gone)) as client:
            with pytest.raises(errors.Expired, match="too old"):
                await anext(client.watch(core_v1.Pod, resource_version="5"))

    play(story)


def test_metadata_alone_is_asked_for_by_its_name() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.path == "/api/v1/pods"
        assert "as=PartialObjectMetadataList" in request.headers["Accept"]
        return web.json_response({"metadata": {"resourceVersion": "1"}, "items": [POD]})

    async def story() -> None:
        async with served(answer) as client:
            found = await client.list(PartialObjectMetadata, resource=scheme.resource_of(core_v1.Pod))
            assert found.items[0].metadata.name == "a"

    play(story)


def test_a_token_file_is_read_again_after_a_while(tmp_path: Path) -> None:
    clock, seen = FakeClock(), []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response(POD)

    def renew(token: str) -> None:
        (tmp_path / "token").write_text(token)

    async def story() -> None:
        renew("one\n")
        async with served(answer, clock=clock, token_file=tmp_path / "token") as client:
            await client.get(core_v1.Pod, "a", "default")
            renew("two\n")
            await client.get(core_v1.Pod, "a", "default")
            await clock.advance(61)
            await client.get(core_v1.Pod, "a", "default")
        assert seen == ["Bearer one", "Bearer one", "Bearer two"]

    play(story)


def test_broken_credentials_are_named(tmp_path: Path) -> None:
    with pytest.raises(errors.ServiceUnavailable, match="credentials"):
        Client(ClientConfig(server="https://127.0.0.1:1", ca_file=tmp_path / "missing"))
    with pytest.raises(errors.ServiceUnavailable, match="credentials"):
        Client(ClientConfig(server="https://127.0.0.1:1", client_certificate="no PEM"))
