"""What can be asked of each resource: paths, methods, parameters, bodies and answers, for either dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pykube.api import meta_v1, scheme
from pykube.api.schema import Struct
from pykube.api.scheme import CustomResource, Resource, Subresource

from . import names
from .schemas import Dialect, Schema

METHODS = {"get": "get", "list": "get", "create": "post", "update": "put", "patch": "patch", "delete": "delete"}
WORDS = {"get": "read", "list": "list", "create": "create", "update": "replace", "patch": "patch", "delete": "delete"}
ACTIONS = {"get": "get", "list": "list", "create": "post", "update": "put", "patch": "patch", "delete": "delete"}
PATCH_TYPES = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)
CUSTOM_PATCH_TYPES = tuple(kind for kind in PATCH_TYPES if "strategic" not in kind)
PRODUCES = ("application/json", "application/yaml")
STREAMS = ("application/json;stream=watch",)

PARAMETERS: dict[str, str] = {
    "allowWatchBookmarks": "boolean",
    "container": "string",
    "continue": "string",
    "dryRun": "string",
    "fieldManager": "string",
    "fieldSelector": "string",
    "fieldValidation": "string",
    "follow": "boolean",
    "force": "boolean",
    "gracePeriodSeconds": "integer",
    "ignoreStoreReadErrorWithClusterBreakingPotential": "boolean",
    "insecureSkipTLSVerifyBackend": "boolean",
    "labelSelector": "string",
    "limit": "integer",
    "limitBytes": "integer",
    "command": "string",
    "orphanDependents": "boolean",
    "path": "string",
    "ports": "integer",
    "pretty": "string",
    "previous": "boolean",
    "propagationPolicy": "string",
    "resourceVersion": "string",
    "resourceVersionMatch": "string",
    "sendInitialEvents": "boolean",
    "sinceSeconds": "integer",
    "stderr": "boolean",
    "stdin": "boolean",
    "stdout": "boolean",
    "stream": "string",
    "tailLines": "integer",
    "timeoutSeconds": "integer",
    "timestamps": "boolean",
    "tty": "boolean",
    "watch": "boolean",
}
"""Every query parameter and its type."""

LIST = (
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
    "watch",
)
WRITE = ("dryRun", "fieldManager", "fieldValidation")
DELETE = (
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "propagationPolicy",
)
COLLECTION = tuple(sorted({*DELETE, *LIST} - {"allowWatchBookmarks", "watch"}))
OF_VERB = {"list": LIST, "create": WRITE, "update": WRITE, "patch": (*WRITE, "force"), "delete": DELETE, "get": ()}
LOG = (
    "container",
    "follow",
    "insecureSkipTLSVerifyBackend",
    "limitBytes",
    "previous",
    "sinceSeconds",
    "stream",
    "tailLines",
    "timestamps",
)
CONNECT = {
    "exec": ("command", "container", "stderr", "stdin", "stdout", "tty"),
    "attach": ("container", "stderr", "stdin", "stdout", "tty"),
    "portforward": ("ports",),
    "proxy": ("path",),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `answer` empty: plain text; `body` empty: none."""

    method: str
    id: str
    action: str
    kind: tuple[str, str, str]
    tag: str
    query: tuple[str, ...] = ()
    body: str = ""
    answer: str = ""
    codes: tuple[int, ...] = (200,)
    watches: bool = False
    patches: tuple[str, ...] = PATCH_TYPES


@dataclass(frozen=True, slots=True)
class PathItem:
    """One path, the parameters in it, and its operations."""

    path: str
    variables: tuple[str, ...]
    operations: tuple[Operation, ...]


def paths_of(resource: Resource) -> Iterator[PathItem]:
    """Every path of a resource and its subresources."""
    base = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    scoped = f"{base}/namespaces/{{namespace}}" if resource.namespaced else base
    where = ("namespace",) if resource.namespaced else ()
    if resource.namespaced and "list" in resource.verbs:
        every = _operation(resource, "list", suffix="ForAllNamespaces", namespaced=False)
        yield PathItem(f"{base}/{resource.plural}", (), (every,))
    collection = [_operation(resource, verb) for verb in ("list", "create") if verb in resource.verbs]
    if "deletecollection" in resource.verbs:
        collection.append(_delete_collection(resource))
    if collection:
        yield PathItem(f"{scoped}/{resource.plural}", where, tuple(collection))
    single = [_operation(resource, verb) for verb in ("get", "update", "patch", "delete") if verb in resource.verbs]
    named = f"{scoped}/{resource.plural}/{{name}}"
    if single:
        yield PathItem(named, ("name", *where), tuple(single))
    for subresource in resource.subresources:
        yield from _subresource_paths(resource, subresource, named, where)


