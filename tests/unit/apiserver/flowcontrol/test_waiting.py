"""How long requests may wait."""

import pytest

from pykube.apiserver.flowcontrol.waiting import duration, limit
from pykube.apiserver.request import parse


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10.0),
        ("1m30s", 90.0),
        ("1.5h", 5400.0),
        ("250ms", 0.25),
        (".5s", 0.5),
        ("0", 0.0),
        ("+2s", 2.0),
        ("", None),
        ("10", None),
        ("s", None),
        ("-5s", None),
        ("1s 2s", None),
        ("ten seconds", None),
    ],
)
def test_durations_as_go_writes_them(text, seconds):
    assert duration(text) == (pytest.approx(seconds) if seconds is not None else None)


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        ("", 15.0),
        ("?timeout=20s", 5.0),
        ("?timeout=0s", 15.0),
        ("?timeout=10h", 15.0),
        ("?timeout=junk", 15.0),
        ("?timeout=20s&watch=1", 15.0),
    ],
)
def test_a_quarter_of_what_the_client_gives(query, seconds):
    assert limit(parse("GET", f"/api/v1/pods{query}")) == seconds
