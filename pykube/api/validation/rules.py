"""What a kind says about its validity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import names
from ..field_errors import Errors

Check = Callable[[Any], Errors]
Compare = Callable[[Any, Any], Errors]


@dataclass(frozen=True, slots=True)
class Rules:
    """The checks of one kind, besides those of its metadata, which all kinds have in common.

    Where `update` is not given, an update is checked as a creation is; where `status` is not given, a status may be
    anything.
    """

    name: names.NameRule = names.dns_subdomain
    """What its objects may be called."""
    create: Check | None = None
    """A new object."""
    update: Compare | None = None
    """A changed object, given the new and the old one."""
    status: Compare | None = None
    """A changed status, given the new and the old object."""
