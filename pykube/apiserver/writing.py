"""What every writing verb reads from its request before it writes."""

from __future__ import annotations

from pykube.api.scheme import Resource
from pykube.errors import BadRequest, Cause, Details, Invalid

from .request import Context
from .write import Operation, Write


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
    )


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
