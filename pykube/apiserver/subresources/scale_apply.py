"""Server-side apply to ``scale``: who applies a number of replicas owns that field of the object itself."""

from __future__ import annotations

from typing import Any

from pykube.api import autoscaling_v1, codec
from pykube.api.custom import CustomObject
from pykube.api.patch.apply import nodes
from pykube.api.schema import Struct

from .. import model, writing
from ..request import Context
from ..resources.scaling import Scaling
from ..storage import Storage, Written
from ..verbs import apply
from ..watch_cache import Cached
from ..write import Write


async def update(ctx: Context, storage: Storage, write: Write) -> Written:
    """Apply the Scale in the body to the object it belongs to.

    Raises:
        BadRequest: it is no Scale.
        Conflict: somebody else owns the number.
    """
    apply.check_options(ctx)
    config = await apply.read(ctx, model.typed(autoscaling_v1.Scale))
    apply.check_schema(nodes.of_struct(autoscaling_v1.Scale), config, ctx)
    wanted = codec.from_dict(autoscaling_v1.Scale, config)
    writing.check_place(ctx, storage.resource, wanted.metadata.name, wanted.metadata.namespace)
    write = apply.applying(write)
    whole = _whole(storage, storage.strategy.scaling, config, wanted)
    force = ctx.info.flag("force")

    def make(_old: Any, cached: Cached) -> Any:
        return apply.object_of(storage, storage.tracker.applied(write, cached, whole, force=force))

    return await storage.update(write, make, retry=True)


def _whole(storage: Storage, scaling: Scaling, config: dict[str, Any], wanted: autoscaling_v1.Scale) -> dict[str, Any]:
    """The configuration of the object that says the same as one of its scale."""
    expected = storage.model
    found: dict[str, Any] = {"apiVersion": expected.api_version, "kind": expected.kind}
    if config.get("metadata"):
        found["metadata"] = config["metadata"]
    if wanted.spec.replicas is None or "replicas" not in (config.get("spec") or {}):
        return found
    if issubclass(expected.type, Struct):
        return {**found, "spec": {"replicas": wanted.spec.replicas}}
    custom = CustomObject()
    scaling.set_replicas(custom, wanted.spec.replicas)
    return {**found, **custom.content}
