"""What holds for every object that was accepted, of whatever kind."""

from __future__ import annotations

from typing import Any

from pykube.api.scheme import CustomResource, Resource

from .server import Server, item

_FORCED = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}


def check_accepted(server: Server, resource: Resource, stored: dict[str, Any]) -> None:
    """What holds for every object that was accepted."""
    path = item(resource, stored["metadata"]["name"])
    found = server.call("GET", path)
    assert found.status == 200, found.body
    assert found.doc == stored
    server.unchanged("PUT", path, stored)
    server.unchanged("PATCH", path, {}, Content_Type="application/merge-patch+json")
    if not isinstance(resource, CustomResource):
        server.unchanged("PATCH", path, {}, Content_Type="application/strategic-merge-patch+json")
    server.unchanged("PATCH", path, [], Content_Type="application/json-patch+json")
    if isinstance(resource, CustomResource) or resource.subresource("status"):
        server.unchanged("PUT", f"{path}/status", stored)
    check_apply(server, path, stored)
    server.call("GET", path, Accept="application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
    remove(server, path)


def check_apply(server: Server, path: str, stored: dict[str, Any]) -> None:
    """An object can be applied over itself, and once more without a change, unless its lists cannot be merged."""
    config = {name: value for name, value in stored.items() if name != "status"}
    kept = {name: value for name, value in stored["metadata"].items() if name in ("name", "labels", "annotations")}
    config["metadata"] = kept
    query = "?fieldManager=laws&force=true"
    applied = server.write("PATCH", path + query, config, Content_Type="application/apply-patch+yaml")
    if applied.status == 200:
        server.unchanged("PATCH", path + query, config, Content_Type="application/apply-patch+yaml")
    else:
        assert "duplicate entries" in applied.message or "omits all key fields" in applied.message, applied.body


def remove(server: Server, path: str) -> None:
    """Whatever was accepted can be deleted."""
    freed = server.call("PATCH", path, {"metadata": {"finalizers": None}}, Content_Type="application/merge-patch+json")
    if "deletionTimestamp" in freed.doc.get("metadata", {}) and server.call("GET", path).status == 404:
        return
    answer = server.write("DELETE", path, {**_FORCED, "kind": "DeleteOptions", "apiVersion": "v1"})
    assert answer.status in (200, 202), answer.body
