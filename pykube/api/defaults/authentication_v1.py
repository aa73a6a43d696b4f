"""Defaults of token requests."""

from __future__ import annotations

from ..authentication_v1 import TokenRequest

_HOUR_SECONDS = 3600


def _token(found: TokenRequest) -> None:
    if found.spec.expiration_seconds is None:
        found.spec.expiration_seconds = _HOUR_SECONDS


TABLE = {TokenRequest: _token}
