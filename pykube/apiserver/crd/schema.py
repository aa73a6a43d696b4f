"""The schema of one version of a custom kind, compiled once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pykube.api.apiextensions_v1 import CustomResourceDefinitionVersion, JSONSchemaProps
from pykube.api.custom import CustomObject
from pykube.api.field_errors import ErrorType, FieldError

from .defaulting import Complete, completer
from .pruning import Prune, pruner
from .rule_checks import ROOT_NAME, check
from .rules import RuleTree, compile_rules
from .validation import NEW, Validate, validator

_META = ("apiVersion", "kind", "metadata")
_BLOCKING = frozenset(
    {
        ErrorType.NOT_SUPPORTED,
        ErrorType.REQUIRED,
        ErrorType.TOO_LONG,
        ErrorType.TOO_MANY,
        ErrorType.TYPE_INVALID,
    }
)
"""With such errors, rules would be asked about values that they are not made for."""
_NOT_CHECKED = FieldError(
    ROOT_NAME,
    ErrorType.INVALID,
    None,
    "some validation rules were not checked because the object was invalid; "
    "correct the existing errors to complete validation",
)


@dataclass(frozen=True, slots=True)
class CompiledSchema:
    """What the schema says about the content of objects, apiVersion, kind and metadata aside."""

    prune: Prune
    complete: Complete
    whole: Validate
    status: Validate | None
    rules: Callable[[], RuleTree | None]
    """What must hold beyond the schema; compiled when it is asked for first."""

    def validate(
        self, obj: CustomObject, old: CustomObject | None = None, warnings: list[str] | None = None
    ) -> list[FieldError]:
        """What is wrong with an object, or with what a change has touched of it.

        `warnings` gets broken rules about what the change has left alone.
        """
        errors: list[FieldError] = []
        self.whole(_document(obj), NEW if old is None else _document(old), "", errors)
        return [*errors, *self._broken_rules(obj, old, errors, warnings)]

    def _broken_rules(
        self, obj: CustomObject, old: CustomObject | None, errors: list[FieldError], warnings: list[str] | None
    ) -> list[FieldError]:
        rules = self.rules()
        if rules is None:
            return []
        if any(one.type in _BLOCKING for one in errors):
            return [_NOT_CHECKED]
        before = _document(old) if old is not None else None
        return check(rules, _document(obj), before, warnings if warnings is not None else [])

    def validate_status(
        self, obj: CustomObject, old: CustomObject, warnings: list[str] | None = None
    ) -> list[FieldError]:
        """What is wrong with a changed status; rules are asked about the whole object."""
        errors = self._status_errors(obj, old)
        return [*errors, *self._broken_rules(obj, old, errors, warnings)]

    def _status_errors(self, obj: CustomObject, old: CustomObject) -> list[FieldError]:
        if self.status is None or "status" not in obj.content:
            return []
        errors: list[FieldError] = []
        self.status(obj.content["status"], old.content.get("status", NEW), "", errors)
        return [
            FieldError(f"status.{one.path}" if one.path else "status", one.type, one.bad_value, one.detail)
            for one in errors
        ]


def _document(obj: CustomObject) -> dict[str, Any]:
    """What the root of a schema sees: of metadata it may only restrict the names."""
    meta = obj.metadata
    named = {"name": meta.name, "generateName": meta.generate_name}
    return {
        "apiVersion": obj.api_version,
        "kind": obj.kind,
        "metadata": {key: value for key, value in named.items() if value},
        **obj.content,
    }


def compile_schema(version: CustomResourceDefinitionVersion) -> CompiledSchema:
    """Compile the schema of a version; without one, everything is kept and nothing is checked."""
    source = version.schema.open_apiv3_schema if version.schema is not None else None
    if source is None:
        source = JSONSchemaProps(type="object", x_kubernetes_preserve_unknown_fields=True)
    content = {name: one for name, one in source.properties.items() if name not in _META}
    # Content is pruned and completed by itself: apiVersion, kind and metadata never come here.
    bare = JSONSchemaProps(
        type="object",
        properties=content,
        additional_properties=source.additional_properties,
        x_kubernetes_preserve_unknown_fields=source.x_kubernetes_preserve_unknown_fields,
    )
    status = content.get("status")
    return CompiledSchema(
        prune=pruner(bare),
        complete=completer(bare),
        whole=validator(source),
        status=validator(status) if status is not None else None,
        rules=functools.cache(lambda: compile_rules(source)),
    )
