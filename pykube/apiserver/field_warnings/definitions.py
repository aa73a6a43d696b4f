"""CustomResourceDefinitions: formats that nobody checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pykube.api.apiextensions_v1 import CustomResourceDefinition, JSONSchemaProps

from ..crd.formats import FORMATS

_KNOWN: Final = {
    "integer": frozenset({"int32", "int64"}),
    "number": frozenset({"float", "double"}),
}
_OF_TEXT: Final = frozenset(name.replace("-", "") for name in FORMATS)


def of_definition(new: CustomResourceDefinition, old: CustomResourceDefinition | None) -> Iterator[str]:
    """Each unknown format that was not there before, as often as it is used."""
    before = set(_unknown(old)) if old is not None else set()
    for name in _unknown(new):
        if name not in before:
            yield f'unrecognized format "{name}"'


def _unknown(definition: CustomResourceDefinition) -> Iterator[str]:
    for version in definition.spec.versions:
        if version.schema is not None and version.schema.open_apiv3_schema is not None:
            for schema in _parts(version.schema.open_apiv3_schema):
                if schema.format and not _is_known(schema):
                    yield schema.format


def _is_known(schema: JSONSchemaProps) -> bool:
    if schema.type in ("", "string"):
        return schema.format.replace("-", "") in _OF_TEXT
    return schema.format in _KNOWN.get(schema.type, ())


def _parts(schema: JSONSchemaProps) -> Iterator[JSONSchemaProps]:
    """The schema and all within it."""
    yield schema
    inner = [
        schema.items,
        schema.not_,
        schema.additional_properties,
        schema.additional_items,
        *schema.all_of,
        *schema.one_of,
        *schema.any_of,
        *schema.properties.values(),
        *schema.pattern_properties.values(),
        *schema.definitions.values(),
    ]
    for each in inner:
        if isinstance(each, JSONSchemaProps):
            yield from _parts(each)
