"""One write on its way to the store, as admission plugins, strategies and validation see it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pykube.api import meta_v1
from pykube.api.scheme import Resource

from .authn.user import MASTERS, User

if TYPE_CHECKING:
    from .registry import Registry
    from .request import Query

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


class Kind(NamedTuple):
    """What an object is."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """``apps/v1``, ``v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class Lens:
    """How a subresource shows the object: admission sees what `get` makes of it, `put` takes its changes over.

    So does ``scale``: admission is asked about a Scale, while a Deployment is what is written.
    """

    subresource: str
    kind: Kind
    get: Callable[[Any], Any]
    put: Callable[[Any, Any], None]


@dataclass(slots=True)
class Write:
    """The object as it shall be (`object`, None on DELETE) and as it is (`old`, None on CREATE).

    Stages up to validation may change `object` in place, or put another in its place; nobody may change `old`.
    `options` are those of a deletion; others stand in the `query` of the request, which is None when the server itself
    writes. Without a `manager` (again the server itself) nobody comes to own anything.
    `shown` is the kind of `object` where that is not the resource's own: a Binding created at ``pods/binding``, the
    PodExecOptions of a CONNECT.
    `release` collects what is called when the write is over, whichever way it went: what a stage has reserved (a port,
    say) is then either seen in the caches or free again.

    For admission: `audit` collects annotations for the audit log. `admitted` says that admission has been asked
    already, about something that stands for this write (a Binding for the pod that it changes). `lens` lets it see
    the object in another form. Mutating plugins run once more, with `reinvocation` set, when one of them has called
    `ask_again`; in `notes` they keep under their own name what they have to remember until then.
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
    query: Query | None = None
    shown: Kind | None = None
    lens: Lens | None = None
    audit: dict[str, str] = field(default_factory=dict)
    admitted: bool = False
    reinvocation: bool = False
    asked_again: bool = False
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What `object` and `old` are."""
        return self.shown or Kind(*self.resource.gvk)

    @property
    def namespace_name(self) -> str:
        """The namespace that the write is about, be it the one written to or the one written; "" without one."""
        if self.resource.plural == "namespaces" and not self.resource.group:
            return self.name or (self.object.metadata.name if self.object is not None else "")
        return self.namespace

    def ask_again(self) -> None:
        """A plugin that others do not know of (a webhook, a policy) has changed the object: all shall see that."""
        self.asked_again = True

    def is_for(self, plural: str, group: str = "", *, subresource: str = "") -> bool:
        """Whether the write is about this resource and subresource."""
        resource = self.resource
        return resource.plural == plural and resource.group == group and self.subresource == subresource


Stage = Callable[[Write], Awaitable[None]]
"""One step of a write: changes ``write.object``, or raises errors.ApiError."""
