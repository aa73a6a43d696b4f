"""Defaults of endpoint slices."""

from __future__ import annotations

from .. import discovery_v1


def _slice(found: discovery_v1.EndpointSlice) -> None:
    for port in found.ports:
        if port.name is None:
            port.name = ""
        if port.protocol is None:
            port.protocol = "TCP"


TABLE = {discovery_v1.EndpointSlice: _slice}
