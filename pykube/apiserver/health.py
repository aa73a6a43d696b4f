"""``/livez``, ``/readyz`` and ``/healthz``: named checks, each reachable by its own path, listed with ``?verbose``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from pykube.errors import ApiError
from pykube.store.base import Store

from .request import Context
from .statuses import unknown_path

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[None]]
"""Returns when all is well; raises anything else."""

TIMEOUT = 2.0
"""Seconds that a check may take; upstream's limit for the store."""


STEPS = (
    "start-apiserver-admission-initializer",
    "generic-apiserver-start-informers",
    "priority-and-fairness-config-consumer",
    "priority-and-fairness-filter",
    "storage-readiness",
    "start-apiextensions-informers",
    "start-apiextensions-controllers",
    "crd-informer-synced",
    "bootstrap-controller",
    "start-system-namespaces-controller",
    "start-service-ip-repair-controllers",
    "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes",
    "priority-and-fairness-config-producer",
    "start-cluster-authentication-info-controller",
    "start-kube-aggregator-informers",
    "apiservice-registration-controller",
    "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller",
    "kube-apiserver-autoregistration",
    "apiservice-openapi-controller",
)
"""Upstream's names of what has to be done when a server starts, by which its users leave checks out or look at one.
Here all of it is part of filling the caches and of bootstrap, and over when that is."""


async def ping() -> None:
    """The server answers at all."""


class Health:
    """The checks; `ready` says whether bootstrap is over."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.ready = False
        self.closing = False
        always: dict[str, Check] = {"ping": ping, "log": ping, "etcd": self._check_store}
        steps: dict[str, Check] = {
            "poststarthook/bootstrap": self._check_ready,
            **{f"poststarthook/{name}": self._check_ready for name in STEPS},
            "autoregister-completion": self._check_ready,
        }
        self._checks: Mapping[str, Mapping[str, Check]] = {
            "livez": {**always, **steps},
            "healthz": {**always, **steps},
            "readyz": {**always, "informer-sync": ping, **steps, "shutdown": self._check_open},
        }

    async def _check_store(self) -> None:
        async with asyncio.timeout(TIMEOUT):
            await self._store.revision()

    async def _check_ready(self) -> None:
        if not self.ready:
            raise RuntimeError("bootstrap is not finished")

    async def _check_open(self) -> None:
        if self.closing:
            raise RuntimeError("process is shutting down")

    async def handle(self, ctx: Context) -> web.Response:
        """Run the checks that the path names."""
        name, _, single = ctx.info.path.strip("/").partition("/")
        checks = self._checks[name]
        if single:
            if single not in checks:
                raise unknown_path()
            return await self._one(checks[single])
        excluded = set(ctx.info.query.getall("exclude", []))
        unknown = sorted(excluded - checks.keys())
        lines: list[str] = []
        failed: list[str] = []
        for key, check in checks.items():
            if key in excluded:
                lines.append(f"[+]{key} excluded: ok")
            elif (problem := await _problem(check)) is None:
                lines.append(f"[+]{key} ok")
            else:
                failed.append(f"{key} ({problem})")
                lines.append(f"[-]{key} failed: reason withheld")
        if unknown:
            names = ",".join(f'"{key}"' for key in unknown)
            lines.append(f"warn: some health checks cannot be excluded: no matches for {names}")
        if failed:
            log.info("%s check failed: %s", name, ", ".join(failed))
            return _text("\n".join([*lines, f"{name} check failed", ""]), 500)
        if "verbose" in ctx.info.query:
            return _text("\n".join([*lines, f"{name} check passed", ""]))
        return _text("ok")

    async def _one(self, check: Check) -> web.Response:
        try:
            await check()
        except (ApiError, RuntimeError, TimeoutError, OSError) as error:
            return _text(f"internal server error: {error}\n", 500)
        return _text("ok")


async def _problem(check: Check) -> Exception | None:
    """What a check says is wrong."""
    try:
        await check()
    except (ApiError, RuntimeError, TimeoutError, OSError) as error:
        return error
    return None


def _text(body: str, status: int = 200) -> web.Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache, private"}
    return web.Response(text=body, status=status, headers=headers)
