"""One write on its way to the store, as admission plugins, strategies and validation see it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pykube.api import meta_v1
from pykube.api.scheme import Resource

from .authn.user import MASTERS, User

if TYPE_CHECKING:
    from .registry import Registry

SERVER_ITSELF = User("system:apiserver", groups=(MASTERS,))
"""Who writes when the server does so on its own account."""


class Operation(enum.Enum):
    """What is done to the object, in admission's words."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CONNECT = "CONNECT"


@dataclass(frozen=True, slots=True)
class FieldManager:
    """Who owns the fields that a write changes: the client's name for itself, and what it wrote through.

    `applies` says that the entries of ``managedFields`` come with the new object, made by an apply.
    """

    name: str
    subresource: str = ""
    applies: bool = False


@dataclass(slots=True)
class Write:
    """The object as it shall be (`object`, None on DELETE) and as it is (`old`, None on CREATE).

    Stages up to validation may change `object` in place; nobody may change `old`. `options` are those of a deletion.
    Without a `manager` (the server itself writes) nobody comes to own anything.
    `release` collects what is called when the write is over, whichever way it went: what a stage has reserved (a port,
    say) is then either seen in the caches or free again.
    """

    operation: Operation
    resource: Resource
    namespace: str
    name: str
    registry: Registry
    user: User = SERVER_ITSELF
    subresource: str = ""
    object: Any = None
    old: Any = None
    dry_run: bool = False
    warnings: list[str] = field(default_factory=list)
    options: meta_v1.DeleteOptions | None = None
    manager: FieldManager | None = None
    release: list[Callable[[], None]] = field(default_factory=list)

    def is_for(self, plural: str, group: str = "", *, subresource: str = "") -> bool:
        """Whether the write is about this resource and subresource."""
        resource = self.resource
        return resource.plural == plural and resource.group == group and self.subresource == subresource


Stage = Callable[[Write], Awaitable[None]]
"""One step of a write: changes ``write.object``, or raises errors.ApiError."""
