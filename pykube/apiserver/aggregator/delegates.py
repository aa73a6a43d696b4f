"""Which group versions are served by others: the APIServices, followed and taken apart.

One dictionary answers the question that every request asks; as long as no APIService names a service it is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pykube.api import codec, conditions
from pykube.api.apiregistration_v1 import APIService
from pykube.api.scheme import Resource

from ..registry import Registry
from ..watch_cache import CacheEvent
from .priorities import OWN_GROUP, Rank, default_rank

AVAILABLE = "Available"
DEFAULT_PORT = 443

_NEVER = frozenset({"", OWN_GROUP})
"""Groups that stay here whatever an APIService says: nothing works without them."""

GroupVersion = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Backend:
    """The service behind one or more group versions."""

    namespace: str
    name: str
    port: int

    @property
    def server_name(self) -> str:
        """The name that its certificate must bear."""
        return f"{self.name}.{self.namespace}.svc"

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Delegate:
    """A group version that another server answers for."""

    api_service: str
    """The APIService's name, ``<version>.<group>``."""
    group: str
    version: str
    backend: Backend
    ca_bundle: bytes
    insecure: bool
    """Take the backend's certificate unseen."""
    available: bool
    """As the condition of the APIService says."""

    @property
    def path(self) -> str:
        """Where the group version is found: ``/apis/<group>/<version>``."""
        return f"/apis/{self.group}/{self.version}"


class Delegates:
    """What the APIServices of a registry hand to others; the registry must be started."""

    def __init__(self, registry: Registry) -> None:
        self.remote: dict[GroupVersion, Delegate] = {}
        """What is handed over now."""
        self.on_change: list[Callable[[str], None]] = []
        """Called with an APIService's name when what is handed over, its availability or a rank has changed."""
        self._ranks: dict[GroupVersion, Rank] = {}
        registry.cache(APIService).subscribe(self._happened)

    def rank(self, group: str, version: str) -> Rank:
        """Where a group version stands among all."""
        return self._ranks.get((group, version)) or default_rank(group, version)

    def named(self, api_service: str) -> Delegate | None:
        """The delegate of an APIService; None when there is none, or it is served here."""
        version, _, group = api_service.partition(".")
        return self.remote.get((group, version))

    def behind(self, namespace: str, service: str) -> list[Delegate]:
        """The delegates that a service answers for."""
        return [
            one for one in self.remote.values() if one.backend.name == service and one.backend.namespace == namespace
        ]

    def local(self, resources: list[Resource]) -> list[Resource]:
        """Those of our resources whose group version nobody else answers for."""
        if not self.remote:
            return resources
        return [one for one in resources if (one.group, one.version) not in self.remote]

    def _happened(self, event: CacheEvent) -> None:
        """Keep up with one APIService; its name tells the group version, as validation has seen to."""
        version, _, group = event.object.name.partition(".")
        where = (group, version)
        before = (self.remote.get(where), self._ranks.get(where))
        if event.type == "DELETED":
            self.remote.pop(where, None)
            self._ranks.pop(where, None)
        else:
            self._put(where, codec.decode(APIService, event.object.data))
        if (self.remote.get(where), self._ranks.get(where)) != before:
            for callback in self.on_change:
                callback(event.object.name)

    def _put(self, where: GroupVersion, found: APIService) -> None:
        spec = found.spec
        self._ranks[where] = Rank(spec.group_priority_minimum, spec.version_priority)
        if spec.service is None or spec.group in _NEVER:
            self.remote.pop(where, None)
            return
        self.remote[where] = Delegate(
            api_service=found.metadata.name,
            group=spec.group,
            version=spec.version,
            backend=Backend(spec.service.namespace, spec.service.name, spec.service.port or DEFAULT_PORT),
            ca_bundle=spec.ca_bundle,
            insecure=spec.insecure_skip_tls_verify,
            available=conditions.is_true(found.status.conditions, AVAILABLE),
        )
