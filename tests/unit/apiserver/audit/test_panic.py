"""A request over which the server itself fails."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import aiohttp
from aiohttp import web

from pykube.aio.clock import SystemClock
from pykube.apiserver import app
from pykube.apiserver.audit.auditor import Auditor
from pykube.apiserver.audit.log_file import LogFile, Rotation
from pykube.apiserver.audit.metrics import AuditMetrics
from pykube.apiserver.audit.outlet import Outlet, OutletSettings
from pykube.apiserver.audit.policy import Judge, Policy, Rule
from pykube.apiserver.handler import RequestHandler, Routes
from pykube.apiserver.health import Health
from pykube.apiserver.metrics import Metrics
from pykube.apiserver.registry import Registry
from pykube.apiserver.request import Context
from pykube.apiserver.resources.catalog import Pools
from pykube.store.memory import MemoryStore


async def _fail(ctx: Context) -> web.StreamResponse:
    raise RuntimeError("broken")


def test_it_ends_in_the_stage_panic(tmp_path: Path) -> None:
    async def story() -> None:
        clock, store, counted = SystemClock(), MemoryStore(), AuditMetrics()
        registry = Registry(store, clock, Pools())
        await registry.start()
        log = LogFile(tmp_path / "audit.log", Rotation(), clock)
        outlet = Outlet(log, OutletSettings(mode="blocking"), clock, counted)
        auditor = Auditor(Judge(Policy(rules=[Rule(level="Metadata")])), [outlet], clock, counted)
        auditor.start()
        server = app.ApiServer(registry, Health(store), clock, auditor=auditor)
        routes = Routes(paths={"/fail": _fail})
        handler = RequestHandler(registry, (auditor,), routes, Metrics(registry), auditor=auditor)
        await server.listen(handler, "127.0.0.1", 0)
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{server.port}/fail") as answer,
        ):
            assert answer.status == 500
        await server.close()

    asyncio.run(story())
    received, panicked = map(json.loads, (tmp_path / "audit.log").read_text().splitlines())
    assert (received["stage"], panicked["stage"]) == ("RequestReceived", "Panic")
    assert panicked["responseStatus"]["code"] == 500
    assert "broken" in panicked["responseStatus"]["message"]
