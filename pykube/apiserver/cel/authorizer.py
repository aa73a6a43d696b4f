"""The variable ``authorizer``: what expressions may ask about permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..authn.user import User
from ..authz.authorizer import Attributes, Decision

Ask = Callable[[Attributes], Decision]
"""Answers at once: evaluation is synchronous. Raises any exception for an authorizer that failed (``errored()``)."""


@dataclass(frozen=True, slots=True)
class Authorizer:
    """The value of ``authorizer`` for requests of `user`."""

    user: User
    ask: Ask

    def request_resource(
        self, *, group: str, version: str, resource: str, subresource: str = "", namespace: str = "", name: str = ""
    ) -> object:
        """The value of the variable ``authorizer.requestResource``."""
        raise NotImplementedError
