"""What a client shows the server: its TLS context and its headers, renewed when the files behind them change."""

from __future__ import annotations

import base64
import ssl
import tempfile
from pathlib import Path

from pykube import errors
from pykube.aio.clock import Clock

from .config import ClientConfig

REFRESH = 60.0
"""Seconds after which files are looked at again; service-account tokens outlive their renewal by much more."""


class Credentials:
    """TLS context and authorization header of one `ClientConfig`."""

    def __init__(self, config: ClientConfig, clock: Clock) -> None:
        """Read what the config names.

        Raises:
            errors.ServiceUnavailable: a certificate or key is broken or missing.
        """
        self._config = config
        self._clock = clock
        self._looked = float("-inf")
        self._token = config.token
        self._stamp: tuple[int, int] | None = None
        self._trusted = 0
        try:
            self._trusted = _written(config.ca_file)
            self.ssl = self._context() if config.server.startswith("https:") else None
            self._refresh()
        except (OSError, ssl.SSLError) as error:
            raise errors.ServiceUnavailable(f"the client's credentials cannot be used: {error}") from error

    def headers(self) -> dict[str, str]:
        """The headers that say who we are; renewed from files where due."""
        if self._clock.monotonic() - self._looked >= REFRESH:
            self._refresh()
        if self._token:
            return {"Authorization": f"Bearer {self._token}"}
        if self._config.username:
            pair = f"{self._config.username}:{self._config.password}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return {}

    def _context(self) -> ssl.SSLContext:
        config = self._config
        if config.ca_file is not None:
            context = ssl.create_default_context(cafile=str(config.ca_file))
        else:
            context = ssl.create_default_context(cadata=config.ca_data or None)
        # The authorities of clusters are made by many tools; Python 3.13's strict extension checks refuse some.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if config.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if config.client_certificate and config.client_certificate_file is None:
            self._load_pem(context)
        return context

    def _load_pem(self, context: ssl.SSLContext) -> None:
        """Python loads certificates from files only: put the data into one that nobody else can read."""
        with tempfile.NamedTemporaryFile(mode="w", suffix=".pem") as file:
            key = self._config.client_key or _text(self._config.client_key_file)
            file.write(f"{self._config.client_certificate}\n{key}\n")
            file.flush()
            context.load_cert_chain(file.name)

    def _refresh(self) -> None:
        self._looked = self._clock.monotonic()
        if self.ssl is not None and (trusted := _written(self._config.ca_file)) != self._trusted:
            self.ssl.load_verify_locations(self._config.ca_file)  # adds a cluster's next authority to its present one
            self._trusted = trusted
        if self._config.token_file is not None:
            self._token = _text(self._config.token_file).strip() or self._token
        certificate, key = self._config.client_certificate_file, self._config.client_key_file or None
        if self.ssl is not None and certificate is not None:
            stamp = (certificate.stat().st_mtime_ns, (key or certificate).stat().st_mtime_ns)
            if stamp != self._stamp:
                self.ssl.load_cert_chain(certificate, key)  # new connections of this context use it
                self._stamp = stamp


def _written(path: Path | None) -> int:
    """When the file was written last, in ns."""
    return path.stat().st_mtime_ns if path is not None else 0


def _text(path: Path | None) -> str:
    return path.read_text() if path is not None else ""
