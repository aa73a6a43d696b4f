"""What the cache holds, how it is found, and what followers are told."""

import pytest

from pykube import errors
from pykube.api import core_v1, scheme
from pykube.apiserver import watch_history
from pykube.apiserver.progress import Progress
from pykube.apiserver.watch_cache import WatchCache, restamp, stamp, unstamp

POD = (
    b'{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%b","namespace":"%b","labels":{"app":"%b"}},'
    b'"spec":{"nodeName":"%b"}}'
)


def pod(name, namespace="a", app="x", node=""):
    return POD % (name.encode(), namespace.encode(), app.encode(), node.encode())


@pytest.fixture
def cache():
    return WatchCache(scheme.resource_of(core_v1.Pod), Progress())


def put(cache, name, revision, namespace="a", **more):
    cache.put(f"/registry/pods/{namespace}/{name}", pod(name, namespace, **more), revision)
    cache.progress.advance(revision)


def names(found):
    return [cached.name for cached in found]


def test_the_resource_version_is_in_the_bytes(cache):
    put(cache, "p", 7)
    assert b'"metadata":{"resourceVersion":"7","name":"p"' in cache.find("a", "p").data


def test_stamps_come_off_again():
    value = pod("p")
    assert unstamp(stamp(value, 7), 7) == value
    assert restamp(stamp(value, 7), 7, 12) == stamp(value, 12)


def test_a_namespace_is_a_range_of_keys(cache):
    for position, (namespace, name) in enumerate([("b", "1"), ("a", "2"), ("ab", "3"), ("a", "1")], start=1):
        put(cache, name, position, namespace)
    assert names(cache.snapshot("a")) == ["1", "2"]
    assert [cached.namespace for cached in cache.snapshot()] == ["a", "a", "ab", "b"]


def test_labels_are_indexed(cache):
    put(cache, "p", 1, app="x")
    put(cache, "q", 2, app="y")
    put(cache, "q", 3, app="x")
    put(cache, "r", 4, app="x")
    cache.remove("/registry/pods/a/r", 5)
    assert names(cache.snapshot(labels={"app": "x"})) == ["p", "q"]
    assert names(cache.snapshot(labels={"app": "y"})) == []


def test_fields_are_extracted(cache):
    put(cache, "p", 1, node="n1")
    assert cache.find("a", "p").fields["spec.nodeName"] == "n1"


def test_followers_hear_the_present_and_then_each_change(cache):
    put(cache, "p", 1)
    heard = []
    unsubscribe = cache.subscribe(lambda event: heard.append((event.type, event.object.name, event.revision)))
    put(cache, "p", 2)
    cache.remove("/registry/pods/a/p", 3)
    unsubscribe()
    put(cache, "q", 4)
    assert heard == [("ADDED", "p", 1), ("MODIFIED", "p", 2), ("DELETED", "p", 3)]


def test_followers_of_a_namespace_hear_nothing_else(cache):
    heard = []
    cache.attach(lambda event: heard.append(event.object.name), namespace="b")
    put(cache, "p", 1, "a")
    put(cache, "q", 2, "b")
    assert heard == ["q"]


def test_a_deletion_carries_its_own_revision(cache):
    put(cache, "p", 1)
    events = []
    cache.attach(events.append)
    cache.remove("/registry/pods/a/p", 9)
    assert b'"resourceVersion":"9"' in events[0].frame()


def test_frames_are_made_once(cache):
    events = []
    cache.attach(events.append)
    put(cache, "p", 1)
    assert events[0].frame() is events[0].frame()
    assert events[0].frame().startswith(b'{"type":"ADDED","object":{')


def test_leaving_a_selection_shows_the_state_before(cache):
    put(cache, "p", 1, app="x")
    events = []
    cache.attach(events.append)
    put(cache, "p", 2, app="y")
    frame = events[0].frame("DELETED")
    assert b'"app":"x"' in frame
    assert b'"resourceVersion":"2"' in frame


def test_history_is_kept_from_the_beginning_on(cache):
    cache.begin(5)
    put(cache, "p", 6)
    put(cache, "p", 7)
    assert [event.revision for event in cache.since(5)] == [6, 7]
    assert [event.revision for event in cache.since(6)] == [7]
    assert not cache.since(7)
    with pytest.raises(errors.Expired, match=r"too old resource version: 4 \(5\)"):
        cache.since(4)


def test_history_is_bounded(cache, monkeypatch):
    monkeypatch.setattr(watch_history, "MAX_EVENTS", 2)
    for revision in range(1, 5):
        put(cache, "p", revision)
    assert [event.revision for event in cache.since(2)] == [3, 4]
    with pytest.raises(errors.Expired):
        cache.since(1)
