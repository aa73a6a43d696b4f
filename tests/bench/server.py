"""A ``pykube server`` of a benchmark's own, on loopback, with its state in a temporary directory."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A running server; paths of its administrator's certificate and key for load generators."""

    url: str
    process: subprocess.Popen[bytes]
    directory: Path
    context: ssl.SSLContext
    token: str = ""

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """One call as the administrator."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context)
        )
        with opener.open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def processes(self) -> list[int]:
        """Process ids of the server and its children."""
        found = [self.process.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found.extend(int(child) for child in children.read_text().split())
        return found


def proportional_memory(pids: Sequence[int]) -> float:
    """Memory of processes in MB, shared pages divided among those that share them (PSS)."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def admin_context(kubeconfig: Path) -> ssl.SSLContext:
    """A TLS context with the client certificate of a kubeconfig."""
    user = yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with tempfile.NamedTemporaryFile(suffix=".pem") as pair:
        pair.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
        pair.flush()
        context.load_cert_chain(pair.name)
    return context


@contextmanager
def running() -> Iterator[Server]:
    """A server that answers /readyz; ended and removed afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="pykube-bench-", dir="/var/tmp"))
    port = free_port()
    command = [
        sys.executable,
        *("-m", "pykube", "server", "--port", str(port), "--bind-address", "127.0.0.1"),
        *("--advertise-address", "127.0.0.1", "--log-level", "warning", "--config", str(directory / "none.yaml")),
        *("--config-dir", str(directory / "etc"), "--state-dir", str(directory / "state")),
        *("--run-dir", str(directory / "run")),
    ]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
    try:
        yield _ready(f"https://127.0.0.1:{port}", process, directory)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(directory)


def _ready(url: str, process: subprocess.Popen[bytes], directory: Path) -> Server:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {(directory / 'log').read_text()[-2000:]}")
        try:
            server = Server(url, process, directory, admin_context(directory / "etc/admin.kubeconfig"))
            server.request("GET", "/api/v1/namespaces/default")
            return server
        except (OSError, urllib.error.URLError, ValueError, KeyError):
            time.sleep(0.01)
    raise RuntimeError("the server did not get ready within 60 s")


def load_pods(server: Server, count: int, *, start: int = 0, namespace: str = "load") -> None:
    """Create `count` pods of about 3 kB that no node can run."""
    try:
        server.request("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    except urllib.error.HTTPError as error:
        if error.code != 409:
            raise
    path = f"{server.url}/api/v1/namespaces/{namespace}/pods"
    asyncio.run(_post_all(server, path, [_pod(number) for number in range(start, start + count)]))


async def _post_all(server: Server, url: str, bodies: Sequence[dict[str, Any]]) -> None:
    connector = aiohttp.TCPConnector(ssl=server.context, limit=8)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(body: dict[str, Any]) -> None:
            async with session.post(url, json=body) as answer:
                answer.raise_for_status()

        for at in range(0, len(bodies), 500):
            await asyncio.gather(*(post(body) for body in bodies[at : at + 500]))


def _pod(number: int) -> dict[str, Any]:
    containers = [
        {
            "name": f"c{index}",
            "image": "nginx:1",
            "ports": [{"containerPort": 80 + index}],
            "env": [{"name": f"E{key}", "value": "v" * 20} for key in range(10)],
            "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
        }
        for index in range(2)
    ]
    return {
        "metadata": {
            "name": f"p{number:05d}",
            "labels": {"app": f"a{number % 10}", "tier": "web"},
            "annotations": {"note": "x" * 200},
        },
        "spec": {
            "automountServiceAccountToken": False,
            "nodeSelector": {"none": "x"},
            "containers": containers,
        },
    }
