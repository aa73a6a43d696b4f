"""The variable ``authorizer``: what expressions may ask about permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ..authn.user import User
from ..authz.authorizer import Attributes, Decision

Ask = Callable[[Attributes], Decision]
"""Answers at once: evaluation is synchronous. Raises any exception for an authorizer that failed (``errored()``)."""


@dataclass(frozen=True, slots=True)
class Authorizer:
    """The value of ``authorizer`` for requests of `user`."""

    user: User
    ask: Ask
    type_name: ClassVar[str] = "kubernetes.authorization.Authorizer"

    def request_resource(
        self, *, group: str, resource: str, subresource: str = "", namespace: str = "", name: str = ""
    ) -> ResourceCheck:
        """The value of the variable ``authorizer.requestResource``."""
        return ResourceCheck(
            authorizer=self, group=group, resource=resource, subresource=subresource, namespace=namespace, name=name
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCheck:
    """A resource that is asked about."""

    authorizer: Authorizer
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    field_selector: str = ""
    label_selector: str = ""
    type_name: ClassVar[str] = "kubernetes.authorization.ResourceCheck"
