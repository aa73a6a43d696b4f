"""What the API server says it serves, other servers behind it included.

Source: apidiscovery.k8s.io/v2; the texts of failures are those of client-go's discovery client.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from pykube import errors
from pykube.api.scheme import Resource
from pykube.client.rest import Client

_ACCEPT: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_STALE: Final = "Stale"
_NOT_MODIFIED: Final = 304


@dataclass(frozen=True, slots=True)
class Discovered:
    """The resources of all groups but the core one, each in the first version that has it, and what went wrong."""

    resources: Mapping[str, Resource] = field(default_factory=dict)
    """By ``plural.group``."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """Why a group version's resources are not known (any more), by ``group/version``."""
    unparsable: tuple[str, ...] = ()
    """Group versions whose names make no sense."""

    def failure(self) -> str:
        """All failures in one sentence; empty when there is none."""
        if not self.failures:
            return ""
        listed = ", ".join(sorted(f"{name}: {why}" for name, why in self.failures.items()))
        return (
            f"Discovery failed for some groups, {len(self.failures)} failing: "
            f"unable to retrieve the complete list of server APIs: {listed}"
        )

    def parse_failure(self) -> str:
        """What is wrong with names of group versions; empty when nothing is."""
        return ", ".join(f"unexpected GroupVersion string: {name}" for name in sorted(self.unparsable))


class _Kind(msgspec.Struct, gc=False):
    kind: str = ""


class _Resource(msgspec.Struct, gc=False):
    resource: str
    response_kind: _Kind | None = msgspec.field(default=None, name="responseKind")
    scope: str = ""
    verbs: tuple[str, ...] = ()


class _Version(msgspec.Struct, gc=False):
    version: str
    resources: list[_Resource] = []
    freshness: str = ""


class _Name(msgspec.Struct, gc=False):
    name: str = ""


class _Group(msgspec.Struct, gc=False):
    metadata: _Name
    versions: list[_Version] = []


class _Groups(msgspec.Struct, gc=False):
    items: list[_Group] = []


def read(data: bytes) -> Discovered:
    """Understand the aggregated form of ``/apis``.

    Raises:
        errors.InternalError: it is something else.
    """
    try:
        groups = msgspec.json.decode(data, type=_Groups)
    except msgspec.DecodeError as error:
        raise errors.InternalError(f"the discovery document cannot be read: {error}") from error
    resources: dict[str, Resource] = {}
    failures: dict[str, str] = {}
    unparsable: list[str] = []
    for group in groups.items:
        for version in group.versions:
            name = f"{group.metadata.name}/{version.version}"
            if version.freshness == _STALE:
                failures[name] = f"stale GroupVersion discovery: {name}"
            elif name.count("/") > 1:
                unparsable.append(name)
            else:
                for found in _resources(group.metadata.name, version):
                    resources.setdefault(found.group_resource, found)
    return Discovered(resources, failures, tuple(unparsable))


def _resources(group: str, version: _Version) -> Iterator[Resource]:
    for each in version.resources:
        kind = each.response_kind.kind if each.response_kind is not None else ""
        yield Resource(
            group, version.version, kind, each.resource, namespaced=each.scope == "Namespaced", verbs=each.verbs
        )


class Discovery:
    """Asks the API server; what has not changed since the last answer is neither sent nor read again."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._etag = ""
        self._latest = Discovered()

    async def ask(self) -> Discovered:
        """What is served now.

        Raises:
            errors.ApiError: the API server cannot say.
        """
        headers = {"Accept": _ACCEPT, **({"If-None-Match": self._etag} if self._etag else {})}
        status, answered, data = await self._client.request("GET", "/apis", headers=headers)
        if status != _NOT_MODIFIED:
            self._latest = read(data)
            self._etag = answered.get("ETag", "")
        return self._latest
