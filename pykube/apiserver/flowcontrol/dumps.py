"""``/debug/api_priority_and_fairness/``: who waits where, as tables that upstream's tools read.

Source: k8s.io/apiserver util/flowcontrol/apf_controller_debug.go; the columns are its.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from aiohttp import web

from pykube.aio.clock import Clock
from pykube.errors import NotFound

from ..request import Context, Handler
from .configuration import Configuration, Level
from .queues import Request
from .stage import Seat

PATH = "/debug/api_priority_and_fairness"

_LEVEL_COLUMNS = (
    "PriorityLevelName",
    "ActiveQueues",
    "IsIdle",
    "IsQuiescing",
    "WaitingRequests",
    "ExecutingRequests",
    "DispatchedRequests",
    "RejectedRequests",
    "TimedoutRequests",
    "CancelledRequests",
)
_QUEUE_COLUMNS = (
    "PriorityLevelName",
    "Index",
    "PendingRequests",
    "ExecutingRequests",
    "SeatsInUse",
    "NextDispatchR",
    "InitialSeatsSum",
    "MaxSeatsSum",
    "TotalWorkSum",
)
_REQUEST_COLUMNS = (
    "PriorityLevelName",
    "FlowSchemaName",
    "QueueIndex",
    "RequestIndexInQueue",
    "FlowDistingsher",
    "ArriveTime",
    "InitialSeats",
    "FinalSeats",
    "AdditionalLatency",
    "StartTime",
)
_DETAIL_COLUMNS = ("UserName", "Verb", "APIPath", "Namespace", "Name", "APIVersion", "Resource", "SubResource")
_NEVER = "0001-01-01T00:00:00Z"
_LEAST_WIDTH = 8


class Dumps:
    """The debug pages."""

    def __init__(self, configuration: Configuration, clock: Clock) -> None:
        self._configuration = configuration
        self._clock = clock

    @property
    def paths(self) -> Mapping[str, Handler]:
        """What answers which path."""
        return {f"{PATH}/dump_{name}": self.handle for name in ("priority_levels", "queues", "requests")}

    async def handle(self, ctx: Context) -> web.Response:
        """Answer one of the pages."""
        name = ctx.info.path.rstrip("/").rpartition("/")[2]
        if name == "dump_priority_levels":
            rows = [_LEVEL_COLUMNS, *self._levels()]
        elif name == "dump_queues":
            rows = [_QUEUE_COLUMNS, *self._queues()]
        elif name == "dump_requests":
            detailed = bool(ctx.info.query.get("includeRequestDetails"))
            rows = [_REQUEST_COLUMNS + (_DETAIL_COLUMNS if detailed else ()), *self._requests(detailed=detailed)]
        else:
            raise NotFound("the server could not find the requested resource")
        return web.Response(text=tabulated(rows), content_type="text/plain", charset="utf-8")

    def _sorted(self) -> list[Level]:
        levels = self._configuration.levels
        return [levels[name] for name in sorted(levels)]

    def _levels(self) -> Iterator[tuple[str, ...]]:
        for level in self._sorted():
            found = level.queue_set
            yield (
                level.name,
                str(sum(1 for queue in found if queue.waiting)),
                str(found.idle).lower(),
                str(level.leaving).lower(),
                str(found.waiting),
                str(found.executing),
                str(found.dispatched),
                str(found.rejected),
                str(found.timed_out),
                str(found.cancelled),
            )

    def _queues(self) -> Iterator[tuple[str, ...]]:
        for level in self._sorted():
            for index, queue in enumerate(level.queue_set):
                yield (
                    level.name,
                    str(index),
                    str(len(queue.waiting)),
                    str(len(queue.executing)),
                    str(sum(request.seats for request in queue.executing)),
                    seat_seconds(queue.next_dispatch),
                    str(sum(request.initial for request in queue.waiting)),
                    str(sum(request.seats for request in queue.waiting)),
                    seat_seconds(queue.waiting_work),
                )

    def _requests(self, *, detailed: bool) -> Iterator[tuple[str, ...]]:
        for level in self._sorted():
            for index, queue in enumerate(level.queue_set):
                for place, request in enumerate(queue.waiting):
                    yield self._request(level, request, index, place, detailed=detailed)
                for request in queue.executing:
                    yield self._request(level, request, index, -1, detailed=detailed)
            for request in level.queue_set.loose:
                yield self._request(level, request, -1, -1, detailed=detailed)

    def _request(self, level: Level, request: Request, queue: int, place: int, *, detailed: bool) -> tuple[str, ...]:
        assert isinstance(request, Seat)
        row = (
            level.name,
            request.flow.schema.name,
            str(queue),
            str(place),
            request.flow.distinguisher,
            self._time(request.arrived),
            str(request.initial),
            str(request.final),
            f"{request.extra * 1000:g}ms" if request.extra else "0s",
            self._time(request.started),
        )
        if not detailed:
            return row
        info = request.ctx.info
        return (
            *row,
            request.ctx.user.name,
            info.verb,
            info.path,
            info.namespace,
            info.name,
            info.api_version,
            info.resource,
            info.subresource,
        )

    def _time(self, moment: float) -> str:
        """A reading of the monotonic clock as wall time."""
        if moment < 0:
            return _NEVER
        wall = self._clock.now() - timedelta(seconds=self._clock.monotonic() - moment)
        return rfc3339(wall)


def rfc3339(moment: datetime) -> str:
    """A time with as many decimals as it needs, as Go writes it."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text}Z"


def seat_seconds(value: float) -> str:
    """Seat-seconds as upstream prints them."""
    return f"{value:.8f}ss"


def tabulated(rows: Sequence[Sequence[str]]) -> str:
    """Rows with their columns one below the other."""
    widths = [max(_LEAST_WIDTH, *(len(cell) + 2 for cell in column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [f"{cell},".ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        lines.append("".join(cells) + row[-1] + "\n")
    return "".join(lines)
