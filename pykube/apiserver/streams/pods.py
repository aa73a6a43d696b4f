"""Which container of which pod a request is about, and what its options are. Pure.

Source: pkg/registry/core/pod (strategy) for the choices and their messages, core/validation for the log's options.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pykube.api import core_v1, scheme
from pykube.api.field_errors import FieldError, Path, forbidden, invalid, invalid_value, not_supported
from pykube.errors import BadRequest

from ..request import Query
from .target import Pairs

LOG_STREAMS = ("All", "Stdout", "Stderr")
STREAM_FLAGS = (("stdin", "input"), ("stdout", "output"), ("stderr", "error"), ("tty", "tty"))
"""What the API calls a stream, and what the agent calls it."""


def every_container(pod: core_v1.Pod) -> Iterator[str]:
    """The names of all containers, in upstream's order."""
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        yield container.name
    for ephemeral in pod.spec.ephemeral_containers:
        yield ephemeral.name


def chosen_container(pod: core_v1.Pod, name: str) -> str:
    """`name`, or the only container when it is empty.

    Raises:
        BadRequest: there is no such container, or several to choose from.
    """
    pod_name = pod.metadata.name
    if name:
        if name not in every_container(pod):
            raise BadRequest(f"container {name} is not valid for pod {pod_name}")
        return name
    if len(pod.spec.containers) == 1:
        return pod.spec.containers[0].name
    if not pod.spec.containers:
        raise BadRequest(f"a container name must be specified for pod {pod_name}")
    choices = " ".join(every_container(pod))
    raise BadRequest(f"a container name must be specified for pod {pod_name}, choose one of: [{choices}]")


def flag(query: Query, name: str) -> bool:
    """A boolean parameter: as in Go, an empty value means true."""
    value = query.get(name)
    return value is not None and value.lower() not in ("0", "f", "false")


def exec_query(query: Query) -> Pairs:
    """What the agent is asked with for exec."""
    return [*attach_query(query), *(("command", word) for word in query.getall("command", []))]


def attach_query(query: Query) -> Pairs:
    """What the agent is asked with for attach."""
    return [(theirs, "1") for ours, theirs in STREAM_FLAGS if flag(query, ours)]


def port_forward_query(query: Query) -> Pairs:
    """What the agent is asked with for a port-forward.

    Raises:
        BadRequest: a port is no number.
    """
    ports = [port for value in query.getall("ports", []) for port in value.split(",") if port]
    for port in ports:
        if not port.isdigit():
            raise BadRequest(f'strconv.ParseInt: parsing "{port}": invalid syntax')
    return [("port", ",".join(ports))] if ports else []


def log_query(query: Query, pod: str) -> Pairs:
    """What the agent is asked with for a log.

    Raises:
        BadRequest: a parameter is no number or no time.
        Invalid: a parameter has a value that makes no sense.
    """
    found: Pairs = [(name, "true") for name in ("follow", "previous", "timestamps") if flag(query, name)]
    numbers = {name: _number(query, name) for name in ("sinceSeconds", "tailLines", "limitBytes")}
    since_time = query.get("sinceTime", "")
    if since_time:
        _check_time(since_time)
        found.append(("sinceTime", since_time))
    stream = query.get("stream") or "All"
    if errors := list(_log_errors(numbers, since_time, stream)):
        raise invalid(scheme.Resource("", "v1", "PodLogOptions", ""), pod, errors)
    found += [(name, str(value)) for name, value in numbers.items() if value is not None]
    return [*found, ("stream", stream)]


def _number(query: Query, name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise BadRequest(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def _check_time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse it') from error


def _log_errors(numbers: dict[str, int | None], since_time: str, stream: str) -> Iterator[FieldError]:
    tail, limit, since = numbers["tailLines"], numbers["limitBytes"], numbers["sinceSeconds"]
    if tail is not None and tail < 0:
        yield invalid_value(Path("tailLines"), tail, "must be greater than or equal to 0")
    if limit is not None and limit < 1:
        yield invalid_value(Path("limitBytes"), limit, "must be greater than 0")
    if since is not None and since_time:
        yield forbidden(Path(""), "at most one of `sinceTime` or `sinceSeconds` may be specified")
    elif since is not None and since < 1:
        yield invalid_value(Path("sinceSeconds"), since, "must be greater than 0")
    if stream not in LOG_STREAMS:
        yield not_supported(Path("stream"), stream, LOG_STREAMS)
    if stream != "All" and tail is not None:
        yield forbidden(Path(""), "`tailLines` and specific `stream` are mutually exclusive for now")
