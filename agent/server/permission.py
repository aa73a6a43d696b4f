"""Whether a caller may use a path of the node API, asked of the API server as access to a sub-resource of the node.

The mapping of paths is the kubelet's (kubelet authorization, and KEP-2862 for the fine-grained sub-resources).
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.server.identity import MAX_CACHED, Caller, Reviewer
from pykube.aio.clock import Clock
from pykube.api.authorization_v1 import ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec
from pykube.errors import Forbidden

ALLOWED_TTL = 300.0
DENIED_TTL = 30.0
"""Seconds for which an answer is believed; the kubelet's defaults."""
MASTERS = "system:masters"

_VERBS = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_FINE = (("/pods", "pods"), ("/healthz", "healthz"), ("/configz", "configz"), ("/runningpods", "pods"))
_OWN = (
    ("/stats", "stats"),
    ("/metrics", "metrics"),
    ("/logs", "log"),
    ("/checkpoint", "checkpoint"),
    ("/statusz", "statusz"),
    ("/flagz", "configz"),
)


@dataclass(frozen=True, slots=True)
class Access:
    """What is asked for: one of `subresources` is enough."""

    verb: str
    subresources: tuple[str, ...]


def access_for(method: str, path: str) -> Access:
    """The access that a request needs."""
    fine = tuple(name for prefix, name in _FINE if _within(path, prefix))
    own = next((name for prefix, name in _OWN if _within(path, prefix)), "proxy")
    return Access(_VERBS.get(method, ""), (*fine, own))


def _within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


class Authorization:
    """Asks SubjectAccessReviews and remembers the answers for a while."""

    def __init__(self, reviewer: Reviewer, node_name: str, clock: Clock) -> None:
        self._reviewer = reviewer
        self._node_name = node_name
        self._clock = clock
        self._cache: dict[tuple[object, ...], tuple[float, bool]] = {}

    async def check(self, caller: Caller, method: str, path: str) -> None:
        """Return if the caller may.

        Raises:
            Forbidden: it may not.
        """
        if MASTERS in caller.groups:
            return
        access = access_for(method, path)
        for subresource in access.subresources:
            if await self._allowed(caller, access.verb, subresource):
                return
        listed = " ".join(access.subresources)
        raise Forbidden(
            f"Forbidden (user={caller.name}, verb={access.verb}, resource=nodes, subresource(s)=[{listed}])\n"
        )

    async def _allowed(self, caller: Caller, verb: str, subresource: str) -> bool:
        extra = tuple(sorted((name, tuple(values)) for name, values in caller.extra.items()))
        key = (caller.name, caller.uid, caller.groups, extra, verb, subresource)
        now = self._clock.monotonic()
        if (cached := self._cache.get(key)) and cached[0] > now:
            return cached[1]
        attributes = ResourceAttributes(
            verb=verb, version="v1", resource="nodes", subresource=subresource, name=self._node_name
        )
        spec = SubjectAccessReviewSpec(
            resource_attributes=attributes,
            user=caller.name,
            uid=caller.uid,
            groups=list(caller.groups),
            extra={name: list(values) for name, values in caller.extra.items()},
        )
        review = await self._reviewer.create(SubjectAccessReview(spec=spec))
        allowed = review.status.allowed
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[key] = (now + (ALLOWED_TTL if allowed else DENIED_TTL), allowed)
        return allowed
