"""Bodies that are no documents at all: broken JSON, YAML bombs, protobuf noise, options that mean nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import values
from .profile import thorough
from .server import Server

_PATH = "/api/v1/namespaces/default/configmaps"
_PODS = "/api/v1/namespaces/default/pods"
_APPLY = "application/apply-patch+yaml"
_DOC = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"body"},"data":{"a":"b"}}'
_TYPES = (
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/cbor",
    "text/plain",
    "",
    "application/json; charset=utf-16",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    _APPLY,
)
_BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b",".join([b"*%c" % (name - 1)] * 9)) for name in range(ord("b"), ord("k"))
)
RAW = (
    b"",
    b" ",
    b"null",
    b"[]",
    b"1",
    b'"x"',
    b"{",
    b"}",
    b"\xff\xfe",
    b"\xef\xbb\xbf" + _DOC,
    _DOC + b"x",
    _DOC + _DOC,
    b"[" * 50_000,
    b'{"a":' * 50_000,
    b"[" * 50_000 + b"]" * 50_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    _DOC[:-1] + b',"data":{"c":"d"}}',
    _DOC.replace(b'"b"', b"NaN"),
    _DOC.replace(b'"b"', b"Infinity"),
    _DOC.replace(b'"b"', b"-Infinity"),
    _DOC.replace(b'"b"', b'"\\ud800"'),
    _DOC.replace(b'"b"', b'"\\udc00\\ud800"'),
    _DOC.replace(b'"b"', b'"\xed\xa0\x80"'),
    _DOC.replace(b'"b"', b'"\x00"'),
    _DOC.replace(b'"b"', b'"\\u0000"'),
    _DOC.replace(b'"b"', b"1" * 10_000),
    _DOC.replace(b'"b"', b"1e" + b"9" * 10_000),
    _DOC.replace(b'"a"', b'""'),
    _DOC.replace(b'"a"', b'"' + b"k" * 300 + b'"'),
    _DOC.replace(b"{", b"[").replace(b"}", b"]"),
    _DOC.replace(b'"body"', b'"bo\\u0000dy"'),
    _DOC.replace(b'"body"', b'"../x"'),
    _DOC.replace(b'"body"', b'"b%2Fc"'),
    b"a: [",
    b"a: *x",
    b"&a [*a]",
    b"a: &a\n  b: *a\n",
    b"!!python/object:os.system {}",
    _BOMB,
    b"? [a]\n: b",
    b"1: 2",
    b"a: 2026-01-01",
    b"a: 0o17",
    b"a: .nan",
    b"a: .inf",
    b"true: 1",
    b"<<: {a: b}",
    b"<<: 1",
    b"--- a\n--- b\n",
    b"a: !!binary x",
    b"a: !!set {a, b}",
    b"a: !!omap [a: b]",
    b"a: !!timestamp x",
    b"a: !!int x",
    b"a: 1_000:20",
    b"k8s\x00",
    b"k8s\x00" + b"\xff" * 100,
    b"k8s\x00\x0a\x0f\x0a\x02v1\x12\x09ConfigMap",
    b"k8s\x00\x12\xff\xff\xff\xff\x0f",
    b'{"kind":"ConfigMap","apiVersion":1}',
    b'{"kind":[],"apiVersion":{}}',
    b'{"metadata":null}',
    b'{"metadata":[]}',
    b'{"metadata":{"name":null}}',
    b'{"metadata":{"name":{}}}',
    b'[{"op":"add"}]',
    b'[{"op":"test","path":"/a/b"}]',
    b"[null]",
    b'[{"op":"copy","from":"","path":"/a"}]',
    b'[{"op":"add","path":"/metadata/annotations/-","value":1}]',
    b'[{"op":"move","from":"/data","path":"/data/x"}]',
    b'[{"op":"remove","path":""}]',
    b'[{"op":"replace","path":"","value":1}]',
)


@pytest.fixture(scope="module")
def standing(server: Server) -> str:
    """An object that stands for all bodies of this file."""
    server.sweep()
    assert server.call("POST", _PATH, _DOC).status in (201, 409)
    return f"{_PATH}/body"


@pytest.mark.parametrize("content_type", _TYPES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_raw_body(server: Server, standing: str, content_type: str, method: str) -> None:
    for body in RAW:
        path = _PATH if method == "POST" else standing
        path += "?fieldManager=laws&dryRun=All" if content_type == _APPLY else "?dryRun=All"
        server.write(method, path, body, Content_Type=content_type)


@thorough
@given(st.data(), st.sampled_from(_TYPES), st.sampled_from(("POST", "PUT", "PATCH")))
def test_noise(server: Server, standing: str, data: st.DataObject, content_type: str, method: str) -> None:
    body = bytearray(data.draw(st.sampled_from((_DOC, *(raw for raw in RAW if len(raw) < 200)))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from((b"", b"\x00", b'"', b"{", b"null", b"\xff", b":"))
        )
    path = _PATH if method == "POST" else standing
    server.write(method, f"{path}?fieldManager=laws&dryRun=All", bytes(body), Content_Type=content_type)


_OPTION_NAMES = ("gracePeriodSeconds", "orphanDependents", "propagationPolicy", "preconditions", "dryRun", "kind", "x")


@thorough
@given(
    st.dictionaries(
        st.sampled_from(_OPTION_NAMES), values.hostile() | st.sampled_from((0, True, "Orphan", "Foreground", ["All"]))
    )
)
def test_options_of_deletions(server: Server, standing: str, options: dict[str, Any]) -> None:
    answer = server.write("DELETE", f"{standing}?dryRun=All", json.dumps(options).encode())
    assert answer.status in (200, 400, 409, 422), answer.body


@pytest.mark.parametrize(
    "parameter",
    [
        "dryRun",
        "fieldManager",
        "fieldValidation",
        "force",
        "pretty",
        "gracePeriodSeconds",
        "propagationPolicy",
        "orphanDependents",
        "resourceVersion",
    ],
)
def test_parameters_of_writes(server: Server, standing: str, parameter: str) -> None:
    for value in ("", "All", "Strict", "x", "%00", "%F0%9F%98%80", "-1", "9" * 30, "a" * 200, "%FF", "true", "1.5"):
        for method, body, kind in (
            ("POST", _DOC, "application/json"),
            ("PUT", _DOC, "application/json"),
            ("PATCH", b"{}", "application/merge-patch+json"),
            ("PATCH", _DOC, _APPLY),
            ("DELETE", None, "application/json"),
        ):
            path = _PATH if method == "POST" else standing
            server.write(method, f"{path}?{parameter}={value}&dryRun=All", body, Content_Type=kind)
