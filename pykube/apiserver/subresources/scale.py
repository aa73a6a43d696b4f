"""``scale`` of every kind that has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from pykube.api import autoscaling_v1, codec
from pykube.api.scheme import Resource
from pykube.errors import BadRequest, Cause, Details, Invalid

from .. import answers, decoding, statuses, writing
from ..request import Context
from ..resources.scaling import Scaling
from ..verbs import apply, patch
from ..watch_cache import Cached
from ..write import Kind, Lens, Operation
from . import scale_apply


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """GET, PUT or PATCH the number of replicas."""
    storage = ctx.registry.storage(resource)
    scaling = storage.strategy.scaling
    if ctx.info.verb == "get":
        cached = storage.cache.find(ctx.info.namespace if resource.namespaced else "", ctx.info.name)
        if cached is None:
            raise statuses.not_found(resource, ctx.info.name)
        return answers.plain_data(ctx, scaling.scale(storage.decode(cached.data)))
    write = writing.write_of(ctx, resource, Operation.UPDATE)
    write.subresource = ""
    write.lens = Lens("scale", _SCALE, scaling.scale, _take_over(scaling))
    if ctx.info.verb == "update":
        wanted = await decoding.read_object(ctx, autoscaling_v1.Scale)
        writing.check_place(ctx, resource, wanted.metadata.name, wanted.metadata.namespace)
        written = await storage.update(write, lambda old, _cached: scaled(resource, scaling, codec.copy(old), wanted))
    elif decoding.media_type(ctx) == apply.MEDIA_TYPE:
        written = await scale_apply.update(ctx, storage, write)
    else:
        written = await storage.update(write, await _patched(ctx, resource, scaling), retry=True)
    return answers.plain_data(ctx, scaling.scale(storage.decode(written.data)))


_SCALE = Kind("autoscaling", "v1", "Scale")


def _take_over(scaling: Scaling) -> Callable[[Any, Any], None]:
    """Gives an object the number of replicas of a scale."""

    def put(obj: Any, scale: autoscaling_v1.Scale) -> None:
        scaling.set_replicas(obj, scale.spec.replicas or 0)

    return put


async def _patched(ctx: Context, resource: Resource, scaling: Scaling) -> Any:
    """The way to make the new object from a patch of its scale."""
    change = await patch.read_patch(ctx, autoscaling_v1.Scale)

    def make(old: Any, cached: Cached) -> Any:
        doc = change(msgspec.json.decode(codec.encode(scaling.scale(old))))
        return scaled(resource, scaling, codec.copy(old), codec.from_dict(autoscaling_v1.Scale, doc))

    return make


def scaled(resource: Resource, scaling: Scaling, obj: Any, wanted: autoscaling_v1.Scale) -> Any:
    """`obj` with the number of replicas wanted.

    Raises:
        Conflict: the uid given is another one's.
        Invalid: the number is negative.
    """
    replicas = wanted.spec.replicas or 0
    if replicas < 0:
        message = f"Invalid value: {replicas}: must be greater than or equal to 0"
        raise Invalid(
            f'Scale.autoscaling "{obj.metadata.name}" is invalid: spec.replicas: {message}',
            Details(
                name=obj.metadata.name,
                group="autoscaling",
                kind="Scale",
                causes=(Cause("FieldValueInvalid", message, "spec.replicas"),),
            ),
        )
    if wanted.metadata.uid and wanted.metadata.uid != obj.metadata.uid:
        raise statuses.conflict(resource, obj.metadata.name)
    if wanted.metadata.name and wanted.metadata.name != obj.metadata.name:
        raise BadRequest("the name of the scale does not match the name of its object")
    obj.metadata.resource_version = wanted.metadata.resource_version
    scaling.set_replicas(obj, replicas)
    return obj
