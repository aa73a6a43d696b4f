"""GET /containerLogs: the log of one container, in the kubelet's words where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from aiohttp import web

from agent.server.directory import ContainerRef, PodDirectory
from agent.server.log_files import LogReader
from agent.server.log_lines import LogOptions
from pykube.aio.clock import Clock
from pykube.api.core_v1 import ContainerStatus, Pod

STREAMS = ("All", "Stdout", "Stderr")


class OptionsError(ValueError):
    """A query that asks for nothing that can be had; `unreadable`: not even numbers where numbers belong."""

    def __init__(self, *, unreadable: bool) -> None:
        super().__init__("Unable to decode query." if unreadable else "Invalid request.")
        self.unreadable = unreadable


class ContainerLogs:
    """The handler of the route."""

    def __init__(self, pods: PodDirectory, clock: Clock) -> None:
        self._pods = pods
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/containerLogs/{namespace}/{pod}/{container}", self.get)]

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Stream the log as plain text."""
        names = request.match_info
        try:
            options = parse_options(request.query, self._clock.now())
        except OptionsError as error:
            status = 400 if error.unreadable else 422
            return web.Response(status=status, text=f'{{"message": "{error}"}}')
        pod = self._pods.pod(names["namespace"], names["pod"])
        if pod is None:
            return web.Response(status=404, text=f'pod "{names["pod"]}" does not exist')
        if names["container"] not in container_names(pod):
            return web.Response(status=404, text=f'container "{names["container"]}" not found in pod "{names["pod"]}"')
        previous = request.query.get("previous") in ("1", "true")
        container = await self._pods.container(pod, names["container"], previous=previous)
        if container is None:
            return web.Response(status=400, text=missing_log(pod, names["container"], previous=previous))
        return await self._stream(request, container, options)

    async def _stream(self, request: web.Request, container: ContainerRef, options: LogOptions) -> web.StreamResponse:
        stopped = partial(self._pods.wait_stopped, container.id) if container.running else _at_once
        chunks = LogReader(container.log_path, options).chunks(stopped)
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        try:
            # The answer's head goes out before the first line: a client that follows waits for it.
            if options.follow:
                await response.prepare(request)
            async for chunk in chunks:
                if not response.prepared:
                    await response.prepare(request)
                await response.write(chunk)
        except OSError as error:
            if response.prepared:
                return response
            text = f'failed to try resolving symlinks in path "{container.log_path}": {error.strerror}'
            return web.Response(status=500, text=text)
        finally:
            await chunks.aclose()
        if not response.prepared:
            await response.prepare(request)
        await response.write_eof()
        return response


async def _at_once() -> None:
    """Stands for waiting for a container that has stopped."""


def container_names(pod: Pod) -> set[str]:
    """Names of all containers of the pod's spec."""
    spec = pod.spec
    return {one.name for one in (*spec.init_containers, *spec.containers)} | {
        one.name for one in spec.ephemeral_containers
    }


def parse_options(query: Mapping[str, str], now: datetime) -> LogOptions:
    """The options in `query`.

    Raises:
        OptionsError: numbers or times that are none, or that contradict each other.
    """
    try:
        tail = _number(query, "tailLines")
        if "tail" in query:
            tail = None if query["tail"] == "all" else _number(query, "tail")
        limit = _number(query, "limitBytes")
        seconds = _number(query, "sinceSeconds")
        since = datetime.fromisoformat(query["sinceTime"]) if query.get("sinceTime") else None
    except ValueError as error:
        raise OptionsError(unreadable=True) from error
    if seconds is not None and since is not None:
        raise OptionsError(unreadable=False)
    if (tail is not None and tail < 0) or (limit is not None and limit < 1) or (seconds is not None and seconds < 1):
        raise OptionsError(unreadable=False)
    stream = query.get("stream") or "All"
    if stream not in STREAMS or (tail is not None and stream != "All"):
        raise OptionsError(unreadable=False)
    return LogOptions(
        follow=query.get("follow") in ("1", "true"),
        timestamps=query.get("timestamps") in ("1", "true"),
        tail=tail,
        limit_bytes=limit,
        since=now - timedelta(seconds=seconds) if seconds is not None else since,
        stream=stream,
    )


def _number(query: Mapping[str, str], name: str) -> int | None:
    return int(query[name]) if query.get(name) else None


def missing_log(pod: Pod, name: str, *, previous: bool) -> str:
    """Why the container has no log, from its status."""
    container, subject = _status(pod, name), f'container "{name}" in pod "{pod.metadata.name}"'
    if container is None:
        return f"{subject} is not available"
    if previous:
        return f"previous terminated {subject} not found"
    if container.state.terminated is not None:
        return f"{subject} is terminated"
    if container.state.waiting is not None:
        reason = {
            "ErrImagePull": "image can't be pulled",
            "ImagePullBackOff": "trying and failing to pull image",
        }.get(container.state.waiting.reason, container.state.waiting.reason)
        return f"{subject} is waiting to start: {reason}"
    return f"{subject} is waiting to start - no logs yet"


def _status(pod: Pod, name: str) -> ContainerStatus | None:
    status = pod.status
    for one in (
        *status.init_container_statuses,
        *status.container_statuses,
        *status.ephemeral_container_statuses,
    ):
        if one.name == name:
            return one
    return None
