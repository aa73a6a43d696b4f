"""Objects made of flags, for ``pykube create KIND NAME``. Pure, but for the files that are read."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .failures import CliError

_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


def namespace(name: str) -> dict[str, Any]:
    """A Namespace."""
    return _object("v1", "Namespace", name)


def service_account(name: str) -> dict[str, Any]:
    """A ServiceAccount."""
    return _object("v1", "ServiceAccount", name)


def config_map(name: str, data: Mapping[str, bytes]) -> dict[str, Any]:
    """A ConfigMap; what is no text goes into binaryData."""
    found = _object("v1", "ConfigMap", name)
    for key, value in data.items():
        try:
            found.setdefault("data", {})[key] = value.decode()
        except UnicodeDecodeError:
            found.setdefault("binaryData", {})[key] = base64.b64encode(value).decode()
    if not found.get("data", True):
        del found["data"]
    return found


def secret(name: str, data: Mapping[str, bytes], kind: str = "") -> dict[str, Any]:
    """A Secret."""
    found = _object("v1", "Secret", name)
    if data:
        found["data"] = {key: base64.b64encode(value).decode() for key, value in data.items()}
    if kind:
        found["type"] = kind
    return found


def deployment(
    name: str, images: Sequence[str], *, replicas: int = 1, port: int = 0, command: Sequence[str] = ()
) -> dict[str, Any]:
    """A Deployment of one container for each image.

    Raises:
        CliError: a command for several containers.
    """
    if command and len(images) > 1:
        raise CliError("cannot specify multiple --image options and command")
    labels = {"app": name}
    containers: list[dict[str, Any]] = []
    for image in images:
        container: dict[str, Any] = {
            "name": _container_name(image, [one["name"] for one in containers]),
            "image": image,
        }
        if command:
            container["command"] = list(command)
        containers.append(container)
    if port:
        containers[0]["ports"] = [{"containerPort": port}]
    found = _object("apps/v1", "Deployment", name)
    found["metadata"]["labels"] = labels
    found["spec"] = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
    return found


def _object(api_version: str, kind: str, name: str) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}


def _container_name(image: str, taken: Sequence[str]) -> str:
    """The last part of the image's name, as far as it is a DNS label."""
    last = image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    base = re.sub(r"[^a-z0-9-]", "-", last.lower()).strip("-")[:57] or "container"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def data_of(literals: Iterable[str], files: Iterable[str], env_files: Iterable[str]) -> dict[str, bytes]:
    """Keys and values of --from-literal, --from-file and --from-env-file.

    Raises:
        CliError: a source is malformed or cannot be read, or a key stands twice or is no key.
    """
    found: dict[str, bytes] = {}
    for text in literals:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise CliError(f"invalid literal source {text}, expected key=value")
        _add(found, key, re.sub(r"^(['\"])(.*)\1$", r"\2", value).encode())
    for text in files:
        for key, path in _named_files(text):
            _add(found, key, _read(path))
    for text in env_files:
        for key, value in env_lines(_read(Path(text)).decode(), text):
            _add(found, key, value.encode())
    return found


def env_lines(text: str, source: str) -> list[tuple[str, str]]:
    """``NAME=value`` lines; blank lines and comments are skipped.

    Raises:
        CliError: a name is no name of an environment variable.
    """
    found = []
    for line in text.splitlines():
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        if not _VARIABLE.fullmatch(key):
            raise CliError(f'{source}: "{key}" is not a valid name of an environment variable')
        found.append((key, value))
    return found


def _named_files(text: str) -> list[tuple[str, Path]]:
    key, equals, name = text.partition("=")
    if equals and (not key or not name):
        raise CliError(f"invalid file source {text}, expected [key=]path")
    path = Path(name if equals else text)
    if path.is_dir():
        if equals:
            raise CliError("cannot give a key name for a directory path")
        return [(file.name, file) for file in sorted(path.iterdir()) if file.is_file() and _KEY.fullmatch(file.name)]
    return [(key if equals else path.name, path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CliError(f"error reading {path}: {error.strerror}") from error


def _add(found: dict[str, bytes], key: str, value: bytes) -> None:
    if not _KEY.fullmatch(key):
        raise CliError(f'"{key}" is not a valid key name: it consists of letters, digits, "-", "_" and "."')
    if key in found:
        raise CliError(f'cannot add key "{key}", another key by that name already exists')
    found[key] = value
