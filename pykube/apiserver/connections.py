"""Connections: HTTP that cannot be understood is answered as everything else is, with a ``Status``.

What comes in such a way never becomes a request, so no stage sees it; the connection is closed after the answer, as
nobody knows where the next request would begin.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod, HttpProcessingError, LineTooLong

from pykube import errors

from . import statuses
from .request import HttpRequest

log = logging.getLogger(__name__)

HEADER_FIELDS_TOO_LARGE = 431


class Connections(web.Server):
    """The HTTP server of aiohttp, with connections of our own; `request_factory` makes what the handler is given."""

    def __init__(self, handler: Callable[[HttpRequest], Awaitable[web.StreamResponse]], **options: Any) -> None:
        super().__init__(cast(Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], handler), **options)

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what was not understood; also to a defect of ours outside of the request handler.

        Raises:
            ConnectionError: an answer has begun already.
        """
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        error = unreadable(exc, message or "")
        if error.code >= 500:
            log.error("a request failed outside of its handler", exc_info=exc)
        else:
            log.debug("a request from %s is no HTTP: %s", request.remote, error.message)
        body = msgspec.json.encode(error.status())
        response = web.Response(status=error.code, body=body, headers={"Content-Type": "application/json"})
        response.force_close()
        return response


def unreadable(problem: BaseException | None, message: str) -> errors.ApiError:
    """The error that an exception of the HTTP parser comes to."""
    if isinstance(problem, LineTooLong) or "too many headers" in message.lower():
        return errors.BadRequest("Request Header Fields Too Large", code=HEADER_FIELDS_TOO_LARGE)
    if isinstance(problem, BadHttpMethod):
        return errors.MethodNotAllowed("the server does not know this method")
    if isinstance(problem, HttpProcessingError):
        return errors.BadRequest(f"Bad Request: {_first_line(message)}")
    return statuses.internal(problem if isinstance(problem, Exception) else RuntimeError(message))


def _first_line(message: Any) -> str:
    """The parser draws what it did not understand below its first line."""
    return str(message).partition("\n")[0].rstrip(": ")
