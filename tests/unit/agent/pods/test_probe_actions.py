"""Single tries against servers on the loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import grpc
import grpc.aio
from aiohttp import web

from agent.cri.client import CriClient
from agent.pods.health import HealthCheckRequest, HealthCheckResponse
from agent.pods.lifecycle import run_hook
from agent.pods.probe_actions import ProbeActions, Target
from pykube.api import core_v1
from tests.fakes.clock import FakeClock

NOBODY = 9
"""The discard port, where nothing listens."""


class Commands:
    """A runtime that knows two commands."""

    async def exec_sync(self, container_id: str, command: list[str], timeout: int) -> tuple[bytes, bytes, int]:
        return (b"", b"", 0) if command == ["true"] else (b"", b"bad luck", 1)


@contextlib.asynccontextmanager
async def actions() -> AsyncIterator[ProbeActions]:
    found = ProbeActions(cast(CriClient, Commands()))
    try:
        yield found
    finally:
        await found.close()


def target(**ports: int) -> Target:
    container = core_v1.Container(
        name="c", ports=[core_v1.ContainerPort(name=name, container_port=port) for name, port in ports.items()]
    )
    return Target(container, "id", "127.0.0.1")


def probed(probe: core_v1.Probe, subject: Target) -> tuple[bool, str]:
    async def run() -> tuple[bool, str]:
        async with actions() as found:
            return await found.probe(probe, subject)

    return asyncio.run(run())


def with_http(status: int, test: Callable[[ProbeActions, int], Awaitable[None]]) -> None:
    """Run a test against a server that answers everything with one status."""

    async def answer(request: web.BaseRequest) -> web.Response:
        assert request.headers["User-Agent"].startswith("kube-probe/")
        return web.Response(status=status)

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with actions() as found:
            await test(found, port)
        await runner.cleanup()

    asyncio.run(run())


def test_command() -> None:
    assert probed(core_v1.Probe(exec=core_v1.ExecAction(command=["true"])), target()) == (True, "")
    assert probed(core_v1.Probe(exec=core_v1.ExecAction(command=["no"])), target()) == (False, "bad luck")


def test_http_by_name_of_the_port() -> None:
    async def test(found: ProbeActions, port: int) -> None:
        probe = core_v1.Probe(http_get=core_v1.HTTPGetAction(path="/x", port="web"))
        assert await found.probe(probe, target(web=port)) == (True, "")
        assert await found.probe(probe, target()) == (False, "couldn't find port: web in container c")

    with_http(204, test)


def test_http_that_fails() -> None:
    async def test(found: ProbeActions, port: int) -> None:
        probe = core_v1.Probe(http_get=core_v1.HTTPGetAction(port=port))
        assert await found.probe(probe, target()) == (False, "HTTP probe failed with statuscode: 503")

    with_http(503, test)


def test_http_that_nobody_answers() -> None:
    ok, said = probed(core_v1.Probe(http_get=core_v1.HTTPGetAction(path="/x", port=NOBODY)), target())
    assert not ok
    assert said.startswith('Get "http://127.0.0.1:9/x": ')


def test_tcp() -> None:
    async def test(found: ProbeActions, port: int) -> None:
        probe = core_v1.Probe(tcp_socket=core_v1.TCPSocketAction(port=port))
        assert await found.probe(probe, target()) == (True, "")

    with_http(200, test)
    ok, said = probed(core_v1.Probe(tcp_socket=core_v1.TCPSocketAction(port=NOBODY)), target())
    assert not ok
    assert said.startswith("dial tcp 127.0.0.1:9: ")


def test_grpc_health() -> None:
    async def check(request: object, context: object) -> object:
        return HealthCheckResponse(status=1 if getattr(request, "service", "") == "good" else 2)

    async def run() -> None:
        server = grpc.aio.server()
        handler = grpc.unary_unary_rpc_method_handler(
            check,
            request_deserializer=HealthCheckRequest.FromString,
            response_serializer=HealthCheckResponse.SerializeToString,
        )
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler})]
        )
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with actions() as found:
            good = core_v1.Probe(grpc=core_v1.GRPCAction(port=port, service="good"))
            assert await found.probe(good, target()) == (True, "")
            bad = core_v1.Probe(grpc=core_v1.GRPCAction(port=port, service="bad"))
            assert await found.probe(bad, target()) == (False, "service unhealthy (responded with 2)")
        await server.stop(None)

    asyncio.run(run())


def test_hooks_say_why_they_failed() -> None:
    async def run() -> None:
        async with actions() as found:
            good = core_v1.LifecycleHandler(exec=core_v1.ExecAction(command=["true"]))
            assert await run_hook(good, target(), found, FakeClock()) == ""
            bad = core_v1.LifecycleHandler(exec=core_v1.ExecAction(command=["no"]))
            said = await run_hook(bad, target(), found, FakeClock())
            assert said == 'Exec lifecycle hook ([no]) for Container "c" failed - message: "bad luck"'

    asyncio.run(run())


def test_hook_that_only_waits() -> None:
    async def run() -> None:
        clock = FakeClock()
        pause = core_v1.LifecycleHandler(sleep=core_v1.SleepAction(seconds=5))
        async with actions() as found:
            waiting = asyncio.create_task(run_hook(pause, target(), found, clock))
            await clock.advance(4)
            assert not waiting.done()
            await clock.advance(1)
            assert await waiting == ""

    asyncio.run(run())
