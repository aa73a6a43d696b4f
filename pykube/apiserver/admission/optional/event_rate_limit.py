"""EventRateLimit: who reports too much is held back, so that the store is not filled with Events.

Source: eventratelimit.admission.k8s.io/v1alpha1.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pykube.aio.clock import Clock
from pykube.api import core_v1
from pykube.errors import TooManyRequests

from ...write import Operation, Write

CACHE_SIZE = 4096
"""How many keys of a limit are remembered, unless it says how many."""

_GROUP = "eventratelimit.admission.k8s.io"


def _source_and_object(write: Write) -> str:
    event: core_v1.Event = write.object
    source, about = event.source, event.involved_object
    return "".join(
        (source.component, source.host, about.kind, about.namespace, about.name, about.uid, about.api_version)
    )


_KEYS: Mapping[str, Callable[[Write], str]] = {
    "Server": lambda write: "",
    "Namespace": lambda write: write.namespace,
    "User": lambda write: write.user.name,
    "SourceAndObject": _source_and_object,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many Events a second, and `burst` at once, for each key of a type."""

    type: str
    qps: int
    burst: int
    cache_size: int = CACHE_SIZE


class EventRateLimit:
    """The admission plugin; every limit has its say."""

    name: ClassVar = "EventRateLimit"

    def __init__(self, limits: Sequence[Limit], clock: Clock) -> None:
        self._limits = [(limit, _Buckets(limit)) for limit in limits]
        self._clock = clock

    async def __call__(self, write: Write) -> None:
        """Count an Event that is written.

        Raises:
            TooManyRequests: it is one too many.
        """
        if write.operation not in (Operation.CREATE, Operation.UPDATE) or write.dry_run or not write.is_for("events"):
            return
        now = self._clock.monotonic()
        reached = []
        for limit, buckets in self._limits:
            key = _KEYS[limit.type](write)
            if not buckets.take(key, now):
                reached.append(f"limit reached on type {limit.type} for key {key}")
        if reached:
            text = reached[0] if len(reached) == 1 else f"[{', '.join(reached)}]"
            raise TooManyRequests(f"Too many requests: {text}")


class _Buckets:
    """A bucket of tokens for each key, the longest unused of which are forgotten."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._found: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Tokens, and the second when they were counted."""

    def take(self, key: str, now: float) -> bool:
        """Take one token, if there is one."""
        limit = self._limit
        tokens, counted = self._found.pop(key, (float(limit.burst), now))
        tokens = min(limit.burst, tokens + (now - counted) * limit.qps)
        enough = tokens >= 1
        self._found[key] = (tokens - 1 if enough else tokens, now)
        while len(self._found) > limit.cache_size:
            self._found.popitem(last=False)
        return enough


def limits_of(configuration: Any) -> list[Limit]:
    """The limits in the plugin's part of an AdmissionConfiguration.

    Raises:
        ValueError: it makes no sense.
    """
    doc = configuration if isinstance(configuration, dict) else {}
    if doc and not str(doc.get("apiVersion", "")).startswith(f"{_GROUP}/"):
        raise ValueError(f"the configuration of EventRateLimit must be a Configuration of {_GROUP}")
    found = [_limit(number, entry) for number, entry in enumerate(doc.get("limits") or ())]
    if not found:
        raise ValueError("EventRateLimit: limits: Invalid value: [], must not be empty")
    return found


def _limit(number: int, entry: Mapping[str, Any]) -> Limit:
    where = f"EventRateLimit: limits[{number}]"
    if entry.get("type") not in _KEYS:
        supported = ", ".join(f'"{each}"' for each in _KEYS)
        raise ValueError(f'{where}.type: Unsupported value: "{entry.get("type", "")}": supported values: {supported}')
    for field in ("qps", "burst"):
        if not isinstance(entry.get(field), int) or entry[field] <= 0:
            raise ValueError(f"{where}.{field}: Invalid value: {entry.get(field, 0)}: must be positive")
    size = entry.get("cacheSize") or CACHE_SIZE
    if not isinstance(size, int) or size < 0:
        raise ValueError(f"{where}.cacheSize: Invalid value: {size}: must not be negative")
    return Limit(entry["type"], entry["qps"], entry["burst"], size)
