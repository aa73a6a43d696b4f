"""The API server as a verb talks to it: one request after the other over one connection.

Verbs live for a fraction of a second, and most of that would go into importing aiohttp (0.4 s of CPU), so they use
the standard library's HTTP. Those that hold several streams at once (exec, port-forward) use `pykube.client`.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .. import errors
from ..aio.clock import SystemClock
from ..client.config import ClientConfig
from ..client.credentials import Credentials
from .failures import Unreachable, one_line

TIMEOUT = 60.0
"""Seconds without a byte after which an ordinary request is given up."""

CONNECT_TIMEOUT = 10.0
"""Seconds for a connection."""

Params = Mapping[str, str | list[str]]


class Http:
    """Requests against one server; it raises `Unreachable`, or the `errors.ApiError` that the server answered."""

    def __init__(self, config: ClientConfig) -> None:
        self._config = config
        self._credentials = Credentials(config, SystemClock())
        self._server = urllib.parse.urlsplit(config.server)
        self._connection: http.client.HTTPConnection | None = None
        self.warnings: list[str] = []
        """What the server warned of, in the order of the answers."""

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Any = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> bytes:
        """The body of an answer below 400. A `body` that is not bytes is sent as JSON."""
        fresh = self._connection is None
        connection = self._connection or self._connect(TIMEOUT)
        self._connection = connection
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = self._headers(accept, content_type if data is not None else "")
        try:
            connection.request(method, self._target(path, params), data, headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not fresh and isinstance(error, http.client.RemoteDisconnected | BrokenPipeError):
                return self.request(
                    method, path, params=params, body=data, content_type=content_type, accept=accept
                )  # the server had closed the idle connection
            raise self._unreachable(error) from error
        self._note_warnings(response)
        if response.status >= 400:
            raise error_of(response.status, answer)
        return answer

    @contextmanager
    def stream(
        self, path: str, *, params: Params | None = None, accept: str = "application/json"
    ) -> Iterator[http.client.HTTPResponse]:
        """A GET whose answer is read as it comes, over a connection of its own, without a limit on its duration."""
        connection = self._connect(None)
        try:
            connection.request("GET", self._target(path, params), headers=self._headers(accept, ""))
            response = connection.getresponse()
            self._note_warnings(response)
            if response.status >= 400:
                raise error_of(response.status, response.read())
            yield response
        except (http.client.HTTPException, ConnectionResetError, TimeoutError, ssl.SSLError) as error:
            # not every OSError: one that the caller meets in printing what was read is the caller's
            raise self._unreachable(error) from error
        finally:
            connection.close()

    def get(self, path: str, *, params: Params | None = None, accept: str = "application/json") -> Any:
        """A GET, its JSON decoded."""
        return json.loads(self.request("GET", path, params=params, accept=accept))

    def close(self) -> None:
        """End the connection; the next request makes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self, timeout: float | None) -> http.client.HTTPConnection:
        host, port = self._server.hostname or "", self._server.port
        if self._credentials.ssl is None:
            connection = http.client.HTTPConnection(host, port, timeout=CONNECT_TIMEOUT)
        else:
            connection = _Tls(host, port, self._credentials.ssl, self._config.tls_server_name or host)
        try:
            connection.connect()
        except OSError as error:
            raise self._unreachable(error) from error
        connection.sock.settimeout(timeout)
        return connection

    def _target(self, path: str, params: Params | None) -> str:
        query = urllib.parse.urlencode(params, doseq=True) if params else ""
        return f"{self._server.path}{urllib.parse.quote(path, safe='/:')}{'?' if query else ''}{query}"

    def _headers(self, accept: str, content_type: str) -> dict[str, str]:
        found = {"Accept": accept, "User-Agent": "pykube", **self._credentials.headers()}
        return {**found, "Content-Type": content_type} if content_type else found

    def _note_warnings(self, response: http.client.HTTPResponse) -> None:
        for value in response.headers.get_all("Warning") or ():
            text = value.split('"', 1)[-1].rsplit('"', 1)[0].replace('\\"', '"')
            if text not in self.warnings:
                self.warnings.append(text)

    def _unreachable(self, error: Exception) -> Unreachable:
        if isinstance(error, ConnectionRefusedError):
            return Unreachable(
                f"The connection to the server {self._server.netloc} was refused - "
                "did you specify the right host or port?"
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            return Unreachable(f"Unable to connect to the server: its certificate is not valid: {error.verify_message}")
        return Unreachable(f"Unable to connect to the server: {one_line(str(error)) or type(error).__name__}")


class _Tls(http.client.HTTPSConnection):
    """A connection whose certificate may be for another name than its host."""

    def __init__(self, host: str, port: int | None, context: ssl.SSLContext, server_name: str) -> None:
        super().__init__(host, port, timeout=CONNECT_TIMEOUT, context=context)
        self._tls = context
        self._server_name = server_name

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._server_name)


def error_of(status: int, data: bytes) -> errors.ApiError:
    """The exception for an answer of 400 and above, whether or not its body is a ``Status``."""
    try:
        body = json.loads(data)
    except ValueError:
        body = None
    if isinstance(body, dict) and body.get("kind") == "Status":
        return errors.from_status(body, code=status)
    text = data[:1024].decode("utf-8", "replace").strip()
    cls = next((found for found in errors.BY_REASON.values() if found.code == status), errors.ApiError)
    return cls(text or f"the server answered {status}", code=status)
