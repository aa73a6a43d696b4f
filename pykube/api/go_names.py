"""What Go calls the types of our fields: clients see those names in messages about values of the wrong type.

The names come from the declarations as they are written, since an alias such as ``RestartPolicy`` is nothing but a
string once Python has evaluated it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from .schema import FieldInfo, Struct

_PLAIN = {
    "str": "string",
    "bool": "bool",
    "int": "int64",
    "float": "float64",
    "bytes": "[]uint8",
    "Int32": "int32",
    "Int64": "int64",
    "Any": "runtime.RawExtension",
    "Quantity": "resource.Quantity",
    "Time": "v1.Time",
    "MicroTime": "v1.MicroTime",
    "IntOrString": "intstr.IntOrString",
}
_NAMED = {"uid": "types.UID", "reclaimPolicy": "v1.PersistentVolumeReclaimPolicy", "pathType": "v1.PathType"}
"""Strings with a name of their own in Go, by field, where our types have plain strings."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A struct of Go's whose fields are written as if they were the outer one's; paths name it all the same."""

    name: str
    fields: frozenset[str]


_HANDLER = Embedded("ProbeHandler", frozenset({"exec", "httpGet", "tcpSocket", "grpc"}))
_NAME = Embedded("LocalObjectReference", frozenset({"name"}))
_HOLDERS_OF_A_NAME = (
    "ConfigMapKeySelector",
    "SecretKeySelector",
    "ConfigMapEnvSource",
    "SecretEnvSource",
    "ConfigMapVolumeSource",
    "ConfigMapProjection",
    "SecretProjection",
)


class _AllBut(frozenset[str]):
    """Every field but the named ones."""

    def __contains__(self, name: object) -> bool:
        return not super().__contains__(name)


EMBEDDED: Mapping[str, Embedded] = {
    "Probe": _HANDLER,
    "Volume": Embedded("VolumeSource", _AllBut({"name"})),
    "EphemeralContainer": Embedded("EphemeralContainerCommon", _AllBut({"targetContainerName"})),
    "PersistentVolumeSpec": Embedded(
        "PersistentVolumeSource",
        _AllBut(
            {
                "capacity",
                "accessModes",
                "claimRef",
                "persistentVolumeReclaimPolicy",
                "storageClassName",
                "mountOptions",
                "volumeMode",
                "nodeAffinity",
                "volumeAttributesClassName",
            }
        ),
    ),
    "IngressRule": Embedded("IngressRuleValue", frozenset({"http"})),
    "RuleWithOperations": Embedded("Rule", _AllBut({"operations"})),
    **dict.fromkeys(_HOLDERS_OF_A_NAME, _NAME),
}
"""By the name of the outer struct."""


def struct_name(cls: type[Struct]) -> str:
    """``v1.Pod`` for ``core_v1.Pod``: the last part of the package, and the type."""
    return f"{_version(cls.__module__)}.{cls.__name__}"


def go_type(cls: type[Struct], field: FieldInfo) -> str:
    """The type of a field of `cls` as Go writes it: ``[]v1.Container``, ``map[string]string``, ``int32``."""
    written = cls.__annotations__[field.attribute]
    found = _named(ast.parse(written, mode="eval").body, _version(cls.__module__))
    if found != "string":
        return found
    if cls.__name__.endswith("Condition") and cls.__name__ != "Condition" and field.name == "type":
        return f"{_version(cls.__module__)}.{cls.__name__}Type"
    if cls.__name__.endswith("Condition") and field.name == "status":
        return "v1.ConditionStatus"
    return _NAMED.get(field.name, found)


def _named(node: ast.expr, version: str) -> str:
    match node:
        case ast.BinOp(left=left):
            return _named(left, version)
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[kind, *_])):
            return _named(kind, version)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return f"[]{_named(item, version)}"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, ast.Name(id="Quantity")])):
            return "v1.ResourceList"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return f"map[string]{_named(item, version)}"
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{_version(module)}.{name}"
        case ast.Name(id=name):
            return _PLAIN.get(name) or f"{version}.{name}"
        case _:
            return ast.unparse(node)


def _version(module: str) -> str:
    """``v1`` of ``pykube.api.core_v1``."""
    return module.rpartition("_")[2]
