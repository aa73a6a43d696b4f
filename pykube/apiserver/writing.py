"""What every writing verb reads from its request before it writes."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from pykube.api import field_errors
from pykube.api.field_errors import Path
from pykube.api.scheme import Resource
from pykube.api.validation import meta
from pykube.errors import BadRequest, Cause, Details, Invalid

from . import pipeline
from .request import Context
from .write import FieldManager, Kind, Operation, Write


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a request, as failures name them."""

    group: str = "meta.k8s.io"
    kind: str = "PatchOptions"


OPTIONS = Options()

_MANAGER_MAX = 128
"""Bytes that the name of a field manager may have."""


def dry_run(ctx: Context) -> bool:
    """Whether the write is only to be tried.

    Raises:
        Invalid: something else than ``All`` was asked for.
    """
    asked = ctx.info.query.getall("dryRun", []) if ctx.info.query else []
    return checked_dry_run(asked)


def checked_dry_run(asked: list[str]) -> bool:
    """The same from a list of values."""
    for value in asked:
        if value != "All":
            message = f'Unsupported value: "{value}": supported values: "All"'
            cause = Cause("FieldValueNotSupported", message, "dryRun")
            raise Invalid(
                f' "" is invalid: dryRun: {message}', Details(group="meta.k8s.io", kind="Options", causes=(cause,))
            )
    return bool(asked)


def write_of(ctx: Context, resource: Resource, operation: Operation, *, name: str = "") -> Write:
    """The write that the request asks for; its object is still to come."""
    info = ctx.info
    return Write(
        operation,
        resource,
        info.namespace if resource.namespaced else "",
        name or info.name,
        ctx.registry,
        user=ctx.user,
        subresource=info.subresource,
        dry_run=dry_run(ctx),
        warnings=ctx.warnings,
        manager=FieldManager(manager_name(ctx), info.subresource),
        query=info.query,
        audit=ctx.audit,
    )


async def admitted(ctx: Context, resource: Resource, obj: Any, *, name: str) -> Any:
    """An object that is created at a subresource and not stored (a Binding), as admission has made it.

    Raises:
        ApiError: admission does not agree.
    """
    write = write_of(ctx, resource, Operation.CREATE, name=name)
    write.name = name
    write.object = obj
    write.shown = _kind_of(obj)
    await pipeline.run(pipeline.ASK, write)
    pipeline.release(write)
    return write.object


def _kind_of(obj: Any) -> Kind:
    group, _, version = obj.api_version.rpartition("/")
    return Kind(group, version, obj.kind)


def manager_name(ctx: Context) -> str:
    """The client's name as an owner of fields: what it calls itself in the query, else its program's name.

    Raises:
        Invalid: the name in the query is too long or cannot be printed.
    """
    asked = ctx.info.query.get("fieldManager", "") if ctx.info.query else ""
    if not asked:
        return _program(ctx.http.headers.get("User-Agent", ""))
    if found := list(meta.field_manager(asked, Path("fieldManager"))):
        raise field_errors.invalid(OPTIONS, "", found)
    return asked


@functools.lru_cache(maxsize=256)
def _program(user_agent: str) -> str:
    """What stands before the slash of a User-Agent, as far as it can be printed and is not too long."""
    name = "".join(letter for letter in user_agent.partition("/")[0] if letter.isprintable())
    return name.encode()[:_MANAGER_MAX].decode(errors="ignore") or "unknown"


def check_place(ctx: Context, resource: Resource, meta_name: str, meta_namespace: str) -> None:
    """Raise BadRequest when an object says that it lies elsewhere than its path."""
    info = ctx.info
    if info.named and meta_name and meta_name != info.name:
        raise BadRequest(f"the name of the object ({meta_name}) does not match the name on the URL ({info.name})")
    if resource.namespaced and meta_namespace and meta_namespace != info.namespace:
        raise BadRequest(
            f"the namespace of the object ({meta_namespace}) does not match the namespace on the request "
            f"({info.namespace})"
        )
