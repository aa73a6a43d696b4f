"""How a request line is understood."""

import pytest

from pykube.apiserver.request import parse


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", "/api/v1/pods", ("list", "", "pods", "", "", "")),
        ("GET", "/api/v1/namespaces/a/pods", ("list", "", "pods", "", "a", "")),
        ("GET", "/api/v1/namespaces/a/pods/x", ("get", "", "pods", "", "a", "x")),
        ("HEAD", "/api/v1/namespaces/a/pods/x", ("get", "", "pods", "", "a", "x")),
        ("GET", "/api/v1/namespaces/a/pods?watch=true", ("watch", "", "pods", "", "a", "")),
        ("GET", "/api/v1/watch/namespaces/a/pods", ("watch", "", "pods", "", "a", "")),
        ("GET", "/api/v1/pods?watch=false", ("list", "", "pods", "", "", "")),
        ("POST", "/apis/apps/v1/namespaces/a/deployments", ("create", "apps", "deployments", "", "a", "")),
        ("PUT", "/apis/apps/v1/namespaces/a/deployments/x/scale", ("update", "apps", "deployments", "scale", "a", "x")),
        ("DELETE", "/api/v1/namespaces/a/pods", ("deletecollection", "", "pods", "", "a", "")),
        ("GET", "/api/v1/namespaces/a", ("get", "", "namespaces", "", "a", "a")),
        ("PUT", "/api/v1/namespaces/a/finalize", ("update", "", "namespaces", "finalize", "a", "a")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name%3Dx", ("list", "", "pods", "", "", "x")),
    ],
)
def test_resource_paths(method, target, expected):
    info = parse(method, target)
    assert info.is_resource
    assert (info.verb, info.group, info.resource, info.subresource, info.namespace, info.name) == expected


def test_what_follows_a_subresource():
    info = parse("GET", "/api/v1/namespaces/a/pods/x/proxy/b/c")
    assert info.rest == ("b", "c")


def test_names_are_unquoted():
    info = parse("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode")
    assert info.name == "system:node"


@pytest.mark.parametrize("path", ["/", "/version", "/apis/apps/v1", "/api/v1", "/openapi/v3/apis/apps/v1"])
def test_other_paths(path):
    info = parse("GET", path)
    assert not info.is_resource
    assert (info.verb, info.path) == ("get", path)


@pytest.mark.parametrize(
    ("text", "value"), [("x=", True), ("x=1", True), ("x=True", True), ("x=0", False), ("", False)]
)
def test_flags(text, value):
    assert parse("GET", f"/api/v1/pods?{text}").flag("x") is value
