"""From nothing to an API that answers, and to the first ServiceAccount."""

from __future__ import annotations

import statistics
import time
import urllib.error
from collections.abc import Iterator

from tests.bench.report import Figure
from tests.bench.server import running

RUNS = 3


def measure() -> Iterator[Figure]:
    ready, account = [], []
    for _ in range(RUNS):
        began = time.monotonic()
        with running() as server:
            ready.append(time.monotonic() - began)
            while True:
                try:
                    server.request("GET", "/api/v1/namespaces/default/serviceaccounts/default")
                    break
                except urllib.error.HTTPError:
                    time.sleep(0.01)
            account.append(time.monotonic() - began)
    yield Figure("start: nothing -> API ready", statistics.median(ready) * 1000, "ms", "1/3 of 3,900 ms")
    yield Figure(
        "start: nothing -> default ServiceAccount", statistics.median(account) * 1000, "ms", "1/4 of 10,300 ms"
    )
