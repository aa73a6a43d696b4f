"""Whether a definition's schemas agree with themselves: defaults are valid, selectable fields are there.

Source: apiextensions-apiserver, pkg/apiserver/schema/defaulting/validation.go and pkg/apis/apiextensions/validation.
"""

from __future__ import annotations

from pykube.api import codec
from pykube.api.apiextensions_v1 import CustomResourceDefinition, JSONSchemaProps, SelectableField
from pykube.api.field_errors import SPEC, Errors, FieldError, Path, duplicate, invalid_value, required

from . import paths, rule_definitions
from .pruning import pruner
from .rule_checks import ROOT_NAME, check_default
from .rules import compile_rules
from .validation import NEW, validator

_SELECTABLE = ("string", "boolean", "integer")


def check(definition: CustomResourceDefinition) -> Errors:
    """What is wrong within the schemas of a definition that is right as far as its form goes."""
    for index, version in enumerate(definition.spec.versions):
        schema = version.schema.open_apiv3_schema if version.schema is not None else None
        if schema is None:
            continue
        path = SPEC.child("versions").index(index)
        place = path.child("schema").child("openAPIV3Schema")
        wrong = list(_defaults(schema, place))
        yield from wrong or rule_definitions.check(schema, place)
        yield from _selectable(version.selectable_fields, schema, path.child("selectableFields"))


def _defaults(schema: JSONSchemaProps, path: Path) -> Errors:
    if schema.default is not None:
        yield from _default(schema, path.child("default"))
    if isinstance(schema.items, JSONSchemaProps):
        yield from _defaults(schema.items, path.child("items"))
    for name, below in schema.properties.items():
        yield from _defaults(below, path.child("properties").key(name))


def _default(schema: JSONSchemaProps, path: Path) -> Errors:
    dropped: list[str] = []
    pruner(schema)(codec.copy(schema.default), "", dropped)
    if dropped:
        yield invalid_value(path, schema.default, "must not have unknown fields")
    errors: list[FieldError] = []
    validator(schema)(schema.default, NEW, "", errors)
    rules = compile_rules(schema, root=schema.x_kubernetes_embedded_resource) if not errors else None
    if rules is not None:
        errors = check_default(rules, schema.default)
    for one in errors:
        place = path.child(one.path) if one.path not in ("", ROOT_NAME) else path
        yield FieldError(str(place), one.type, one.bad_value, one.detail)


def _selectable(fields: list[SelectableField], schema: JSONSchemaProps, path: Path) -> Errors:
    seen: set[str] = set()
    for index, field in enumerate(fields):
        place = path.index(index).child("jsonPath")
        if not field.json_path:
            yield required(place)
            continue
        keys = paths.split(field.json_path)
        found: JSONSchemaProps | None = schema
        for key in keys:
            found = found.properties.get(key) if found is not None else None
        if keys[0] == "metadata":
            yield invalid_value(place, field.json_path, "must not point to fields in metadata")
        elif found is None:
            yield invalid_value(place, field.json_path, "is an invalid path: does not refer to a valid field")
        elif found.type not in _SELECTABLE:
            yield invalid_value(
                place,
                field.json_path,
                "must point to a field of type string, boolean or integer. Enum string fields and strings with "
                "formats are allowed.",
            )
        if field.json_path in seen:
            yield duplicate(place, field.json_path)
        seen.add(field.json_path)
