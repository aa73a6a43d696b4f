"""The node API without a runtime: credentials, and errors in the kubelet's words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from agent.cri.client import CriClient
from agent.server.directory import ContainerRef
from pykube.api.core_v1 import ContainerState, ContainerStateWaiting, ContainerStatus
from tests.fakes.node_api import NodeApi, node_api


@asynccontextmanager
async def session(folder: Path, certificate: str = "") -> AsyncIterator[tuple[NodeApi, aiohttp.ClientSession]]:
    """A node API whose runtime is not there, and a client showing `certificate`."""
    async with CriClient(f"unix://{folder}/none.sock") as cri, node_api(folder, cri) as api:
        connector = aiohttp.TCPConnector(ssl=api.authority.client_context(certificate))
        async with aiohttp.ClientSession(connector=connector) as found:
            yield api, found


@pytest.mark.parametrize(
    ("certificate", "token", "path", "status"),
    [
        ("", "", "/pods", 401),
        ("", "bad", "/pods", 401),
        ("", "good", "/metrics", 200),
        ("", "good", "/pods", 403),
        ("alice", "", "/metrics", 200),
        ("alice", "", "/pods", 403),
        ("admin", "", "/pods", 200),
        ("admin", "", "/nothing", 404),
    ],
)
def test_credentials(tmp_path: Path, certificate: str, token: str, path: str, status: int) -> None:
    async def run() -> None:
        async with session(tmp_path, certificate) as (api, client):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with client.get(api.url(path), headers=headers) as response:
                assert response.status == status
                if status == 401:
                    assert await response.text() == "Unauthorized"

    asyncio.run(run())


def test_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with session(tmp_path) as (api, _):
            other = tmp_path / "other"
            other.mkdir()
            stranger = type(api.authority)(other)
            stranger.issue("admin", "admin", "system:masters")
            context = api.authority.client_context()
            context.load_cert_chain(other / "admin.crt", other / "admin.key")
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as client:
                with pytest.raises(aiohttp.ClientError):
                    await client.get(api.url("/pods"))

    asyncio.run(run())


def test_waiting_container_says_why_it_has_no_log(tmp_path: Path) -> None:
    async def run() -> None:
        async with session(tmp_path, "admin") as (api, client):
            pod = api.pods.add("pod")
            waiting = ContainerStateWaiting(reason="ImagePullBackOff")
            pod.status.container_statuses = [ContainerStatus(name="main", state=ContainerState(waiting=waiting))]
            url = api.url("/containerLogs/default/pod/main")
            async with client.get(url) as response:
                assert response.status == 400
                assert await response.text() == (
                    'container "main" in pod "pod" is waiting to start: trying and failing to pull image'
                )
            async with client.get(url + "?previous=true") as response:
                assert await response.text() == 'previous terminated container "main" in pod "pod" not found'

    asyncio.run(run())


def test_runtime_that_is_away_is_told(tmp_path: Path) -> None:
    async def run() -> None:
        async with session(tmp_path, "admin") as (api, client), client.get(api.url("/stats/summary")) as response:
            assert response.status == 500
            assert "none.sock" in await response.text()

    asyncio.run(run())


def test_client_that_leaves_ends_its_follower(tmp_path: Path) -> None:
    async def run() -> None:
        async with session(tmp_path, "admin") as (api, client), asyncio.timeout(10):
            log = tmp_path / "0.log"
            log.touch()
            api.pods.add("pod", container=ContainerRef("c", "main", log, running=True))
            response = await client.get(api.url("/containerLogs/default/pod/main?follow=true"))
            assert response.status == 200
            await api.pods.waiting.wait()
            response.close()
            await api.pods.abandoned.wait()

    asyncio.run(run())
