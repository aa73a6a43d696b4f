"""How often one address may show bearer tokens that are no good.

Guessing tokens must be slow, and forged ones must not cost more than looking at them. Who shares the address of
somebody who guesses must not suffer: a token that has been good before is always looked at, whoever else has failed,
and a new one is only put off (429 with Retry-After, upon which clients try again), never refused for good.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

from pykube.aio.clock import Clock
from pykube.errors import Details, TooManyRequests

from .expiring_cache import ExpiringCache

BURST = 100.0
"""Failures that one address may have at once."""
PER_SECOND = 5.0
"""Failures that one address may have for long."""
MAX_ADDRESSES = 10_000
MAX_GOOD = 16_384
GOOD_SECONDS = 3600.0
"""How long a token that was good is let through without asking for the failures of others."""
RETRY_AFTER = 1


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class FailureLimit:
    """Counts failures by address. Not for callers with certificates or on local sockets, who cannot guess."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._good: ExpiringCache[int, bool] = ExpiringCache(MAX_GOOD, clock)

    def check(self, address: str, token: str) -> None:
        """Called before the token is looked at.

        Raises:
            TooManyRequests: too many from this address were no good, and this one is not known.
        """
        bucket = self._buckets.get(_network(address))
        if bucket is None or self._refilled(bucket) >= 1 or self._good.get(hash(token)):
            return
        raise TooManyRequests(
            "too many failed authentications from this address, please try again later",
            Details(retry_after_seconds=RETRY_AFTER),
        )

    def failed(self, address: str) -> None:
        """A token from this address was no good."""
        network = _network(address)
        bucket = self._buckets.get(network)
        if bucket is None:
            bucket = self._buckets[network] = _Bucket(BURST, self._clock.monotonic())
            if len(self._buckets) > MAX_ADDRESSES:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(network)
        bucket.left = max(self._refilled(bucket) - 1, 0)

    def succeeded(self, token: str) -> None:
        """The token was good."""
        key = hash(token)  # keyed by this process, and only opens the way to being looked at
        if self._good.get(key) is None:
            self._good.put(key, True, GOOD_SECONDS)

    def _refilled(self, bucket: _Bucket) -> float:
        now = self._clock.monotonic()
        bucket.left = min(BURST, bucket.left + (now - bucket.at) * PER_SECOND)
        bucket.at = now
        return bucket.left


def _network(address: str) -> str:
    """Who is counted together: an IPv4 address, or the /64 in which one host may take any IPv6 address."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
