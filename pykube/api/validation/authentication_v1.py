"""Rules of token requests."""

from __future__ import annotations

from ..authentication_v1 import TokenRequest
from ..field_errors import SPEC, Errors, invalid_value
from .rules import Rules

_MIN_SECONDS = 600
_MAX_SECONDS = 2**32


def _token(found: TokenRequest) -> Errors:
    seconds, path = found.spec.expiration_seconds, SPEC.child("expirationSeconds")
    if seconds is not None and seconds < _MIN_SECONDS:
        yield invalid_value(path, seconds, "may not specify a duration less than 10 minutes")
    if seconds is not None and seconds > _MAX_SECONDS:
        yield invalid_value(path, seconds, "may not specify a duration larger than 2^32 seconds")


CATALOG = {TokenRequest: Rules(create=_token)}
