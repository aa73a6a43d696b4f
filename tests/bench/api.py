"""Requests a second: GET, LIST, LIST by label, CREATE and PATCH, with 100, 1,000 and 10,000 pods, and their memory."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.report import Figure
from tests.bench.server import Server, load_pods, proportional_memory, running

SECONDS = 5

_GET = """wrk.headers["Authorization"] = "Bearer %s"
wrk.headers["Accept"] = "application/json"
"""
_CREATE = """
local count, id = 0, 0
function setup(thread) thread:set("tid", id); id = id + 1 end
function request()
  count = count + 1
  local name = "cm-%s-" .. tid .. "-" .. count
  return wrk.format("POST", "/api/v1/namespaces/load/configmaps",
    {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json"},
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"' .. name .. '"},"data":{"k":"%s"}}')
end
"""
_PATCH = """
local count = 0
function request()
  count = count + 1
  return wrk.format("PATCH", string.format("/api/v1/namespaces/load/pods/p%%05d/status", count %% %d),
    {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/strategic-merge-patch+json"},
    '{"status":{"phase":"Pending","conditions":[{"type":"Bench","status":"True","message":"' .. count .. '"}]}}')
end
"""


def token_of(server: Server) -> str:
    """A token of a service account that may do everything: wrk cannot show a client certificate."""
    account = "/api/v1/namespaces/kube-system/serviceaccounts"
    server.request("POST", account, {"metadata": {"name": "bench"}})
    subject = {"kind": "ServiceAccount", "name": "bench", "namespace": "kube-system"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
    server.request("POST", bindings, {"metadata": {"name": "bench"}, "roleRef": role, "subjects": [subject]})
    token: str = server.request("POST", f"{account}/bench/token", {"spec": {}})["status"]["token"]
    return token


def wrk(url: str, script: str, connections: int) -> tuple[float, float, float]:
    """Requests a second, median and 99th percentile in ms.

    Raises:
        RuntimeError: some answers were errors.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", file.name, url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if errors := re.search(r"Non-2xx.*", output):
        raise RuntimeError(f"{url}: {errors[0]}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert rate is not None, output
    return float(rate[1]), _latency(output, "50%"), _latency(output, "99%")


def _latency(output: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", output)
    assert found is not None, output
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def rates(server: Server, token: str, pods: int) -> Iterator[Figure]:
    """The rates with `pods` pods present."""
    base = f"{server.url}/api/v1/namespaces/load"
    get, create = _GET % token, _CREATE % (f"{pods}-{time.time_ns()}", token, "x" * 500)
    patch = _PATCH % (pods, token)
    reference = pods == 1000
    for name, url, script, connections, aim in (
        ("GET pod, 16 connections", f"{base}/pods/p00001", get, 16, "3x of 1,150/s"),
        (f"LIST {pods:,} pods, 4 connections", f"{base}/pods", get, 4, "3x of 10.6/s"),
        ("LIST a tenth of them by label", f"{base}/pods?labelSelector=app%3Da3", get, 4, "4x of 79/s"),
        ("CREATE ConfigMap, 16 connections", f"{base}/configmaps", create, 16, "1.5x of 475 to 780/s, durable"),
        ("PATCH pod status, 8 connections", f"{base}/pods", patch, 8, ""),
    ):
        rate, median, slow = wrk(url, script, connections)
        yield Figure(f"{pods:>6,} pods: {name}", rate, "/s", aim if reference else "")
        yield Figure(f"{pods:>6,} pods: {name}: median", median, "ms")
        yield Figure(f"{pods:>6,} pods: {name}: 99th percentile", slow, "ms")


def measure() -> Iterator[Figure]:
    with running() as server:
        token = token_of(server)
        time.sleep(3)
        empty = proportional_memory(server.processes())
        yield Figure("control plane memory, empty cluster", empty, "MB", "1/3 of 492 MB")
        present = 0
        for pods in (100, 1000, 10_000):
            load_pods(server, pods - present, start=present)
            present = pods
            time.sleep(2)
            aim = "1/4 of 1,044 MB" if pods == 1000 else ""
            memory = proportional_memory(server.processes())
            yield Figure(f"control plane memory, {pods:,} pods", memory, "MB", aim)
            yield Figure(f"memory per 1,000 pods, {pods:,} pods", (memory - empty) * 1000 / pods, "MB")
            yield from rates(server, token, pods)
        yield Figure("state.db", sum(path.stat().st_size for path in _state(server.directory)) / 1e6, "MB")


def _state(directory: Path) -> list[Path]:
    return list((directory / "state/server").glob("state.db*"))
