"""PATCH with ``application/apply-patch+yaml``: server-side apply, which creates what is not there.

Source of the rules: k8s.io/apiserver, endpoints/handlers/patch.go (applyPatcher).
"""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
from aiohttp import web

from pykube.api import codec, strict
from pykube.api.patch.apply import configuration
from pykube.api.patch.apply.nodes import Node
from pykube.api.scheme import Resource
from pykube.errors import AlreadyExists, BadRequest, Conflict, NotFound

from .. import answers, decoding, json_body, options, statuses, writing, yaml_body
from ..model import Model
from ..request import Context
from ..storage import Storage, Written
from ..watch_cache import Cached
from ..write import Operation, Write

MEDIA_TYPE = "application/apply-patch+yaml"

_ATTEMPTS = 5
"""How often an apply turns between creating and updating when others delete and create the object."""


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Apply the configuration in the body."""
    check_options(ctx)
    storage = ctx.registry.storage(resource)
    config = await read(ctx, storage.model)
    check_fields(ctx, storage, config)
    await _check_keys(ctx)
    _check_place(ctx, resource, config)
    for _ in range(_ATTEMPTS):
        try:
            written = await _update(ctx, storage, config)
        except NotFound:
            if ctx.info.subresource:
                raise
            try:
                written = await _create(ctx, storage, config)
            except AlreadyExists:
                continue
        return answers.one(ctx, resource, written.data, status=201 if written.created else 200)
    raise statuses.conflict(resource, ctx.info.name)


def check_options(ctx: Context) -> None:
    """Raise Invalid for options that are none, and when the client does not say who it is: here it must."""
    options.check(ctx, options.PATCH, applies=True)


async def read(ctx: Context, expected: Model) -> dict[str, Any]:
    """The configuration in the body, of the kind expected.

    Raises:
        BadRequest: it is broken, of another kind, or says who owns what.
    """
    body = await ctx.body()
    try:
        config = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = yaml_body.to_json(body)
        config = msgspec.json.decode(body)
    json_body.check(body)
    if not isinstance(config, dict):
        raise BadRequest("error decoding YAML: the configuration must be an object")
    version, kind = config.get("apiVersion"), config.get("kind")
    if (version, kind) != (expected.api_version, expected.kind):
        group, _, short = str(version or "").rpartition("/")
        raise BadRequest(f"invalid object type: {group}/{short}, Kind={kind or ''}")
    metadata = config.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise BadRequest("error decoding YAML: metadata must be an object")
    if metadata.get("managedFields") is not None:
        raise BadRequest("metadata.managedFields must be nil")
    return config


def check_fields(ctx: Context, storage: Storage, config: dict[str, Any]) -> None:
    """Raise BadRequest for fields that the kind does not have or that have values of the wrong type."""
    check_schema(storage.tracker.node, config, ctx)
    expected = storage.model
    how = decoding.field_validation(ctx)
    if how != "Ignore" and (unknown := expected.unknown(config)):
        if how == "Strict":
            strict.raise_if_any(unknown, expected.kind, expected.api_version)
        ctx.warnings.extend(unknown)
    codec.from_dict(expected.type, config)


async def _check_keys(ctx: Context) -> None:
    """Keys that stand twice: an error under Strict, a warning under Warn."""
    how = decoding.field_validation(ctx)
    if how != "Ignore" and (found := yaml_body.repeated_keys(await ctx.body())):
        if how == "Strict":
            raise BadRequest(f"error strict decoding YAML: {found[0]}")
        ctx.warnings.extend(found)


def check_schema(node: Node, config: dict[str, Any], ctx: Context) -> None:
    """Raise BadRequest for what the schema of a kind does not allow in a configuration."""
    found = configuration.problems(node, config)
    if found:
        version, kind = config["apiVersion"], config["kind"]
        gvk = f"{version if '/' in version else '/' + version}, Kind={kind}"
        told = found[0] if len(found) == 1 else "errors:\n" + "\n".join(f"  {problem}" for problem in found)
        raise BadRequest(f"failed to create typed patch object ({ctx.info.namespace}/{ctx.info.name}; {gvk}): {told}")


def _check_place(ctx: Context, resource: Resource, config: dict[str, Any]) -> None:
    metadata = config.get("metadata") or {}
    writing.check_place(ctx, resource, metadata.get("name") or "", metadata.get("namespace") or "")


def applying(write: Write) -> Write:
    """The write of somebody who applies."""
    assert write.manager is not None
    write.manager = dataclasses.replace(write.manager, applies=True)
    return write


async def _update(ctx: Context, storage: Storage, config: dict[str, Any]) -> Written:
    write = applying(writing.write_of(ctx, storage.resource, Operation.UPDATE))
    force = ctx.info.flag("force")

    def make(_old: Any, cached: Cached) -> Any:
        return object_of(storage, storage.tracker.applied(write, cached, config, force=force))

    return await storage.update(write, make, retry=True)


async def _create(ctx: Context, storage: Storage, config: dict[str, Any]) -> Written:
    """Create the object; who may patch may not create for that alone."""
    info = ctx.info
    metadata = config.get("metadata") or {}
    if metadata.get("uid"):
        raise Conflict(
            f'Operation cannot be fulfilled on {statuses.qualified(storage.resource)} "{info.name}": uid mismatch: '
            f"the provided object specified uid {metadata['uid']}, and no existing object was found",
            statuses.details(storage.resource, info.name),
        )
    if ctx.permit is not None:
        await ctx.permit("create")
    write = applying(writing.write_of(ctx, storage.resource, Operation.CREATE))
    obj = object_of(storage, storage.tracker.applied(write, None, config, force=False))
    obj.metadata.name = info.name
    write.object = obj
    return await storage.create(write)


def object_of(storage: Storage, doc: dict[str, Any]) -> Any:
    """The plain data that an apply has made as an object with its defaults."""
    obj: Any = codec.from_dict(storage.model.type, doc)
    storage.model.complete(obj)
    return obj
