"""From a request's body to a typed object: JSON or YAML, as strict as asked, version and kind checked, defaults set."""

from __future__ import annotations

from typing import Any, TypeVar

from pykube.api import codec, strict
from pykube.api.schema import Struct
from pykube.errors import BadRequest, Cause, Details, UnsupportedMediaType

from . import json_body, model, protobuf, yaml_body
from .model import Model
from .request import Context

T = TypeVar("T", bound=Struct)

_YAML_TYPES = frozenset({"application/yaml", "application/x-yaml", "text/yaml"})
_VALIDATIONS = ("", "Ignore", "Warn", "Strict")


def media_type(ctx: Context) -> str:
    """The media type of the body, without parameters; JSON when nothing is said."""
    return ctx.http.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()


async def read_json(ctx: Context) -> bytes:
    """The body as JSON, be it JSON, YAML or protobuf.

    Raises:
        UnsupportedMediaType, BadRequest, RequestEntityTooLarge
    """
    kind = media_type(ctx)
    body = await ctx.body()
    if kind == "application/json":
        found = body
    elif kind in _YAML_TYPES:
        found = yaml_body.to_json(body)
    elif kind == protobuf.MEDIA_TYPE:
        found = protobuf.to_json(body)
    else:
        raise UnsupportedMediaType(
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json, application/yaml, application/vnd.kubernetes.protobuf"
        )
    json_body.check(found)
    return found


def field_validation(ctx: Context) -> str:
    """Strict, Warn (the default) or Ignore.

    Raises:
        Invalid: something else was asked for.
    """
    asked = ctx.info.query.get("fieldValidation", "") if ctx.info.query else ""
    if asked not in _VALIDATIONS:
        cause = Cause(
            "FieldValueNotSupported",
            f'Unsupported value: "{asked}": supported values: "Ignore", "Strict", "Warn"',
            "fieldValidation",
        )
        raise BadRequest(f"fieldValidation: {cause.message}", Details(causes=(cause,)))
    return asked or "Warn"


def check_fields(ctx: Context, expected: Model, body: bytes, yaml: bytes = b"") -> None:
    """Unknown and duplicate fields: an error under Strict, warnings under Warn, nothing under Ignore.

    `yaml` is what the JSON in `body` was made of: there, a key that stands twice stands once.
    """
    how = field_validation(ctx)
    if how == "Ignore":
        return
    try:
        found = [*(yaml_body.repeated_keys(yaml) if yaml else ()), *expected.strange(body)]
    except (ValueError, RecursionError) as error:
        kind = expected.kind
        raise BadRequest(f"the object provided is unrecognized (must be of type {kind}): {error}") from error
    if not found:
        return
    if how == "Strict":
        strict.raise_if_any(found, expected.kind, expected.api_version)
    ctx.warnings.extend(found)


async def read_object(ctx: Context, cls: type[T]) -> T:
    """The object of type `cls` in the body, its defaults set.

    Raises:
        BadRequest: it is broken, or of another kind.
    """
    found: T = await read(ctx, model.typed(cls))
    return found


async def read(ctx: Context, expected: Model) -> Any:
    """The object in the body, its defaults set.

    Raises:
        BadRequest: it is broken, or of another kind.
    """
    body = await read_json(ctx)
    if not body.strip():
        raise BadRequest("the request body is empty")
    obj: Any = codec.decode(expected.type, body)
    check_kind(obj, expected.api_version, expected.kind)
    check_fields(ctx, expected, body, await ctx.body() if media_type(ctx) in _YAML_TYPES else b"")
    expected.complete(obj)
    return obj


def check_kind(obj: Any, version: str, kind: str) -> None:
    """Raise BadRequest when the data says that it is of another kind than the path."""
    if obj.api_version and obj.api_version != version:
        raise BadRequest(
            f"the API version in the data ({obj.api_version}) does not match the expected API version ({version})"
        )
    if obj.kind and obj.kind != kind:
        raise BadRequest(f'{obj.kind} in version "{version}" cannot be handled as a {kind}: the kinds differ')
    obj.api_version, obj.kind = version, kind


async def read_options(ctx: Context, cls: type[T]) -> T | None:
    """Options in the body of a deletion, or None when there is no body."""
    body = await ctx.body()
    if not body.strip():
        return None
    return codec.decode(cls, await read_json(ctx))
