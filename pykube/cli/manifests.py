"""Objects written in files, folders and on standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml

from . import yaml_text
from .failures import CliError, one_line
from .kinds import Kind, Kinds

F = TypeVar("F", bound=Callable[..., Any])

SUFFIXES = (".yaml", ".yml", ".json")
"""Files that are read in folders."""

STDIN = "STDIN"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object as written, and where."""

    document: dict[str, Any]
    source: str

    @property
    def api_version(self) -> str:
        return str(self.document["apiVersion"])

    @property
    def kind(self) -> str:
        return str(self.document["kind"])

    @property
    def metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["metadata"]
        return found

    @property
    def name(self) -> str:
        return str(self.metadata.get("name") or "")

    def kind_at(self, kinds: Kinds) -> Kind:
        """The server's resource for it.

        Raises:
            CliError: the server has none.
        """
        found = kinds.of_object(self.api_version, self.kind)
        if found is None:
            raise CliError(
                f'resource mapping not found for name: "{self.name}" '
                f'namespace: "{self.metadata.get("namespace") or ""}" from "{self.source}": '
                f'no matches for kind "{self.kind}" in version "{self.api_version}"\n'
                "ensure CRDs are installed first"
            )
        return found

    def namespace(self, kind: Kind, default: str, *, enforced: bool = False) -> str:
        """Where it goes; `enforced`: `default` was asked for with -n.

        Raises:
            CliError: it says another namespace than was asked for.
        """
        if not kind.namespaced:
            return ""
        own = str(self.metadata.get("namespace") or "")
        if own and enforced and own != default:
            raise CliError(
                f'the namespace from the provided object "{own}" does not match the namespace "{default}". '
                f"You must pass '--namespace={own}' to perform this operation."
            )
        return own or default


def filename_options(function: F) -> F:
    """Give a command the flags -f and -R, as ``filenames`` and ``recursive``."""
    decorated: Any = click.option("-R", "--recursive", is_flag=True, help="Read folders below folders too.")(function)
    return click.option(  # type: ignore[no-any-return]
        "-f",
        "--filename",
        "filenames",
        multiple=True,
        metavar="FILE",
        type=click.Path(allow_dash=True),
        help="A file, a folder of .yaml, .yml and .json files, or - for standard input.",
    )(decorated)


def read_all(filenames: Sequence[str], *, recursive: bool = False) -> list[Manifest]:
    """The objects of all files, in the order in which they are written.

    Raises:
        CliError: a file does not exist or is malformed, or there is no object in any.
    """
    found = [
        manifest
        for path in _paths(filenames, recursive)
        for document in _documents(path)
        for manifest in _objects(document, STDIN if path == "-" else path)
    ]
    if not found:
        raise CliError("no objects passed: the files hold no Kubernetes objects")
    return found


def _paths(filenames: Sequence[str], recursive: bool) -> Iterator[str]:
    for name in filenames:
        path = Path(name)
        if name.startswith(("http://", "https://")):
            raise CliError(f"{name}: URLs are not read; fetch it first: curl -fsSL {name} | pykube apply -f -")
        if name == "-" or path.is_file() or path.is_fifo():
            yield name
        elif path.is_dir():
            below = path.rglob("*") if recursive else path.iterdir()
            files = sorted(str(file) for file in below if file.suffix in SUFFIXES and file.is_file())
            if not files:
                raise CliError(f"error reading {[name]}: recognized file extensions are {list(SUFFIXES)}")
            yield from files
        else:
            raise CliError(f'the path "{name}" does not exist')


def _documents(path: str) -> Iterator[Any]:
    shown = STDIN if path == "-" else path
    try:
        text = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        if path.endswith(".json"):
            yield from _json_stream(text.decode())
        else:
            yield from (document for document in yaml_text.load_all(text) if document is not None)
    except OSError as error:
        raise CliError(f"{path}: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise CliError(f"error parsing {shown}: error converting YAML to JSON: yaml: {line}{error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise CliError(f"error parsing {shown}: {one_line(str(error))}") from error


def _json_stream(text: str) -> Iterator[Any]:
    """JSON documents one after the other."""
    decoder, place = json.JSONDecoder(), 0
    while rest := text[place:].lstrip():
        document, used = decoder.raw_decode(rest)
        yield document
        place = len(text) - len(rest) + used


def _objects(document: Any, source: str) -> Iterator[Manifest]:
    if not isinstance(document, dict):
        raise CliError(f"error validating {source!r}: a Kubernetes object is a mapping, not {type(document).__name__}")
    for field in ("apiVersion", "kind"):
        if not isinstance(document.get(field), str) or not document[field]:
            raise CliError(f'error validating "{source}": error validating data: {field} not set')
    if document["kind"].endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _objects(item, source)
        return
    if not isinstance(document.get("metadata"), dict):
        document = {**document, "metadata": {}}
    yield Manifest(document, source)
