"""Which changes are for a watch, and what happens to one that takes nothing."""

from pykube.api import core_v1, scheme, selectors
from pykube.apiserver import watcher as watchers
from pykube.apiserver.progress import Progress
from pykube.apiserver.selection import EVERYTHING, Selection
from pykube.apiserver.watch_cache import WatchCache
from pykube.apiserver.watcher import Watcher

KEY = "/registry/configmaps/a/c"


def put(cache, revision, **labels):
    text = ",".join(f'"{key}":"{value}"' for key, value in labels.items())
    cache.put(
        KEY, f'{{"kind":"ConfigMap","metadata":{{"name":"c","namespace":"a","labels":{{{text}}}}}}}'.encode(), revision
    )


def new_cache():
    return WatchCache(scheme.resource_of(core_v1.ConfigMap), Progress())


def types(frames):
    return [line.split(b'"')[3].decode() for line in frames.splitlines()]


def test_a_selector_turns_changes_into_coming_and_going():
    cache = new_cache()
    watcher = Watcher(Selection(selectors.parse_label_selector("x=1")))
    watcher.follow(cache, "")
    for revision, value in enumerate(["0", "1", "1", "0", "0", "1"], start=1):
        put(cache, revision, x=value, n=str(revision))
    cache.remove(KEY, 9)
    assert types(watcher.take()) == ["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"]


def test_all_watchers_share_one_frame():
    cache = new_cache()
    both = [Watcher(EVERYTHING), Watcher(EVERYTHING)]
    for watcher in both:
        watcher.follow(cache, "")
    put(cache, 1)
    assert both[0].take() is both[1].take()


def test_one_that_takes_nothing_is_cut(monkeypatch):
    monkeypatch.setattr(watchers, "MAX_PENDING", 300)
    cache = new_cache()
    cut = []
    slow, quick = Watcher(EVERYTHING, cut=lambda: cut.append(True)), Watcher(EVERYTHING)
    slow.follow(cache, "")
    quick.follow(cache, "")
    taken = b""
    for revision in range(1, 6):
        put(cache, revision)
        taken += quick.take()
    assert slow.overflowed
    assert cut == [True]
    assert slow.take() == b""
    assert len(types(taken)) == 5
