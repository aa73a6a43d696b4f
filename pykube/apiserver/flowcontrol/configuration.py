"""What the objects say, digested: levels with their seats and queues, and which request belongs where. Pure.

Both kinds are always digested together, as schemas refer to levels and all levels share one number of seats. A level
that is deleted while requests are in it stays until they are gone. The mandatory objects are there even when the API
has lost them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pykube.api import flowcontrol_bootstrap as bootstrap
from pykube.api import flowcontrol_v1 as v1

from ..authn.user import User
from ..request import RequestInfo
from . import shares
from .matching import Matcher, compiled
from .queues import QueueSet, Request
from .shares import Borrower, Limits, Share
from .shuffle import deal, flow_hash
from .tally import Tally

REMEMBERED = 4096
"""Kinds of requests whose flow is remembered; when there are more, remembering starts again."""

SCHEMA_HEADER = "X-Kubernetes-PF-FlowSchema-UID"
LEVEL_HEADER = "X-Kubernetes-PF-PriorityLevel-UID"


@dataclass(eq=False, slots=True)
class Level:
    """A priority level and the requests in it."""

    name: str
    uid: str
    share: Share
    queue_set: QueueSet
    queuing: v1.QueuingConfiguration | None
    limits: Limits = field(default_factory=Limits)
    current: int = 0
    """Seats it has until the next adjustment."""
    widest: int = 1
    """Seats that one request may take."""
    leaving: bool = False
    """Whether its object is gone, and it only drains."""

    @property
    def exempt(self) -> bool:
        return self.queue_set.exempt


@dataclass(eq=False, slots=True)
class Schema:
    """A FlowSchema that is in use."""

    name: str
    uid: str
    level: Level
    matches: Matcher
    distinguisher: str
    """ByUser, ByNamespace, or empty: all is one flow."""
    headers: Mapping[str, str]
    """What every answer to a request of it says."""
    tally: Tally


@dataclass(eq=False, slots=True)
class Flow:
    """Requests that queue as one; `hand` is empty where nothing queues."""

    schema: Schema
    level: Level
    distinguisher: str
    hand: tuple[int, ...]


class Configuration:
    """The levels and schemas in use; `total` seats are divided among the levels."""

    def __init__(self, total: int, now: float) -> None:
        self.total = total
        self.levels: dict[str, Level] = {}
        self.schemas: list[Schema] = []
        """In the order in which they are asked."""
        self.tallies: dict[tuple[str, str], Tally] = {}
        self._flows: dict[tuple[object, ...], Flow] = {}
        self.digest((), (), now)

    # Digesting

    def digest(
        self, schemas: Sequence[v1.FlowSchema], levels: Sequence[v1.PriorityLevelConfiguration], now: float
    ) -> Sequence[Request]:
        """Take on what the objects say; answers the waiting requests that begin by that."""
        wanted = {found.metadata.name: found for found in levels if _usable(found)}
        for name, found in bootstrap.MANDATORY_LEVELS.items():
            wanted.setdefault(name, found)
        before, self.levels = self.levels, {}
        for name, found in wanted.items():
            self.levels[name] = _renewed(before.pop(name, None), found, now)
        for name, left in before.items():
            if not left.queue_set.idle:
                left.leaving = True
                self.levels[name] = left
        self._use(schemas)
        self._share_out()
        return self._configure(now)

    def _use(self, found: Sequence[v1.FlowSchema]) -> None:
        """Take the schemas that name a level, in the order in which they are asked."""
        wanted = {schema.metadata.name: schema for schema in found if self._has_level(schema)}
        for name, schema in bootstrap.MANDATORY_SCHEMAS.items():
            wanted.setdefault(name, schema)
        self.schemas = [self._schema(wanted[name]) for name in sorted(wanted, key=lambda name: _order(wanted[name]))]
        self._catch_all = next(schema for schema in self.schemas if schema.name == bootstrap.CATCH_ALL)
        self._flows.clear()

    def _has_level(self, schema: v1.FlowSchema) -> bool:
        return self.has_level(schema.spec.priority_level_configuration.name)

    def has_level(self, name: str) -> bool:
        """Whether a schema may refer to a level of that name."""
        level = self.levels.get(name)
        return level is not None and not level.leaving

    def _schema(self, found: v1.FlowSchema) -> Schema:
        level = self.levels[found.spec.priority_level_configuration.name]
        name, uid, method = found.metadata.name, found.metadata.uid, found.spec.distinguisher_method
        return Schema(
            name,
            uid,
            level,
            compiled(found.spec.rules),
            method.type if method is not None else "",
            {SCHEMA_HEADER: uid, LEVEL_HEADER: level.uid},
            self.tallies.setdefault((level.name, name), Tally()),
        )

    # Seats

    def _share_out(self) -> None:
        everything = sum(level.share.shares for level in self.levels.values())
        for level in self.levels.values():
            level.limits = shares.limits(level.share, total=self.total, all_shares=everything)
            hand = level.queuing.hand_size if level.queuing is not None else 1
            level.widest = shares.widest_request(level.limits.nominal, hand)

    def adjust(self, now: float) -> Sequence[Request]:
        """Let levels borrow by what they wanted since the last time; answers the waiting requests that begin."""
        for name in [level.name for level in self.levels.values() if level.leaving and level.queue_set.idle]:
            del self.levels[name]
        for level in self.levels.values():
            level.queue_set.turn(now)
        return self._configure(now)

    def _configure(self, now: float) -> Sequence[Request]:
        levels = list(self.levels.values())
        borrowers = [Borrower(level.limits, level.queue_set.demand, exempt=level.exempt) for level in levels]
        started: list[Request] = []
        for level, seats in zip(levels, shares.current(borrowers), strict=True):
            level.current = seats
            queuing = level.queuing
            started += level.queue_set.configure(
                now,
                limit=seats,
                queues=queuing.queues if queuing is not None else 0,
                queue_length=queuing.queue_length_limit if queuing is not None else 0,
            )
        return started

    # Classifying

    def classify(self, user: User, info: RequestInfo) -> Flow:
        """The flow of a request."""
        if info.is_resource:
            key: tuple[object, ...] = (
                user.name,
                user.groups,
                info.verb,
                info.resource,
                info.subresource,
                info.namespace,
                info.group,
            )
        else:
            key = (user.name, user.groups, info.verb, info.path)
        flow = self._flows.get(key)
        if flow is None:
            if len(self._flows) >= REMEMBERED:
                self._flows.clear()
            flow = self._flows[key] = self._flow(user, info)
        return flow

    def _flow(self, user: User, info: RequestInfo) -> Flow:
        schema = next((found for found in self.schemas if found.matches(user, info)), self._catch_all)
        level, queuing = schema.level, schema.level.queuing
        if queuing is None or level.exempt:
            return Flow(schema, level, "", ())
        distinguisher = ""
        if queuing.queues > 1 and schema.distinguisher:
            distinguisher = user.name if schema.distinguisher == "ByUser" else info.namespace
        hand = deal(flow_hash(schema.name, distinguisher), deck=queuing.queues, hand=queuing.hand_size)
        return Flow(schema, level, distinguisher, hand)


def _usable(found: v1.PriorityLevelConfiguration) -> bool:
    """Whether an object makes sense; validation sees to that, unless somebody went round it."""
    spec = found.spec
    if spec.type == "Exempt":
        return found.metadata.name == bootstrap.EXEMPT
    if spec.limited is None or found.metadata.name == bootstrap.EXEMPT:
        return False
    response = spec.limited.limit_response
    return (response.type == "Queue") == (response.queuing is not None)


def _renewed(level: Level | None, found: v1.PriorityLevelConfiguration, now: float) -> Level:
    """The level of an object, with the requests that are in it already."""
    share, queuing = _share(found.spec), None
    if found.spec.limited is not None:
        queuing = found.spec.limited.limit_response.queuing
    if level is None:
        queue_set = QueueSet(now, exempt=found.spec.type == "Exempt")
        return Level(found.metadata.name, found.metadata.uid, share, queue_set, queuing)
    level.uid, level.share, level.queuing, level.leaving = found.metadata.uid, share, queuing, False
    return level


def _share(spec: v1.PriorityLevelConfigurationSpec) -> Share:
    if (limited := spec.limited) is not None:
        return Share(
            shares=limited.nominal_concurrency_shares or 0,
            lendable_percent=limited.lendable_percent or 0,
            borrowing_percent=limited.borrowing_limit_percent,
        )
    if (exempt := spec.exempt) is not None:
        return Share(shares=exempt.nominal_concurrency_shares or 0, lendable_percent=exempt.lendable_percent or 0)
    return Share(shares=0)


def _order(schema: v1.FlowSchema) -> tuple[int, str]:
    """Lower precedence numbers first; of equals, the name decides."""
    return schema.spec.matching_precedence, schema.metadata.name
