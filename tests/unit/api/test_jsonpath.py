"""JSONPath templates."""

from __future__ import annotations

import pytest

from pykube.api.jsonpath import JsonPathError, Template, relaxed

PODS = {
    "kind": "List",
    "items": [
        {"metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "x"}}, "spec": {"n": 1, "ready": True}},
        {"metadata": {"name": "b"}, "spec": {"n": 2, "ready": False}, "ips": ["10.0.0.1", "10.0.0.2"]},
    ],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.kind}", "List"),
        ("{.items[*].metadata.name}", "a b"),
        ("{.items[0].metadata.name}-{.items[-1].metadata.name}", "a-b"),
        ("{.items[0:1].metadata.name}", "a"),
        ("{$.items[1].ips[0]}", "10.0.0.1"),
        ("{..name}", "a b"),
        ('{range .items[*]}{.metadata.name}{"\\t"}{.spec.n}{"\\n"}{end}', "a\t1\nb\t2\n"),
        ("{range .items[*]}{range .ips[*]}{@};{end}{end}", "10.0.0.1;10.0.0.2;"),
        ('{.items[?(@.metadata.name=="b")].spec.n}', "2"),
        ("{.items[?(@.spec.n<2)].metadata.name}", "a"),
        ("{.items[?(@.ips)].metadata.name}", "b"),
        ("{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "x"),
        ("{.items[0].metadata.labels['app.kubernetes.io/name']}", "x"),
        ("{.items[*]['metadata.name', 'spec.n']}", ""),
        ("{.items[0].spec}", '{"n":1,"ready":true}'),
        ("{.items[1].spec.ready}", "false"),
        ("{.nothing.there}", ""),
        ("plain", "plain"),
        ("{.items[*].metadata.name} of {.kind}", "a b of List"),
    ],
)
def test_rendering(template: str, text: str) -> None:
    assert Template(template).render(PODS) == text


@pytest.mark.parametrize("template", ["{.items", "{end}", "{range .items[*]}{.n}", "{.items[}", "{.items[x]}"])
def test_malformed(template: str) -> None:
    with pytest.raises(JsonPathError):
        Template(template)


def test_index_beyond_the_end() -> None:
    with pytest.raises(JsonPathError, match="array index out of bounds: index 5, length 2"):
        Template("{.items[5]}").render(PODS)


@pytest.mark.parametrize("text", ["metadata.name", ".metadata.name", "{.metadata.name}", "{metadata.name}"])
def test_braces_and_first_dot_may_be_left_out(text: str) -> None:
    assert relaxed(text) == "{.metadata.name}"
