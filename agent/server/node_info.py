"""The node API's plain questions: pods, health, settings, stats and metrics."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from agent.cri.client import CriClient
from agent.cri.errors import CriError
from agent.server.directory import PodDirectory
from agent.server.stats_summary import CpuRate, summary
from agent.server.usage import Usage, read_usage
from agent.server.usage_metrics import Exposition, cadvisor_metrics, resource_metrics
from pykube.aio.clock import Clock
from pykube.api import codec
from pykube.api.core_v1 import PodList

PROMETHEUS = "text/plain; version=0.0.4"


class NodeInfo:
    """The handlers of the routes that answer one document."""

    def __init__(
        self,
        cri: CriClient,
        pods: PodDirectory,
        clock: Clock,
        *,
        node_name: str,
        state_dir: Path,
        settings: Mapping[str, Any],
    ) -> None:
        self._cri = cri
        self._pods = pods
        self._clock = clock
        self._node_name = node_name
        self._state_dir = state_dir
        self._settings = settings
        self._rates = CpuRate()

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/healthz", self.healthz),
            web.get("/healthz/{check}", self.healthz),
            web.get("/pods", self.pods),
            web.get("/pods/", self.pods),
            web.get("/runningpods/", self.running_pods),
            web.get("/configz", self.configz),
            web.get("/stats/summary", self.stats_summary),
            web.get("/metrics", self.metrics),
            web.get("/metrics/resource", self.metrics_resource),
            web.get("/metrics/cadvisor", self.metrics_cadvisor),
        ]

    async def healthz(self, request: web.Request) -> web.Response:
        """Whether the runtime answers."""
        if request.match_info.get("check", "ping") != "syncloop":
            try:
                await self._cri.version(timeout=5.0)
            except CriError as error:
                return web.Response(status=500, text=f"container runtime is down: {error}")
        return web.Response(text="ok")

    async def pods(self, request: web.Request) -> web.Response:
        """The pods that the agent knows, as a PodList."""
        return web.Response(body=codec.encode(PodList(items=list(self._pods.pods()))), content_type="application/json")

    async def running_pods(self, request: web.Request) -> web.Response:
        """The pods whose phase is Running."""
        running = [pod for pod in self._pods.pods() if pod.status.phase == "Running"]
        return web.Response(body=codec.encode(PodList(items=running)), content_type="application/json")

    async def configz(self, request: web.Request) -> web.Response:
        """The settings in force."""
        return _json({"kubeletconfig": {"kind": "KubeletConfiguration", **self._settings}})

    async def stats_summary(self, request: web.Request) -> web.Response:
        """Usage as JSON."""
        pods = {
            pod.metadata.uid: pod.status.start_time for pod in self._pods.pods() if pod.status.start_time is not None
        }
        return _json(summary(await self._usage(), self._node_name, self._clock.now(), pods, self._rates))

    async def metrics_resource(self, request: web.Request) -> web.Response:
        """Usage for metrics-server."""
        return _text(resource_metrics(await self._usage()))

    async def metrics_cadvisor(self, request: web.Request) -> web.Response:
        """Usage for dashboards."""
        return _text(cadvisor_metrics(await self._usage(), os.cpu_count() or 1))

    async def metrics(self, request: web.Request) -> web.Response:
        """Figures of the agent itself."""
        out = Exposition()
        used = resource.getrusage(resource.RUSAGE_SELF)
        out.family("process_cpu_seconds_total", "counter", "CPU time of the agent")
        out.sample("process_cpu_seconds_total", used.ru_utime + used.ru_stime)
        out.family("process_resident_memory_bytes", "gauge", "Memory of the agent")
        out.sample("process_resident_memory_bytes", _resident_bytes())
        pods = self._pods.pods()
        out.family("kubelet_running_pods", "gauge", "Pods whose phase is Running")
        out.sample("kubelet_running_pods", sum(pod.status.phase == "Running" for pod in pods))
        out.family("kubelet_node_name", "gauge", "The node's name; the value is always 1")
        out.sample("kubelet_node_name", 1, {"node": self._node_name})
        return _text(out.text())

    async def _usage(self) -> Usage:
        return await read_usage(self._cri, self._state_dir)


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _json(document: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(document), content_type="application/json")


def _text(text: str) -> web.Response:
    return web.Response(body=text.encode(), headers={"Content-Type": PROMETHEUS})
