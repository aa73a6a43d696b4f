"""Whatever a client asks in the query of a read or a watch: an answer, soon."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api import scheme
from pykube.api.scheme import Resource

from .profile import thorough
from .server import Server

_KINDS = [
    pytest.param(scheme.by_kind(*key), id=key[1])
    for key in (
        ("v1", "ConfigMap"),
        ("v1", "Pod"),
        ("v1", "Node"),
        ("events.k8s.io/v1", "Event"),
        ("autoscaling/v1", "HorizontalPodAutoscaler"),
    )
]
_TOKENS = (
    "",
    "x",
    "e30",
    "bnVsbA",
    "W10",
    "////",
    "=",
    "%00",
    "é",
    "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0",
    "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiLi4vLi4vYVx1MDAwMCJ9",
    "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTk5OTk5OTk5OTk5OTk5OTk5LCJzdGFydCI6ImEifQ",
    "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJcdWQ4MDAifQ",
)
_NUMBERS = ("", "0", "1", "-1", "2", "x", "1.5", "9" * 18, "9" * 19, "9" * 30, "٣", "+1", " 1", "0x1", "1e3", "1_0")
_LABELS = (
    "",
    "a",
    "!a",
    "a=b",
    "a==b",
    "a!=b",
    "a in (b)",
    "a notin (b,c)",
    "a in ()",
    "a in (",
    "a>1",
    "a<x",
    ",",
    "a,,b",
    "=",
    "a in b",
    "a in (b",
    "x/y/z=a",
    "A_B.c-d=e",
    "a=b=c",
    "a=" + "x" * 64,
    "é=ü",
    "\x00",
    "a in (,)",
    "a in (b,,c)",
    "!",
    "!a=b",
    "a exists",
    "a=,b=",
    "(a)",
    "in in (in)",
    "notin notin (notin)",
    "a >1",
    "a" * 400,
    "a gt 1",
    "a=b,a!=b",
    "'a'=b",
    "\ufeffa",
)
_FIELDS = (
    "",
    "metadata.name=a",
    "metadata.name!=a",
    "metadata.namespace=default",
    "status.phase=Running",
    "spec.nodeName=",
    "x=y",
    "=",
    "a",
    "metadata.name",
    "metadata.name==a",
    "metadata.name=a,metadata.name=b",
    "metadata.name=\\,",
    "metadata.name=\\",
    "metadata.name=\\x",
    ",",
    "metadata.name=a=b",
    "!metadata.name",
    "metadata.name in (a)",
    "spec.unschedulable=true",
    "involvedObject.name=x",
    "reason=x",
    "metadata.name=" + "x" * 5000,
    "metadata.name=\x00",
    "metadata.namespace=other",
)
_BOOLS = ("", "true", "false", "1", "0", "x", "TRUE", "T")
_PARAMETERS: dict[str, tuple[str, ...]] = {
    "limit": _NUMBERS,
    "continue": _TOKENS,
    "labelSelector": _LABELS,
    "fieldSelector": _FIELDS,
    # States that are still to come are waited for, for as long as upstream does; they have a test of their own.
    "resourceVersion": tuple(number for number in _NUMBERS if not number.startswith("9")),
    "resourceVersionMatch": ("", "Exact", "NotOlderThan", "x"),
    "sendInitialEvents": _BOOLS,
    "allowWatchBookmarks": _BOOLS,
    "pretty": _BOOLS,
    "includeObject": ("None", "Metadata", "Object", "x", ""),
}
_ACCEPT = (
    "application/json",
    "*/*",
    "application/json;as=Table;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    "application/json;as=x;v=v1;g=meta.k8s.io",
    "",
    ";;;",
    "a/b;q=x",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/cbor",
    "text/html, application/json;q=0.9",
    "application/json;as=Table;v=v9;g=meta.k8s.io,application/json;stream=watch",
    "application/cbor-seq,application/json",
)


@st.composite
def _queries(draw: st.DrawFn) -> dict[str, str]:
    names = draw(st.lists(st.sampled_from(sorted(_PARAMETERS)), max_size=4, unique=True))
    return {name: draw(st.sampled_from(_PARAMETERS[name])) for name in names}


@pytest.mark.parametrize("resource", _KINDS)
@pytest.mark.parametrize("everywhere", [False, True], ids=["namespace", "all"])
def test_lists(server: Server, resource: Resource, everywhere: bool) -> None:
    @thorough
    @given(_queries(), st.sampled_from(_ACCEPT))
    def law(query: dict[str, str], accept: str) -> None:
        path = resource.path("" if everywhere else "default")
        answer = server.call("GET", f"{path}?{urlencode(query)}", Accept=accept)
        if answer.status == 200 and accept == "application/json":
            doc: dict[str, Any] = answer.doc
            assert doc["kind"] == f"{resource.kind}List"
            assert all(item["metadata"]["name"] for item in doc["items"])

    law()


@pytest.mark.parametrize("resource", _KINDS)
def test_watches(server: Server, resource: Resource) -> None:
    @thorough
    @given(_queries(), st.sampled_from(_ACCEPT))
    def law(query: dict[str, str], accept: str) -> None:
        asked = urlencode({**query, "watch": "1", "timeoutSeconds": "1"})
        server.watch(f"{resource.path('default')}?{asked}", Accept=accept)

    law()


@thorough
@given(_queries(), st.sampled_from(_ACCEPT))
def test_gets(server: Server, query: dict[str, str], accept: str) -> None:
    answer = server.call("GET", f"/api/v1/namespaces/default?{urlencode(query)}", Accept=accept)
    assert answer.status in (200, 400, 406), answer.body


@thorough
@given(_queries())
def test_deletions_of_collections(server: Server, query: dict[str, str]) -> None:
    server.write("DELETE", f"/api/v1/namespaces/default/configmaps?{urlencode({**query, 'dryRun': 'All'})}")


@pytest.mark.parametrize("version", ["9" * 18, "9" * 19, "9" * 30, "9" * 5000])
def test_a_state_that_never_comes(server: Server, version: str) -> None:
    """Not waited for longer than upstream does, and then told as upstream tells it."""
    answer = server.ask("GET", f"/api/v1/namespaces/default/configmaps?resourceVersion={version}")
    assert answer.status in (400, 504), answer.body


def test_timeouts_of_watches(server: Server) -> None:
    for text in _NUMBERS:
        server.watch(f"/api/v1/namespaces/default/configmaps?{urlencode({'watch': '1', 'timeoutSeconds': text})}")


_SEGMENTS = (
    "api",
    "apis",
    "v1",
    "apps",
    "namespaces",
    "default",
    "pods",
    "x",
    "status",
    "%2e%2e",
    "%00",
    "%FF",
    "é",
    "",
    "watch",
    "scale",
    "log",
    "proxy",
    "eviction",
    "..",
    "%2F",
    ";",
    "a" * 300,
)


@thorough
@given(
    st.lists(st.sampled_from(_SEGMENTS), max_size=8),
    st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "FOO")),
)
def test_paths(server: Server, segments: list[str], method: str) -> None:
    path = "/" + "/".join(segments)
    if "watch" in segments:
        path += "?timeoutSeconds=1"
    server.watch(path) if method == "GET" and "watch" in segments else server.probe(method, path)
