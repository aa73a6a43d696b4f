"""What a check is, what it looks at, and how it words what it finds (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pykube.api import core_v1

from .policy import Level

AnyContainer = core_v1.Container | core_v1.EphemeralContainer


@dataclass(frozen=True, slots=True)
class Subject:
    """A pod, or what a template would make one."""

    annotations: Mapping[str, str]
    spec: core_v1.PodSpec

    def containers(self) -> Iterator[AnyContainer]:
        """All of them, in the order in which findings name them."""
        yield from self.spec.init_containers
        yield from self.spec.containers
        yield from self.spec.ephemeral_containers

    @property
    def for_windows(self) -> bool:
        """Whether it says that it is for Windows, where most settings mean nothing and cannot be set."""
        return self.spec.os is not None and self.spec.os.name == "windows"

    @property
    def in_user_namespace(self) -> bool:
        """Whether its root is nobody on the host (KEP-127)."""
        return self.spec.host_users is False


class Finding(NamedTuple):
    """What is wrong: in few words, and with the names and values."""

    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


Test = Callable[[Subject], Finding | None]


class Edition(NamedTuple):
    """A check as it is from minor version `since` on; it stands in for the checks in `instead_of`."""

    since: int
    test: Test
    instead_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of a level; `editions` from the oldest to the newest."""

    id: str
    level: Level
    editions: tuple[Edition, ...]

    def edition(self, version: int) -> Edition | None:
        """The rule in the wording of a version; None when it did not exist yet."""
        found = [edition for edition in self.editions if edition.since <= version]
        return found[-1] if found else None


@dataclass(slots=True)
class Setters:
    """Who set something that is not allowed: the pod itself or containers."""

    pod: bool = False
    containers: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.pod or bool(self.containers)

    def __str__(self) -> str:
        return " and ".join((["pod"] if self.pod else []) + ([named(self.containers)] if self.containers else []))


def except_for_windows(test: Test) -> Test:
    """The same, of pods for other systems."""
    return lambda subject: None if subject.for_windows else test(subject)


def except_in_user_namespaces(test: Test) -> Test:
    """The same, of pods whose users are the host's."""
    return lambda subject: None if subject.in_user_namespace else test(subject)


def quoted(names: Iterable[str]) -> str:
    """``"a", "b"``"""
    return ", ".join(f'"{name}"' for name in names)


def plural(word: str, number: int) -> str:
    """The word for that many things."""
    return word if number == 1 else f"{word}s"


def named(names: Sequence[str], word: str = "container") -> str:
    """``container "a"``, ``containers "a", "b"``"""
    return f"{plural(word, len(names))} {quoted(names)}"
