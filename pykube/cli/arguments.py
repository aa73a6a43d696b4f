"""What objects a command line names: ``pods,svc``, ``deployment web api``, ``pod/a svc/b``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .failures import CliError
from .kinds import Kind, Kinds

_FORM = (
    "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Objects of one kind; no names: all of them."""

    kind: Kind
    names: tuple[str, ...] = ()


def parse(kinds: Kinds, words: Sequence[str], *, verb: str) -> list[Asked]:
    """The objects that `words` name, in their order.

    Raises:
        CliError: the words make no sense together, or the server has no such resource.
    """
    if not words:
        raise CliError(
            f"You must specify the type of resource to {verb}, such as pods or deployments. "
            f"See 'pykube {verb} --help' for examples."
        )
    if any("/" in word for word in words):
        return _pairs(kinds, words)
    types = [word for word in words[0].split(",") if word]
    found = [kind for word in types for kind in kinds.matching(word)]
    names = tuple(words[1:])
    return [Asked(kind, names) for kind in dict.fromkeys(found)]


def _pairs(kinds: Kinds, words: Sequence[str]) -> list[Asked]:
    found: list[Asked] = []
    for word in words:
        kind, slash, name = word.partition("/")
        if not slash:
            raise CliError(f"{_FORM} (e.g. '{_example(words)}' instead of '{' '.join(words)}')")
        if not kind or not name or "/" in name:
            raise CliError(f"arguments in resource/name form must have a single resource and name, not {word!r}")
        found.append(Asked(kinds.find(kind), (name,)))
    return found


def _example(words: Sequence[str]) -> str:
    return next(word for word in words if "/" in word)


def check_selection(
    asked: Sequence[Asked], *, label_selector: str = "", field_selector: str = "", everywhere: bool = False
) -> None:
    """Names exclude selectors and --all-namespaces.

    Raises:
        CliError: they are given together.
    """
    named = [one for one in asked if one.names]
    if not named:
        return
    if label_selector or field_selector:
        raise CliError("name cannot be provided when a selector is specified")
    if everywhere and any(one.kind.namespaced for one in named):
        raise CliError("a resource cannot be retrieved by name across all namespaces")


_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "ms": 0.001}


def seconds(text: str) -> float:
    """A duration such as ``90s``, ``1h30m`` or ``5``, in seconds.

    Raises:
        CliError: it is none.
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise CliError(f'"{text}" is no duration: write 30s, 5m or 1h30m')
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
