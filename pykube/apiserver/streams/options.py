"""What a request to connect asks for, as an object: admission is asked about it, and may change it. Pure.

Source: k8s.io/api/core/v1, ``PodExecOptions`` and its like; they only ever stand in queries and in admission reviews.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multidict import MultiDict, MultiDictProxy

from pykube.errors import BadRequest

from ..request import Query
from ..write import Kind
from . import pods

_FLAGS = ("stdin", "stdout", "stderr", "tty")
_KINDS: Mapping[tuple[str, str], str] = {
    ("pods", "exec"): "PodExecOptions",
    ("pods", "attach"): "PodAttachOptions",
    ("pods", "portforward"): "PodPortForwardOptions",
    ("pods", "proxy"): "PodProxyOptions",
    ("services", "proxy"): "ServiceProxyOptions",
    ("nodes", "proxy"): "NodeProxyOptions",
}


def kind_of(plural: str, subresource: str) -> Kind:
    """The kind of the options that a subresource takes."""
    return Kind("", "v1", _KINDS[plural, subresource])


def options_of(kind: Kind, query: Query, path: str) -> dict[str, Any]:
    """The options in a query; a proxy has nothing but the path that follows it.

    Raises:
        BadRequest: a port is no number.
    """
    found: dict[str, Any] = {"kind": kind.kind, "apiVersion": kind.api_version}
    if kind.kind == "PodPortForwardOptions":
        ports = [port for _, text in pods.port_forward_query(query) for port in text.split(",")]
        return {**found, "ports": [int(port) for port in ports]} if ports else found
    if kind.kind.endswith("ProxyOptions"):
        return {**found, "path": path} if path else found
    found.update({name: True for name in _FLAGS if pods.flag(query, name)})
    if container := query.get("container"):
        found["container"] = container
    if kind.kind == "PodExecOptions" and (command := query.getall("command", [])):
        found["command"] = list(command)
    return found


def query_of(options: Mapping[str, Any]) -> Query:
    """The query that says the same as options which admission has changed.

    Raises:
        BadRequest: they make no sense any more.
    """
    found: MultiDict[str] = MultiDict()
    try:
        for name in _FLAGS:
            if options.get(name):
                found.add(name, "true")
        if options.get("container"):
            found.add("container", str(options["container"]))
        for word in options.get("command") or ():
            found.add("command", str(word))
        for port in options.get("ports") or ():
            found.add("ports", str(int(port)))
    except (TypeError, ValueError) as error:
        raise BadRequest(f"the options make no sense: {error}") from error
    return MultiDictProxy(found)
