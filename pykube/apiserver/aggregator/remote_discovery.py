"""The discovery documents of other servers, in the aggregated form; servers that only know the old one are understood.

Source: kube-aggregator pkg/apiserver (``handler_discovery``), k8s.io/apiserver endpoints
(``ConvertGroupVersionIntoToDiscovery``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .delegates import Delegate, GroupVersion
from .source import Source
from .transport import Fetched, Unreachable

log = logging.getLogger(__name__)

SECONDS = 5.0
"""How long a server may take for a document."""
ACCEPT = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)

Entry = dict[str, Any]
"""A resource as the aggregated form describes it."""


class _Kind(msgspec.Struct):
    group: str = ""
    version: str = ""
    kind: str = ""


class _Subresource(msgspec.Struct, rename="camel"):
    subresource: str
    response_kind: _Kind | None = None
    verbs: list[str] | None = None


class _Resource(msgspec.Struct, rename="camel"):
    resource: str
    response_kind: _Kind | None = None
    scope: str = ""
    singular_resource: str = ""
    verbs: list[str] | None = None
    short_names: list[str] | None = None
    categories: list[str] | None = None
    subresources: list[_Subresource] | None = None


class _Version(msgspec.Struct):
    version: str
    resources: list[_Resource] | None = None


class _Metadata(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    versions: list[_Version] | None = None


class _GroupList(msgspec.Struct):
    items: list[_Group] | None = None


class _OldResource(msgspec.Struct, rename="camel"):
    name: str
    kind: str = ""
    group: str = ""
    version: str = ""
    singular_name: str = ""
    namespaced: bool = False
    verbs: list[str] | None = None
    short_names: list[str] | None = None
    categories: list[str] | None = None


class _OldList(msgspec.Struct):
    resources: list[_OldResource] | None = None


_group_list = msgspec.json.Decoder(_GroupList)
_old_list = msgspec.json.Decoder(_OldList)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a server serves. `versions` are those that were asked for; `whole` is all of its document, by `etag`."""

    versions: dict[GroupVersion, Sequence[Entry]] = field(default_factory=dict)
    whole: dict[GroupVersion, Sequence[Entry]] = field(default_factory=dict)
    etag: str = ""


async def fetched(source: Source, delegates: Sequence[Delegate], before: Discovered) -> Discovered:
    """What the server serves of the delegates' group versions; those it fails to describe are left out.

    Raises:
        Unreachable: the server does not answer, or not with what it should.
    """
    answer = await source.get(delegates[0], "/apis", accept=ACCEPT, etag=before.etag, seconds=SECONDS)
    if answer.status == 304 and before.etag:
        return Discovered(_chosen(before.whole, delegates), before.whole, before.etag)
    if answer.status == 503:
        raise Unreachable("service unavailable")
    if answer.status == 200 and _is_aggregated(answer.content_type):
        whole = _whole(answer)
        return Discovered(_chosen(whole, delegates), whole, answer.etag)
    versions: dict[GroupVersion, Sequence[Entry]] = {}
    for delegate in delegates:
        try:
            versions[delegate.group, delegate.version] = await _old(source, delegate)
        except Unreachable as error:
            log.warning("discovery of %s: %s", delegate.api_service, error)
    return Discovered(versions)


def _is_aggregated(content_type: str) -> bool:
    parameters = {part.strip() for part in content_type.split(";")}
    return {"g=apidiscovery.k8s.io", "as=APIGroupDiscoveryList"} <= parameters


def _chosen(
    whole: dict[GroupVersion, Sequence[Entry]], delegates: Iterable[Delegate]
) -> dict[GroupVersion, Sequence[Entry]]:
    """A group version that the server's document lacks is there, and empty."""
    return {where: whole.get(where, ()) for where in ((one.group, one.version) for one in delegates)}


def _whole(answer: Fetched) -> dict[GroupVersion, Sequence[Entry]]:
    try:
        document = _group_list.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreachable(f"its discovery document cannot be understood: {error}") from error
    return {
        (group.metadata.name, version.version): [_entry(one) for one in version.resources or ()]
        for group in document.items or ()
        for version in group.versions or ()
    }


def _entry(found: _Resource) -> Entry:
    entry: Entry = {
        "resource": found.resource,
        "responseKind": _kind(found.response_kind),
        "scope": found.scope,
        "singularResource": found.singular_resource,
        "verbs": found.verbs or [],
    }
    if found.short_names:
        entry["shortNames"] = found.short_names
    if found.categories:
        entry["categories"] = found.categories
    if found.subresources:
        entry["subresources"] = [
            {"subresource": one.subresource, "responseKind": _kind(one.response_kind), "verbs": one.verbs or []}
            for one in found.subresources
        ]
    return entry


def _kind(found: _Kind | None) -> dict[str, str]:
    found = found or _Kind()
    return {"group": found.group, "version": found.version, "kind": found.kind}


async def _old(source: Source, delegate: Delegate) -> Sequence[Entry]:
    """The resources of one group version from a server that does not know the aggregated form."""
    answer = await source.get(delegate, delegate.path, accept="application/json", seconds=SECONDS)
    if answer.status != 200:
        raise Unreachable(f"failed to download legacy discovery for {delegate.path}: {answer.status}")
    try:
        return converted(_old_list.decode(answer.body).resources or ())
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreachable(f"its discovery document cannot be understood: {error}") from error


def converted(resources: Sequence[_OldResource]) -> Sequence[Entry]:
    """An old list in the aggregated form: subresources stand within their resources."""
    found: dict[str, _Resource] = {}
    for one in resources:
        if "/" not in one.name:
            found[one.name] = _Resource(
                one.name,
                _Kind(one.group, one.version, one.kind),
                _scope(one),
                one.singular_name,
                one.verbs,
                one.short_names,
                one.categories,
                [],
            )
    for one in resources:
        parent, slash, name = one.name.partition("/")
        if slash:
            resource = found.setdefault(parent, _Resource(parent, scope=_scope(one), subresources=[]))
            assert resource.subresources is not None
            resource.subresources.append(_Subresource(name, _Kind(one.group, one.version, one.kind), one.verbs))
    return [_entry(one) for one in found.values()]


def _scope(found: _OldResource) -> str:
    return "Namespaced" if found.namespaced else "Cluster"
