from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pykube.client.lines import LineSplitter


def test_lines_span_chunks_and_chunks_hold_lines() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b'{"a":') == []
    assert splitter.unfinished
    assert splitter.feed(b"1}\n{}\n{") == [b'{"a":1}', b"{}"]
    assert splitter.feed(b"}\n") == [b"{}"]
    assert not splitter.unfinished


def test_a_line_may_be_megabytes_long() -> None:
    splitter = LineSplitter()
    for _ in range(64):
        assert splitter.feed(b"x" * (1 << 16)) == []
    assert [len(line) for line in splitter.feed(b"\n")] == [1 << 22]


@given(st.lists(st.binary(max_size=8).map(lambda data: data.replace(b"x", b"\n"))))
def test_the_lines_do_not_depend_on_where_chunks_end(chunks: list[bytes]) -> None:
    splitter = LineSplitter()
    found = [line for chunk in [*chunks, b"\n"] for line in splitter.feed(chunk)]
    assert found == [line for line in b"".join([*chunks, b"\n"]).split(b"\n") if line]
