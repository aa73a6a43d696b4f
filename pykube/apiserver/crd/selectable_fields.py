"""What selectors see of custom objects: the fields that their definition makes selectable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pykube.api.apiextensions_v1 import SelectableField
from pykube.api.scheme import Resource

from ..selectable import Extract, Extractor, Selectable
from . import paths


class FieldExtractor:
    """Reads the selectable fields of one version's objects; like any other field, an absent one is empty text."""

    def __init__(self, resource: Resource, fields: Sequence[SelectableField]) -> None:
        self._base = Extractor(resource)
        self._paths = {field.json_path.removeprefix("."): paths.split(field.json_path) for field in fields}
        self.supported: frozenset[str] = self._base.supported | frozenset(self._paths)

    def __call__(self, data: bytes) -> Selectable:
        seen = self._base(data)
        content = msgspec.json.decode(data)
        fields = {name: _text(paths.look(content, keys)) for name, keys in self._paths.items()}
        return Selectable(seen.namespace, seen.name, seen.labels, {**seen.fields, **fields})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def extract(resource: Resource, fields: Sequence[SelectableField]) -> Extract:
    """What reads the objects of a version."""
    return FieldExtractor(resource, fields) if fields else Extractor(resource)
