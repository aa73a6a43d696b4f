"""How many seats requests take."""

import pytest

from pykube.api import scheme
from pykube.apiserver.flowcontrol import width
from pykube.apiserver.flowcontrol.watch_count import WatchCount, key_of
from pykube.apiserver.progress import Progress
from pykube.apiserver.request import parse
from pykube.apiserver.watch_cache import WatchCache


class OneCache:
    """A registry of one resource."""

    def __init__(self, resource, count, size):
        self._resource = resource
        self._cache = WatchCache(resource, Progress())
        for number in range(count):
            name = f"x{number}"
            value = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%b","namespace":"a"},"data":{"k":"%b"}}'
            self._cache.put(f"{self._cache.prefix}a/{name}", value % (name.encode(), b"." * size), number + 1)

    def resource(self, group, version, plural):
        return self._resource if plural == self._resource.plural else None

    def cache(self, resource):
        return self._cache


@pytest.fixture(scope="module")
def registry():
    resource = scheme.by_plural("", "v1", "configmaps")
    return OneCache(resource, 100, 10_000)


@pytest.mark.parametrize(
    ("query", "widest", "expected"),
    [
        ("", 100, 10),
        ("", 3, 3),
        ("?limit=10", 100, 2),
        ("?limit=1", 100, 1),
        ("?limit=x", 100, 10),
        ("?limit=0", 100, 10),
        ("?limit=%C2%B2", 100, 10),
        (f"?limit={'9' * 5000}", 100, 10),
        ("?fieldSelector=metadata.name%3Dx1", 100, 1),
        ("?watch=1", 100, 10),
        ("?watch=1&resourceVersion=0", 100, 10),
        ("?watch=1&resourceVersion=7", 100, 1),
        ("?watch=1&resourceVersion=7&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", 100, 10),
    ],
)
def test_lists_by_their_bytes(registry, query, widest, expected):
    info = parse("GET", f"/api/v1/configmaps{query}")
    assert width.of_list(registry, info, widest) == expected


def test_what_is_not_known_takes_one_seat(registry):
    assert width.of_list(registry, parse("GET", "/apis/x.example/v1/things"), 100) == 1


@pytest.mark.parametrize(
    ("concerned", "widest", "seats", "seconds"),
    [
        (0, 10, 0, 0.0),
        (9, 10, 0, 0.0),
        (10, 10, 1, 0.005),
        (95, 10, 10, 0.005),
        (1000, 10, 10, 0.05),
        (100, 2, 2, 0.025),
    ],
)
def test_writes_by_their_watchers(concerned, widest, seats, seconds):
    found = width.of_write(concerned, widest)
    assert found == (seats, pytest.approx(seconds))


def counted(*paths):
    count = WatchCount()
    for path in paths:
        key = key_of(parse("GET", path))
        if key is not None:
            count.add(key)
    return count


def test_watches_that_see_a_write_are_counted():
    count = counted(
        "/api/v1/pods?watch=1",
        "/api/v1/namespaces/a/pods?watch=1",
        "/api/v1/namespaces/a/pods?watch=1&fieldSelector=metadata.name%3Dx",
        "/api/v1/namespaces/b/pods?watch=1",
        "/api/v1/secrets?watch=1",
        "/apis/apps/v1/deployments?watch=1",
    )
    assert count.concerned(parse("PUT", "/api/v1/namespaces/a/pods/x")) == 3
    assert count.concerned(parse("PUT", "/api/v1/namespaces/a/pods/y")) == 2
    assert count.concerned(parse("POST", "/api/v1/namespaces/b/pods")) == 2
    assert count.concerned(parse("POST", "/api/v1/namespaces/c/configmaps")) == 0


def test_the_pods_of_one_node_are_few():
    count = counted(
        "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1", "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3D"
    )
    assert count.concerned(parse("POST", "/api/v1/namespaces/a/pods")) == 1


def test_a_token_makes_no_event():
    count = counted("/api/v1/serviceaccounts?watch=1")
    assert count.concerned(parse("POST", "/api/v1/namespaces/a/serviceaccounts/x/token")) == 0
    assert count.concerned(parse("PUT", "/api/v1/namespaces/a/serviceaccounts/x")) == 1
