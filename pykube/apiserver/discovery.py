"""What this API server serves: ``/api``, ``/apis`` and below, in the old form and in the aggregated one.

Every document is built once, as bytes, and built again only after `Discovery.changed`.
Source: k8s.io/apiserver endpoints/discovery (old form), apidiscovery.k8s.io/v2 (aggregated form).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from pykube.api.scheme import Resource, Subresource
from pykube.errors import MethodNotAllowed, NotFound

from .aggregator.priorities import Ranks, default_rank

if TYPE_CHECKING:
    from .request import Context

Source = Callable[[], Iterable[Resource]]
"""Gives the resources served now; there is one for built-in kinds, and one for each way of adding kinds."""

AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


StoredVersion = Callable[[Resource], str]
"""Tells in which version of its group a resource's objects are stored."""

_STORED = {
    ("autoscaling", "horizontalpodautoscalers"): ("autoscaling", "v2"),
    ("events.k8s.io", "events"): ("", "v1"),
}
"""Built-in kinds that are served in two versions, and the group and version that they are stored in."""


def as_served(resource: Resource) -> str:
    """For resources that have one version."""
    return resource.version


@dataclass(frozen=True, slots=True)
class RemoteVersion:
    """A group version that another server answers for; not `fresh` when that server cannot be asked."""

    group: str
    version: str
    resources: tuple[dict[str, Any], ...]
    """As the aggregated form describes them."""
    fresh: bool


Remotes = Callable[[], Iterable[RemoteVersion]]
"""Gives the group versions that others answer for; of these nothing of our own is shown."""


def no_remotes() -> Iterable[RemoteVersion]:
    """For a server that answers for everything itself."""
    return ()


@dataclass(frozen=True, slots=True)
class Document:
    """One answer: its bytes, type and entity tag."""

    body: bytes
    content_type: str
    etag: str