def discovery_of(group: str, version: str) -> PathItem:
    """The path that lists the resources of a group version."""
    base = f"/apis/{group}/{version}/" if group else f"/api/{version}/"
    title = f"{names.group_title(group)}{_capital(version)}"
    operation = Operation(
        method="get",
        id=f"get{title}APIResources",
        action="",
        kind=("", "", ""),
        tag=names.tag(group, version),
        answer=names.definition_name(meta_v1.APIResourceList),
    )
    return PathItem(base, (), (operation,))


def _operation(resource: Resource, verb: str, *, suffix: str = "", namespaced: bool = True) -> Operation:
    own = names.of_resource(resource)
    scope = "Namespaced" if resource.namespaced and namespaced else ""
    answer = own
    if verb == "list":
        answer = names.of_list(resource)
    elif verb == "delete":
        answer = own if resource.plural in RETURNED_ON_DELETE else names.definition_name(meta_v1.Status)
    return Operation(
        method=METHODS[verb],
        id=f"{WORDS[verb]}{_title(resource)}{scope}{resource.kind}{suffix}",
        action=ACTIONS[verb],
        kind=resource.gvk,
        tag=names.tag(resource.group, resource.version),
        query=OF_VERB[verb],
        body=_body(verb, own),
        answer=answer,
        codes={"create": (200, 201, 202), "update": (200, 201), "patch": (200, 201), "delete": (200, 202)}.get(
            verb, (200,)
        ),
        watches=verb == "list" and "watch" in resource.verbs,
        patches=_patches(resource),
    )


def _patches(resource: Resource) -> tuple[str, ...]:
    """The ways to patch an object; what has no type cannot be merged strategically."""
    return CUSTOM_PATCH_TYPES if isinstance(resource, CustomResource) else PATCH_TYPES


RETURNED_ON_DELETE = frozenset(
    {
        "pods",
        "services",
        "serviceaccounts",
        "persistentvolumes",
        "persistentvolumeclaims",
        "podtemplates",
        "resourcequotas",
        "storageclasses",
        "csidrivers",
        "csinodes",
        "volumeattachments",
        "volumeattributesclasses",
        "deviceclasses",
        "resourceclaims",
        "resourceclaimtemplates",
        "resourceslices",
    }
)
"""Whose deletion answers with the object instead of a Status."""


def _body(verb: str, own: str) -> str:
    if verb == "patch":
        return names.PATCH
    if verb == "delete":
        return names.definition_name(meta_v1.DeleteOptions)
    return own if verb in ("create", "update") else ""


def _delete_collection(resource: Resource) -> Operation:
    scope = "Namespaced" if resource.namespaced else ""
    return Operation(
        method="delete",
        id=f"delete{_title(resource)}Collection{scope}{resource.kind}",
        action="deletecollection",
        kind=resource.gvk,
        tag=names.tag(resource.group, resource.version),
        query=COLLECTION,
        body=names.definition_name(meta_v1.DeleteOptions),
        answer=names.definition_name(meta_v1.Status),
    )


def _subresource_paths(
    resource: Resource, subresource: Subresource, named: str, where: tuple[str, ...]
) -> Iterator[PathItem]:
    path = f"{named}/{subresource.name}"
    variables = ("name", *where)
    if subresource.name in CONNECT:
        yield PathItem(path, variables, tuple(_connects(resource, subresource, "")))
        if subresource.name == "proxy":
            yield PathItem(
                f"{path}/{{path}}", (*variables, "path"), tuple(_connects(resource, subresource, "WithPath"))
            )
        return
    if subresource.name == "log":
        yield PathItem(path, variables, (_log(resource),))
        return
    operations = tuple(_sub_operation(resource, subresource, verb) for verb in subresource.verbs)
    yield PathItem(path, variables, operations)


def _sub_operation(resource: Resource, subresource: Subresource, verb: str) -> Operation:
    own = names.of_resource(resource)
    if subresource.kind not in ("", resource.kind):
        cls = subresource_type(resource, subresource)
        own = names.definition_name(cls) if cls else ""
    scope = "Namespaced" if resource.namespaced else ""
    return Operation(
        method=METHODS[verb],
        id=f"{WORDS[verb]}{_title(resource)}{scope}{resource.kind}{_capital(subresource.name)}",
        action=ACTIONS[verb],
        kind=_sub_kind(resource, subresource),
        tag=names.tag(resource.group, resource.version),
        query=OF_VERB[verb],
        body=_body(verb, own),
        answer=own,
        codes={"create": (200, 201, 202), "update": (200, 201), "patch": (200, 201)}.get(verb, (200,)),
        patches=_patches(resource),
    )


