"""The verbs of the API, one file each, and which of them may answer a subresource that shows the object itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from pykube.api.scheme import Resource

from ..request import Context
from . import create, delete, deletecollection, get, patch, update, watch
from . import list as listing

Verb = Callable[[Context, Resource], Awaitable[web.StreamResponse]]
"""Answers a request for a resource; raises errors.ApiError for every answer that is a failure."""

VERBS: Mapping[str, Verb] = {
    "get": get.handle,
    "list": listing.handle,
    "watch": watch.handle,
    "create": create.handle,
    "update": update.handle,
    "patch": patch.handle,
    "delete": delete.handle,
    "deletecollection": deletecollection.handle,
}

OF_WHOLE: Mapping[str, Verb] = {"get": get.handle, "update": update.handle, "patch": patch.handle}
"""For subresources that show the object itself: status, approval, finalize, ephemeralcontainers, resize."""
