"""Whole OpenAPI documents, as pieces of JSON that are made one after the other.

A document is never held as Python objects: each definition and each path is encoded by itself, so building megabytes
of JSON takes the memory of one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pykube.api import meta_v1
from pykube.api.schema import Struct
from pykube.api.scheme import CustomResource, Resource

from . import custom, names
from .custom import Schemas, no_schemas
from .descriptions import Descriptions
from .group_paths import ANSWERS, GroupPath, group_paths
from .operations import PathItem, discovery_of, path_schema, paths_of, subresource_type
from .remote import RemoteV2, merged
from .schemas import V2, V3, Dialect, closure, definition

INFO = {"title": "Kubernetes", "version": "v1.36.0"}
TOKEN = {
    "type": "apiKey",
    "name": "authorization",
    "in": "header",
    "description": "Bearer Token authentication",
}

NO_GUESTS = RemoteV2({}, {})
"""Nobody else answers for anything."""

_encode = msgspec.json.encode


def v2(resources: Sequence[Resource], schemas: Schemas = no_schemas, guests: RemoteV2 = NO_GUESTS) -> Iterator[bytes]:
    """The pieces of ``/openapi/v2``: one document for all resources, and for what other servers answer for."""
    yield b'{"swagger":"2.0","info":' + _encode(INFO)
    yield b',"paths":{'
    yield from _paths(resources, V2)
    yield from (_member(path, item, first=False) for path, item in guests.paths.items())
    yield b'},"definitions":{'
    yield from _definitions(resources, V2, schemas)
    yield from (_member(name, schema, first=False) for name, schema in guests.definitions.items())
    yield b'},"securityDefinitions":{"BearerToken":' + _encode(TOKEN) + b"}"
    yield b',"security":[{"BearerToken":[]}]}'


def guests_beside(resources: Sequence[Resource], remotes: Sequence[RemoteV2]) -> RemoteV2:
    """What other servers answer for, as one part whose names go with those of `resources`; may take a moment."""
    return merged(remotes, _names(resources))


def v3(resources: Sequence[Resource], schemas: Schemas = no_schemas) -> Iterator[bytes]:
    """The pieces of ``/openapi/v3/apis/<group>/<version>``, `resources` being those of that group version."""
    yield b'{"openapi":"3.0.0","info":' + _encode(INFO)
    yield b',"paths":{'
    yield from _paths(resources, V3)
    yield b'},"components":{"schemas":{'
    yield from _definitions(resources, V3, schemas)
    yield b'},"securitySchemes":{"BearerToken":' + _encode(TOKEN) + b"}}}"


def v3_of_group(path: GroupPath) -> Iterator[bytes]:
    """The pieces of ``/openapi/v3/apis/<group>``, which describes one path."""
    structs, leaves = closure([path.answer, meta_v1.Status])
    entries: list[tuple[str, object]] = [(name, V3.leaf(name)) for name in leaves]
    descriptions = Descriptions()
    entries += ((names.definition_name(cls), definition(cls, V3, descriptions, [])) for cls in structs)
    yield b'{"openapi":"3.0.0","info":' + _encode(INFO)
    yield b',"paths":{' + _member(path.item.path, path_schema(path.item, V3), first=True)
    yield b'},"components":{"schemas":{'
    for position, (name, schema) in enumerate(sorted(entries, key=lambda entry: entry[0])):
        yield _member(name, schema, first=position == 0)
    yield b'},"securitySchemes":{"BearerToken":' + _encode(TOKEN) + b"}}}"


def _paths(resources: Sequence[Resource], dialect: Dialect) -> Iterator[bytes]:
    items: list[PathItem] = [item for resource in resources for item in paths_of(resource)]
    if dialect is V2:
        items += (path.item for path in group_paths(resources))
    items += (discovery_of(*one) for one in {(resource.group, resource.version) for resource in resources})
    items.sort(key=lambda item: item.path)
    for position, item in enumerate(items):
        yield _member(item.path, path_schema(item, dialect), first=position == 0)


def _names(resources: Sequence[Resource]) -> set[str]:
    """The names of all definitions of our own, those of custom kinds' lists excepted, which nobody else uses."""
    structs, leaves = closure([*roots(resources), *_group_answers(resources, V2)])
    custom_names = {names.of_resource(one) for one in resources if isinstance(one, CustomResource)}
    return leaves | {names.PATCH} | {names.definition_name(cls) for cls in structs} | custom_names


def _definitions(resources: Sequence[Resource], dialect: Dialect, schemas: Schemas) -> Iterator[bytes]:
    group_versions = sorted({(resource.group, resource.version) for resource in resources} | {("", "v1")})
    structs, leaves = closure([*roots(resources), *_group_answers(resources, dialect)])
    descriptions = Descriptions()
    entries: dict[str, type[Struct] | CustomResource | None] = dict.fromkeys(leaves | {names.PATCH})
    entries.update((names.definition_name(cls), cls) for cls in structs)
    entries.update((names.of_resource(one), one) for one in resources if isinstance(one, CustomResource))
    first = True
    for name, found in sorted(entries.items(), key=lambda entry: entry[0]):
        if isinstance(found, CustomResource):
            for own, schema in custom.definitions(found, schemas, dialect):
                yield _member(own, schema, first=first)
                first = False
            continue
        schema = definition(found, dialect, descriptions, group_versions) if found else dialect.leaf(name)
        yield _member(name, schema, first=first)
        first = False


def roots(resources: Iterable[Resource]) -> Iterator[type[Struct]]:
    """The types that operations name."""
    yield from (meta_v1.APIResourceList, meta_v1.DeleteOptions, meta_v1.Status, meta_v1.WatchEvent)
    for resource in resources:
        if isinstance(resource, CustomResource):
            yield from (meta_v1.ListMeta, meta_v1.ObjectMeta)
        else:
            yield resource.type
        if "list" in resource.verbs and not isinstance(resource, CustomResource):
            yield resource.list_type
        for subresource in resource.subresources:
            if (cls := subresource_type(resource, subresource)) is not None:
                yield cls


def _group_answers(resources: Sequence[Resource], dialect: Dialect) -> Iterable[type[Struct]]:
    """The types behind the paths of groups, which version 3 describes in documents of their own."""
    return ANSWERS if dialect is V2 and group_paths(resources) else ()


def _member(name: str, value: object, *, first: bool) -> bytes:
    return (b"" if first else b",") + _encode(name) + b":" + _encode(value)
