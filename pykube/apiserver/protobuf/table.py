"""Makes fields.json, the field numbers of Kubernetes' protobuf messages, from upstream's ``generated.proto`` files.

    python -m pykube.apiserver.protobuf.table <kubernetes>/staging/src/k8s.io

Each message of a served group version maps field numbers to the JSON name and the type of the field. Types are scalar
names (`reader._SCALARS`) or messages; ``*`` before one marks a list, ``%`` a map from strings, ``^`` a message whose
fields stand in JSON in the place of the field itself: Go embeds it, JSON shows no trace of it; ``|`` a message of which
one field is set, and JSON shows just that.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pykube.api import scheme
from pykube.api.schema import Struct, fields_of

_PACKAGE = re.compile(r"^package k8s\.io\.([\w.]+);", re.MULTILINE)
_MESSAGE = re.compile(r"^message (\w+) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s+(optional|repeated|map<string, ?([\w.]+)>) ?([\w.]*) (\w+) = (\d+);", re.MULTILINE)
_META = "k8s.io.apimachinery.pkg.apis.meta.v1"
_SCALARS = {
    "string": "string",
    "bytes": "bytes",
    "bool": "bool",
    "double": "double",
    "int32": "int",
    "int64": "int",
    f"{_META}.Time": "time",
    f"{_META}.MicroTime": "microtime",
    f"{_META}.FieldsV1": "raw",
    f"{_META}.Verbs": "items",
    "k8s.io.apimachinery.pkg.runtime.RawExtension": "raw",
    "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON": "raw",
    "k8s.io.apimachinery.pkg.api.resource.Quantity": "quantity",
    "k8s.io.apimachinery.pkg.util.intstr.IntOrString": "intorstring",
}
_ONE_OF = re.compile(r"\.JSONSchemaPropsOr\w+$")
_ELSEWHERE = {
    "apiextensions_v1": "apiextensions-apiserver/pkg/apis/apiextensions/v1",
    "apiregistration_v1": "kube-aggregator/pkg/apis/apiregistration/v1",
}
"""Group versions whose files are not below ``api/``."""


def main(root: Path) -> None:
    """Write fields.json beside this file."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in _files(root):
        found.update(_messages(path.read_text(encoding="utf-8")))
    text = json.dumps(found, sort_keys=True, separators=(",", ":")).replace('},"', '},\n"')
    Path(__file__).with_name("fields.json").write_text(text + "\n", encoding="utf-8")


def _files(root: Path) -> Iterator[Path]:
    yield root / "apimachinery/pkg/apis/meta/v1/generated.proto"
    for module in sorted({resource.module for resource in scheme.resources}):
        path = root / _ELSEWHERE.get(module, f"api/{module.replace('_', '/')}") / "generated.proto"
        if path.exists():
            yield path


def _messages(text: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    package = _PACKAGE.search(text)
    assert package is not None
    prefix = "k8s.io." + package.group(1)
    for name, body in _MESSAGE.findall(text):
        short = _short(f"{prefix}.{name}")
        embedded = _embedded(short, body)
        names = _names(short)
        fields = {
            number: [
                names.get(field.lower(), field),
                _kind(modifier, of_map, of_field, prefix, inline=field in embedded),
            ]
            for modifier, of_map, of_field, field, number in _FIELD.findall(body)
        }
        yield short, fields


def _short(full: str) -> str:
    """``core.v1.Pod`` of ``k8s.io.api.core.v1.Pod``, ``meta.v1.ObjectMeta`` of the long name that has."""
    return ".".join(full.rsplit(".", 3)[1:])


def _type(short: str) -> type[Struct] | None:
    """Our type of the same name."""
    group, version, name = short.split(".")
    cls = getattr(importlib.import_module(f"pykube.api.{group}_{version}"), name, None)
    return cls if isinstance(cls, type) and issubclass(cls, Struct) else None


def _names(short: str) -> dict[str, str]:
    """JSON names with characters that protobuf names cannot have, by what is left of them there."""
    cls = _type(short)
    known = fields_of(cls) if cls is not None else ()
    return {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in known if not name.isalnum()}


def _embedded(short: str, body: str) -> set[str]:
    """The fields that JSON does not know: those that our type of the same name does not have."""
    cls = _type(short)
    if cls is None:
        return set()
    return {
        field for _, _, kind, field, _ in _FIELD.findall(body) if kind[:1].isupper() and field not in fields_of(cls)
    }


def _kind(modifier: str, of_map: str, of_field: str, prefix: str, *, inline: bool) -> str:
    name = (of_map or of_field).removeprefix(".")
    full = name if "." in name or name in _SCALARS else f"{prefix}.{name}"
    kind = _SCALARS.get(full) or ("items" if full.endswith(".ExtraValue") else _short(full))
    mark = "%" if of_map else "*" if modifier == "repeated" else "^" if inline else ""
    return mark + ("|" if _ONE_OF.search(kind) else "") + kind


if __name__ == "__main__":
    main(Path(sys.argv[1]))
