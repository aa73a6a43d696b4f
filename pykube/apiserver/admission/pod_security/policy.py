"""The labels of a namespace: how strict it is with pods, in the wording of which version, and what follows (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from pykube.api.field_errors import FieldError, Path, invalid_value

PREFIX = "pod-security.kubernetes.io/"
MODES = ("enforce", "audit", "warn")
_LABELS = Path("metadata").child("labels")
_VERSION = re.compile(r"v1\.(0|[1-9][0-9]*)")


class Level(IntEnum):
    """How strict; a higher one is stricter."""

    PRIVILEGED = 0
    BASELINE = 1
    RESTRICTED = 2


_LEVELS = {level.name.lower(): level for level in Level}

LATEST = 1 << 30
"""The version that is newer than all others."""


class Standard(NamedTuple):
    """A level as a minor version of Kubernetes defines it; written ``restricted:v1.29``."""

    level: Level = Level.PRIVILEGED
    version: int = LATEST

    def __str__(self) -> str:
        return f"{self.level.name.lower()}:{'latest' if self.version == LATEST else f'v1.{self.version}'}"

    def same(self, other: Standard) -> bool:
        """Whether it asks for the same."""
        return self == other or self.level is other.level is Level.PRIVILEGED


_ALL = Standard()


@dataclass(frozen=True, slots=True)
class Policy:
    """Violations of `enforce` are refused, of `audit` noted in the audit log, of `warn` told to the client."""

    enforce: Standard = _ALL
    audit: Standard = _ALL
    warn: Standard = _ALL

    @property
    def allows_everything(self) -> bool:
        """Whether nothing needs to be looked at."""
        return not (self.enforce.level or self.audit.level or self.warn.level)

    def same(self, other: Policy) -> bool:
        """Whether it asks for the same."""
        return all(getattr(self, mode).same(getattr(other, mode)) for mode in MODES)


ANYTHING = Policy()


def policy_of(labels: Mapping[str, str], defaults: Policy = ANYTHING) -> tuple[Policy, list[FieldError]]:
    """The policy that labels ask for and what is wrong with them.

    Where a label is wrong enforcement is as strict as can be, and the other two modes do nothing. A client is warned
    of what is enforced at least, unless it says otherwise.
    """
    if not any(label.startswith(PREFIX) for label in labels):
        return defaults, []
    found: list[FieldError] = []
    policy = defaults
    for mode in MODES:
        level = _level(labels, mode, getattr(policy, mode).level, found)
        version = _version(labels, mode, getattr(policy, mode).version, found)
        policy = replace(policy, **{mode: Standard(level, version)})
    told = labels.get(f"{PREFIX}enforce") in _LEVELS and f"{PREFIX}warn" not in labels
    if told and policy.enforce.level > policy.warn.level:
        version = policy.warn.version if f"{PREFIX}warn-version" in labels else policy.enforce.version
        policy = replace(policy, warn=Standard(policy.enforce.level, version))
    return policy, found


def _level(labels: Mapping[str, str], mode: str, default: Level, found: list[FieldError]) -> Level:
    text = labels.get(label := f"{PREFIX}{mode}")
    if text is None:
        return default
    if (level := _LEVELS.get(text)) is not None:
        return level
    found.append(invalid_value(_LABELS.key(label), text, f"must be one of {', '.join(_LEVELS)}"))
    return Level.RESTRICTED if mode == "enforce" else Level.PRIVILEGED


def _version(labels: Mapping[str, str], mode: str, default: int, found: list[FieldError]) -> int:
    text = labels.get(label := f"{PREFIX}{mode}-version")
    if text is None:
        return default
    if (match := _VERSION.fullmatch(text)) is not None:
        return min(int(match[1]), LATEST - 1)
    if text != "latest":
        found.append(invalid_value(_LABELS.key(label), text, 'must be "latest" or "v1.x"'))
    return LATEST
