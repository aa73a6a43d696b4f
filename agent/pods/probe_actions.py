"""One try of a probe or hook: a command, an HTTP request, a TCP connection, a gRPC health check."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import aiohttp

from agent.cri.client import CriClient
from agent.cri.errors import CriError, DeadlineExceeded
from agent.cri.transport import Transport
from pykube.api import core_v1

from .health import HealthCheckRequest, HealthCheckResponse

MAX_BODY = 10 * 1024
"""Bytes of an answer or output that are read and told."""
USER_AGENT = "kube-probe/1.36"
SERVING = 1


@dataclass(frozen=True, slots=True)
class Target:
    """What is probed: one run of a container."""

    container: core_v1.Container
    container_id: str
    pod_ip: str


def port_of(container: core_v1.Container, port: int | str) -> int:
    """A port by number or by the name that the container gives it.

    Raises:
        ValueError: no such name.
    """
    if isinstance(port, int):
        return port
    for known in container.ports:
        if known.name == port:
            return known.container_port
    if port.isdigit():
        return int(port)
    raise ValueError(f"couldn't find port: {port} in container {container.name}")


class ProbeActions:
    """Performs tries. One for the whole agent; call `close` at the end."""

    def __init__(self, cri: CriClient) -> None:
        self._cri = cri
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close what connections there are."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=False, force_close=True, limit=0)
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": USER_AGENT, "Accept": "*/*"},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session

    async def probe(self, probe: core_v1.Probe, target: Target) -> tuple[bool, str]:
        """Try once: whether it succeeded, and what there is to say if not."""
        timeout = max(probe.timeout_seconds, 1)
        if probe.exec is not None:
            return await self.run(probe.exec.command, target, timeout)
        try:
            async with asyncio.timeout(timeout):
                if probe.http_get is not None:
                    return await self.http(probe.http_get, target)
                if probe.tcp_socket is not None:
                    return await self.tcp(probe.tcp_socket, target)
                if probe.grpc is not None:
                    return await self.grpc(probe.grpc, target)
        except TimeoutError:
            return False, f"timeout: no answer within {timeout}s"
        except ValueError as error:
            return False, str(error)
        return True, ""

    async def run(self, command: list[str], target: Target, timeout: int) -> tuple[bool, str]:
        """Run a command in the container; exit code 0 is success."""
        try:
            stdout, stderr, code = await self._cri.exec_sync(target.container_id, command, timeout)
        except DeadlineExceeded:
            return False, f'command timed out: "{" ".join(command)}" timed out after {timeout}s'
        except CriError as error:
            return False, error.message
        return code == 0, (stdout + stderr)[:MAX_BODY].decode(errors="replace")

    async def http(self, action: core_v1.HTTPGetAction, target: Target) -> tuple[bool, str]:
        """GET; every code from 200 to 399 is success."""
        scheme = (action.scheme or "HTTP").lower()
        host = action.host or target.pod_ip
        path = action.path if action.path.startswith("/") else "/" + action.path
        shown = f"[{host}]" if ":" in host else host
        url = f"{scheme}://{shown}:{port_of(target.container, action.port)}{path}"
        headers = {header.name: header.value for header in action.http_headers}
        try:
            async with self._http().get(url, headers=headers, max_redirects=10) as answer:
                await answer.content.read(MAX_BODY)
                if 200 <= answer.status < 400:
                    return True, ""
                return False, f"HTTP probe failed with statuscode: {answer.status}"
        except (aiohttp.ClientError, OSError) as error:
            return False, f'Get "{url}": {_text(error)}'

    async def tcp(self, action: core_v1.TCPSocketAction, target: Target) -> tuple[bool, str]:
        """Connect, and that is all."""
        host, port = action.host or target.pod_ip, port_of(target.container, action.port)
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError as error:
            return False, f"dial tcp {host}:{port}: {_text(error)}"
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True, ""

    async def grpc(self, action: core_v1.GRPCAction, target: Target) -> tuple[bool, str]:
        """Ask ``grpc.health.v1.Health``; SERVING is success."""
        shown = f"ipv6:[{target.pod_ip}]" if ":" in target.pod_ip else f"ipv4:{target.pod_ip}"
        transport = Transport(f"{shown}:{action.port}")
        request = HealthCheckRequest(service=action.service or "")
        try:
            async for answer in transport.stream("/grpc.health.v1.Health/Check", request, HealthCheckResponse):
                if answer.status == SERVING:
                    return True, ""
                return False, f"service unhealthy (responded with {answer.status})"
        except CriError as error:
            return False, f"error: health rpc probe failed: {error.message}"
        finally:
            await transport.close()
        return False, "error: health rpc probe failed: no answer"


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__
