"""What is said about types and their fields: the texts that stand below them in their modules.

Python drops a text below a field when it compiles a module, so texts cost no memory. They are read from the source
while a document is built, class by class, and forgotten with the `Descriptions`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.abc import InspectLoader

from pykube.api.schema import Struct

_CLASSES = re.compile(r"^class (\w+)\(Struct\):\n(?:(?: .*)?\n)+", re.MULTILINE)

_OF_KINDS: Mapping[str, str] = {
    "api_version": "APIVersion defines which group and version the object is written in.",
    "kind": "Which kind of object this is.",
    "metadata": "Standard object's metadata: name, labels and what else all objects have.",
    "spec": "What is wanted.",
    "status": "What was last seen. Written by controllers and nodes, not by users.",
    "items": "The objects.",
}
"""Fields of every kind of object and list."""
_OF_CONDITIONS: Mapping[str, str] = {
    "type": "Which aspect; unique within the object.",
    "status": "True, False or Unknown.",
    "last_probe_time": "When the aspect was last looked at.",
    "last_heartbeat_time": "When the condition was last reported.",
    "last_transition_time": "When status last changed.",
    "reason": "Why, as one word for programs.",
    "message": "Why, for people.",
}
"""Fields of the types named ...Condition."""
_OF_VOLUMES: Mapping[str, str] = {
    "fs_type": "File system to mount, such as ext4. Default: ext4, or what the driver chooses.",
    "read_only": "Whether the volume is mounted read-only. Default: false.",
    "secret_ref": "Secret with the credentials.",
    "partition": "Number of the partition; 0 is the whole device.",
}
"""Fields of the types named ...VolumeSource."""
_REPEATS: Mapping[str, str] = {
    "DeviceSubRequest": "ExactDeviceRequest",
    "EphemeralContainer": "Container",
    "FlexPersistentVolumeSource": "FlexVolumeSource",
    "MutatingAdmissionPolicyBindingSpec": "ValidatingAdmissionPolicyBindingSpec",
    "MutatingAdmissionPolicySpec": "ValidatingAdmissionPolicySpec",
    "MutatingWebhook": "ValidatingWebhook",
    "NamedRuleWithOperations": "RuleWithOperations",
}
"""Types whose fields mean what those of another type of the module mean."""


class Descriptions:
    """The texts, for as long as one document is built."""

    def __init__(self) -> None:
        self._sources: dict[str, dict[str, str]] = {}

    def of_type(self, cls: type[Struct]) -> str:
        """What the class says about itself; empty when it says nothing."""
        if text := cls.__dict__.get("__doc__"):
            return _flat(inspect.cleandoc(text))
        name = cls.__name__.removesuffix("List")
        return f"{name} objects, or one page of them." if "items" in cls.__struct_fields__ else ""

    def of_fields(self, cls: type[Struct]) -> Mapping[str, str]:
        """Texts by the fields' Python names."""
        found: dict[str, str] = {}
        for texts in self._layers(cls):
            found |= texts
        return found

    def _layers(self, cls: type[Struct]) -> Iterator[Mapping[str, str]]:
        """Texts from the most general to those of the class itself."""
        name, fields = cls.__name__, cls.__struct_fields__
        if fields[:2] == ("api_version", "kind"):
            yield _OF_KINDS
        elif name.endswith("Condition"):
            yield _OF_CONDITIONS
        elif name.endswith("VolumeSource"):
            yield _OF_VOLUMES
        source = self._source(cls.__module__)
        for other in (_REPEATS.get(name, name.replace("PersistentVolumeSource", "VolumeSource")), name):
            if other in source:
                yield _texts(source[other])

    def _source(self, module: str) -> Mapping[str, str]:
        """The source of each type in a module; empty when only compiled modules are installed."""
        if module not in self._sources:
            loader = getattr(sys.modules[module].__spec__, "loader", None)
            text = loader.get_source(module) if isinstance(loader, InspectLoader) else None
            self._sources[module] = {found[1]: found[0] for found in _CLASSES.finditer(text or "")}
        return self._sources[module]


def _texts(source: str) -> dict[str, str]:
    (body,) = ast.parse(source).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: _flat(text.value.value)
        for field, text in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _flat(text: str) -> str:
    """One line, without the marks of our docstrings."""
    return " ".join(text.split()).replace("``", "")