class Discovery:
    """Answers discovery requests from `sources`; `address` is where clients reach this server, ``host:port``."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        address: str = "",
        remotes: Remotes = no_remotes,
        ranks: Ranks = default_rank,
        stored: StoredVersion = as_served,
    ) -> None:
        self._sources = list(sources)
        self._address = address
        self._remotes = remotes
        self._ranks = ranks
        self._stored = stored
        self._documents: dict[tuple[str, bool], Document] = {}

    def add_source(self, source: Source) -> None:
        """Serve the resources of one more source."""
        self._sources.append(source)
        self.changed()

    def changed(self) -> None:
        """Some source has other resources than before: build the documents anew when they are next asked for."""
        self._documents = {}

    async def handle(self, ctx: Context) -> web.Response:
        """Answer a GET of ``/api``, ``/apis`` or a path below them.

        Raises:
            NotFound: no such group or version.
            MethodNotAllowed: it is not to be read.
        """
        if ctx.http.method not in ("GET", "HEAD"):
            raise MethodNotAllowed("the server does not allow this method on the requested resource")
        path = ctx.info.path.rstrip("/")
        aggregated = path in ("/api", "/apis") and wants_aggregated(ctx.http.headers.get("Accept", ""))
        document = self.document(path, aggregated=aggregated)
        headers = {"ETag": document.etag, "Vary": "Accept", "Cache-Control": "public"}
        if document.etag in ctx.http.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=document.body, headers={**headers, "Content-Type": document.content_type})

    def document(self, path: str, *, aggregated: bool = False) -> Document:
        """The document at `path`.

        Raises:
            NotFound: no such group or version.
        """
        if not self._documents:
            self._documents = {
                key: _document(data, AGGREGATED_TYPE if key[1] else "application/json")
                for key, data in self._build().items()
            }
        found = self._documents.get((path, aggregated))
        if found is None:
            raise NotFound("the server could not find the requested resource")
        return found

    def _build(self) -> dict[tuple[str, bool], Any]:
        remotes = {(one.group, one.version): one for one in self._remotes()}
        resources = (resource for source in self._sources for resource in source())
        groups = grouped((one for one in resources if (one.group, one.version) not in remotes), remotes, self._ranks)
        core: dict[str, Versions] = {"": groups.pop("", {})}
        found: dict[tuple[str, bool], Any] = {
            ("/api", False): api_versions(core[""], self._address),
            ("/api", True): aggregated_list(core, remotes),
            ("/apis", False): {"kind": "APIGroupList", "apiVersion": "v1", "groups": _groups(groups, self._ranks)},
            ("/apis", True): aggregated_list(groups, remotes),
        }
        for version, listed in core[""].items():
            found[f"/api/{version}", False] = resource_list(version, listed, self._stored)
        for group, versions in groups.items():
            found[f"/apis/{group}", False] = {"kind": "APIGroup", "apiVersion": "v1", **_group(group, versions)}
            for version, listed in versions.items():
                if (group, version) not in remotes:
                    found[f"/apis/{group}/{version}", False] = resource_list(f"{group}/{version}", listed, self._stored)
        return found


Versions = dict[str, list[Resource]]
"""The resources of one group by version, the preferred version first; none for what others answer for."""


def grouped(
    resources: Iterable[Resource], remotes: Iterable[tuple[str, str]] = (), ranks: Ranks = default_rank
) -> dict[str, Versions]:
    """Resources by group and version, in the order of discovery: by rank, then groups by name, versions by age."""
    found: dict[str, Versions] = {}
    for resource in resources:
        found.setdefault(resource.group, {}).setdefault(resource.version, []).append(resource)
    for group, version in remotes:
        found.setdefault(group, {})[version] = []

    def by_version(group: str) -> Callable[[str], tuple[int, tuple[int, int, int, str]]]:
        return lambda version: (-ranks(group, version).version, version_priority(version))

    return {
        group: {version: found[group][version] for version in sorted(found[group], key=by_version(group))}
        for group in sorted(found, key=lambda group: (-_highest(group, found[group], ranks), group))
    }


def _highest(group: str, versions: Iterable[str], ranks: Ranks) -> int:
    return max(ranks(group, version).group for version in versions)


def version_priority(version: str) -> tuple[int, int, int, str]:
    """Sorts v2 before v1 before v1beta2 before v1beta1 before v1alpha1 before names that are no versions."""
    for stage, word in enumerate(("", "beta", "alpha")):
        major, found, minor = version.removeprefix("v").partition(word) if word else (version[1:], "", "")
        if version.startswith("v") and major.isdigit() and (not word or (found and minor.isdigit())):
            return stage, -int(major), -int(minor or 0), version
    return 3, 0, 0, version


def wants_aggregated(accept: str) -> bool:
    """Whether the Accept header takes the aggregated form, in a version that is served."""
    for kind in accept.split(","):
        parameters = {part.strip() for part in kind.split(";")}
        if {"application/json", "g=apidiscovery.k8s.io", "v=v2", "as=APIGroupDiscoveryList"} <= parameters:
            return True
    return False


def api_versions(versions: Versions, address: str) -> dict[str, Any]:
    """``/api``."""
    return {
        "kind": "APIVersions",
        "versions": list(versions),
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def _groups(groups: dict[str, Versions], ranks: Ranks) -> list[dict[str, Any]]:
    """The list of groups. Those of equal rank stand by the name of their first APIService here, the version first."""

    def place(group: str) -> tuple[int, str]:
        highest = _highest(group, groups[group], ranks)
        first = min(version for version in groups[group] if ranks(group, version).group == highest)
        return -highest, f"{first}.{group}"

    return [_group(group, groups[group]) for group in sorted(groups, key=place)]


def _group(group: str, versions: Versions) -> dict[str, Any]:
    listed = [{"groupVersion": f"{group}/{version}", "version": version} for version in versions]
    return {"name": group, "versions": listed, "preferredVersion": listed[0]}


def resource_list(
    group_version: str, resources: Iterable[Resource], stored: StoredVersion = as_served
) -> dict[str, Any]:
    """``/api/v1`` or ``/apis/<group>/<version>``."""
    entries: list[dict[str, Any]] = []
    for resource in resources:
        entries.append(_resource_entry(resource, stored))
        entries.extend(_subresource_entry(resource, subresource) for subresource in resource.subresources)
    entries.sort(key=lambda entry: str(entry["name"]))
    found = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": entries}
    if group_version == "v1":
        del found["apiVersion"]  # the oldest list has none; some clients compare
    return found


def _resource_entry(resource: Resource, stored: StoredVersion) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": sorted(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if "watch" in resource.verbs:
        entry["storageVersionHash"] = storage_version_hash(resource, stored)
    return entry


def _subresource_entry(resource: Resource, subresource: Subresource) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": f"{resource.plural}/{subresource.name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": subresource.kind or resource.kind,
        "verbs": sorted(subresource.verbs),
    }
    if subresource.version:
        entry |= {"group": subresource.group, "version": subresource.version}
    return entry


def storage_version_hash(resource: Resource, stored: StoredVersion) -> str:
    """Tells clients when objects are stored in another version than before; the same for all versions of a kind."""
    group, version = _STORED.get((resource.group, resource.plural), (resource.group, stored(resource)))
    digest = hashlib.sha256(f"{group}/{version}/{resource.kind}".encode()).digest()
    return base64.b64encode(digest[:8]).decode()


def aggregated_list(
    groups: dict[str, Versions], remotes: Mapping[tuple[str, str], RemoteVersion] = MappingProxyType({})
) -> dict[str, Any]:
    """The aggregated form of ``/api`` or ``/apis``."""
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [
            {
                "metadata": {"name": group} if group else {},
                "versions": [
                    _aggregated_version(version, listed, remotes.get((group, version)))
                    for version, listed in versions.items()
                ],
            }
            for group, versions in groups.items()
        ],
    }


def _aggregated_version(version: str, listed: list[Resource], remote: RemoteVersion | None) -> dict[str, Any]:
    if remote is None:
        resources = [_aggregated_resource(one) for one in sorted(listed, key=lambda one: one.plural)]
        return {"version": version, "resources": resources, "freshness": "Current"}
    shown: dict[str, Any] = {"resources": list(remote.resources)} if remote.resources else {}
    return {"version": version, **shown, "freshness": "Current" if remote.fresh else "Stale"}


def _aggregated_resource(resource: Resource) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "resource": resource.plural,
        "responseKind": {"group": "", "version": "", "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": sorted(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if resource.subresources:
        entry["subresources"] = [
            {
                "subresource": one.name,
                "responseKind": {"group": one.group, "version": one.version, "kind": one.kind or resource.kind},
                "verbs": sorted(one.verbs),
            }
            for one in sorted(resource.subresources, key=lambda one: one.name)
        ]
    return entry


def _document(data: Any, content_type: str) -> Document:
    body = msgspec.json.encode(data)
    return Document(body, content_type, f'"{hashlib.sha256(body).hexdigest().upper()}"')
