"""The types of ``Object{}`` and ``JSONPatch{}`` in policies that change objects.

``Object`` is the object in question and ``Object.spec.template`` what is there in it; fields are of any type, since
which there are is known only when the patch is applied.

Source: k8s.io/apiserver, pkg/cel/mutation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from . import types
from .types import Type
from .values import Object

_ROOT: Final = "Object"
JSON_PATCH: Final = types.object_of(
    "JSONPatch", {"op": types.STRING, "path": types.STRING, "from": types.STRING, "value": types.DYN}
)
"""One operation of a JSON patch."""
OBJECT: Final = types.object_of(_ROOT, lambda _: types.DYN)
"""What an apply configuration evaluates to."""


def patch_type(name: str) -> Type | None:
    """The type of objects that are written as ``name{...}``, None if there is none."""
    if name == JSON_PATCH.name:
        return JSON_PATCH
    if name == _ROOT or name.startswith(f"{_ROOT}."):
        return types.object_of(name, lambda _: types.DYN)
    return None


def misnamed(value: Any, path: str = _ROOT) -> list[str]:
    """What of an object was written with the type of another place, such as ``Object.status{}`` under ``spec``."""
    found: list[str] = []
    if isinstance(value, Object):
        if value.type_name != path:
            found.append(
                f'unexpected type name "{value.type_name}", expected "{path}", '
                "which matches field name path from root Object type"
            )
        for name, inner in value.items():
            found += misnamed(inner, f"{path}.{name}")
    elif isinstance(value, Mapping):
        for inner in value.values():
            found += misnamed(inner, path)
    elif isinstance(value, list):
        for inner in value:
            found += misnamed(inner, path)
    return found