def _sub_kind(resource: Resource, subresource: Subresource) -> tuple[str, str, str]:
    if subresource.version:
        return subresource.group, subresource.version, subresource.kind
    return resource.group, resource.version, subresource.kind or resource.kind


def subresource_type(resource: Resource, subresource: Subresource) -> type[Struct] | None:
    """The type that a subresource reads and writes; None for those that only connect."""
    if subresource.name in CONNECT or subresource.name == "log":
        return None
    group, version, kind = _sub_kind(resource, subresource)
    if kind == resource.kind:
        return None if isinstance(resource, CustomResource) else resource.type
    try:
        return scheme.Resource(group, version, kind, "").type
    except (AttributeError, ModuleNotFoundError):
        return None


def _connects(resource: Resource, subresource: Subresource, suffix: str) -> Iterator[Operation]:
    scope = "Namespaced" if resource.namespaced else ""
    for verb in subresource.verbs:
        method = METHODS[verb]
        name = f"{_title(resource)}{_capital(method)}{scope}{resource.kind}{_capital(subresource.name)}{suffix}"
        yield Operation(
            method=method,
            id=f"connect{name}",
            action="connect",
            kind=_sub_kind(resource, subresource),
            tag=names.tag(resource.group, resource.version),
            query=CONNECT[subresource.name],
        )


def _log(resource: Resource) -> Operation:
    return Operation(
        method="get",
        id=f"read{_title(resource)}Namespaced{resource.kind}Log",
        action="get",
        kind=resource.gvk,
        tag=names.tag(resource.group, resource.version),
        query=LOG,
    )


def _title(resource: Resource) -> str:
    return names.group_title(resource.group) + _capital(resource.version)


def _capital(word: str) -> str:
    special = {"ephemeralcontainers": "Ephemeralcontainers"}
    return special.get(word) or word[:1].upper() + word[1:]


def path_schema(item: PathItem, dialect: Dialect) -> Schema:
    """A path as a document has it."""
    found: Schema = {one.method: _operation_schema(one, dialect) for one in item.operations}
    if item.variables:
        found["parameters"] = [_variable(name, dialect) for name in item.variables]
        found["parameters"].append(_parameter("pretty", dialect))
    return found


def _operation_schema(operation: Operation, dialect: Dialect) -> Schema:
    group, version, kind = operation.kind
    parameters = [_parameter(name, dialect) for name in operation.query]
    found: Schema = {"operationId": operation.id, "tags": [operation.tag]}
    if operation.action:
        found["x-kubernetes-action"] = operation.action
        found["x-kubernetes-group-version-kind"] = {"group": group, "kind": kind, "version": version}
    produces = [*PRODUCES, *(STREAMS if operation.watches else ())] if operation.answer else ["*/*"]
    consumes = operation.patches if operation.action == "patch" else ("*/*",)
    required = operation.action in ("post", "put", "patch")
    if dialect.version == 2:
        found |= {"consumes": list(consumes), "produces": produces, "schemes": ["https"]}
        if operation.body:
            body: Schema = {"in": "body", "name": "body", "schema": dialect.reference(operation.body)}
            parameters.insert(0, {**body, "required": True} if required else body)
    elif operation.body:
        content = {kind: {"schema": dialect.reference(operation.body)} for kind in consumes}
        found["requestBody"] = {"content": content, "required": True} if required else {"content": content}
    if parameters:
        found["parameters"] = parameters
    found["responses"] = _responses(operation, produces, dialect)
    return found


def _responses(operation: Operation, produces: Iterable[str], dialect: Dialect) -> Schema:
    reference: Schema = dialect.reference(operation.answer) if operation.answer else {"type": "string"}
    descriptions = {200: "OK", 201: "Created", 202: "Accepted"}
    found: Schema = {}
    for code in operation.codes:
        content: Schema = (
            {"schema": reference}
            if dialect.version == 2
            else {"content": {kind: {"schema": reference} for kind in produces}}
        )
        found[str(code)] = {"description": descriptions[code], **content}
    found["401"] = {"description": "Unauthorized"}
    return found


def _variable(name: str, dialect: Dialect) -> Schema:
    return {"name": name, "in": "path", "required": True, **_parameter_type("string", dialect)}


def _parameter(name: str, dialect: Dialect) -> Schema:
    return {"name": name, "in": "query", **_parameter_type(PARAMETERS[name], dialect)}


def _parameter_type(kind: str, dialect: Dialect) -> dict[str, Any]:
    found = {"type": kind, "uniqueItems": True}
    return found if dialect.version == 2 else {"schema": found}
