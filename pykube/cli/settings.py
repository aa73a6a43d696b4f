"""Flags and ``config.yaml`` into a settings dataclass.

Names, defaults and help come from the dataclass itself (the text below a field is its help), so that a setting is
written down once.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

import click
import yaml

from ..api.schema import camel
from ..config import CONFIG_DIR, Network

T = TypeVar("T")
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def options(cls: type[Any]) -> Decorator:
    """A decorator that gives a command one flag per field of the settings dataclass `cls`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for field, kind, text in reversed(list(_fields(cls))):
            flag = "--" + field.name.replace("_", "-")
            if kind is bool:
                flag = f"{flag}/--no-{flag[2:]}"
            shown = f"{text} Default: {_default(field)}"
            command = click.option(
                flag,
                field.name,
                default=None,
                type=_click_type(kind),
                multiple=kind is tuple,
                help=shown,
            )(command)
        return click.option(
            "--config",
            type=click.Path(path_type=Path),
            default=CONFIG_DIR / "config.yaml",
            help=f"Settings file; flags win over it. Default: {CONFIG_DIR / 'config.yaml'}",
        )(command)

    return decorate


def load(cls: type[T], section: str, path: Path, flags: Mapping[str, Any]) -> T:
    """The settings of `cls`: flags, else the file's `section`, else defaults.

    Raises:
        click.ClickException: the file cannot be read, or names a setting that does not exist or has the wrong type.
    """
    written = _read(path)
    network = _section(written, "network", path)
    values = {**_section(written, section, path), **network}
    chosen: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    known: set[str] = set()
    for field, kind, _ in _fields(cls):
        name = camel(field.name)
        known.add(name)
        flag = flags.get(field.name)
        given = flag if flag not in (None, ()) else values.get(name)
        if given is None:
            continue
        target = inner if field.name in _network_names() else chosen
        target[field.name] = _typed(given, kind, f"{path}: {section}.{name}")
    if unknown := sorted(set(values) - known):
        raise click.ClickException(
            f"{path}: unknown setting {section}.{unknown[0]}; known are: {', '.join(sorted(known))}"
        )
    if inner:
        chosen["network"] = Network(**inner)
    return cls(**chosen)


def _network_names() -> set[str]:
    return {field.name for field in dataclasses.fields(Network)}


def _fields(cls: type[Any]) -> Iterator[tuple[dataclasses.Field[Any], Any, str]]:
    """Each field with its plain type and its text; those of `Network` in place of ``network``."""
    hints = get_type_hints(cls)
    texts = _texts(cls)
    for field in dataclasses.fields(cls):
        if hints[field.name] is Network:
            yield from _fields(Network)
            continue
        yield field, _plain(hints[field.name]), texts.get(field.name, "")


def _plain(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        hint = get_args(hint)[0]
    return getattr(hint, "__origin__", hint)


def _texts(cls: type[Any]) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(text.value.value).split()).replace("``", "")
    return found


def _default(field: dataclasses.Field[Any]) -> str:
    value = field.default
    return "none" if value in ("", ()) else str(value)


def _click_type(kind: Any) -> Any:
    return {int: int, bool: bool, Path: click.Path(path_type=Path)}.get(kind, str)


def _typed(value: Any, kind: Any, where: str) -> Any:
    try:
        if kind is tuple:
            return tuple(str(item) for item in ([value] if isinstance(value, str) else value))
        if kind is bool and not isinstance(value, bool):
            raise TypeError
        return kind(value)
    except (TypeError, ValueError) as error:
        raise click.ClickException(f"{where}: {value!r} is no {kind.__name__}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from error
    try:
        found = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except yaml.YAMLError as error:
        raise click.ClickException(f"{path} is no YAML: {error}") from error
    if not isinstance(found, dict):
        raise click.ClickException(f"{path}: settings stand under 'server:', 'agent:' and 'network:'")
    return found


def _section(written: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    found = written.get(name) or {}
    if not isinstance(found, dict):
        raise click.ClickException(f"{path}: {name}: is not a list of settings")
    return found
