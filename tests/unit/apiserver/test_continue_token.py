"""The token that continues a list."""

import base64

import pytest

from pykube.apiserver import continue_token
from pykube.errors import BadRequest


def test_there_and_back():
    token = continue_token.encode("/registry/pods/a/p", "/registry/pods/", 7)
    assert continue_token.decode(token, "/registry/pods/") == ("/registry/pods/a/p", 7)


def test_it_is_upstreams():
    token = continue_token.encode("/registry/pods/a/p", "/registry/pods/", 7)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert raw == b'{"v":"meta.k8s.io/v1","rv":7,"start":"a/p\\u0000"}'


@pytest.mark.parametrize(
    "content",
    [
        b"no json",
        b'{"v":"v2","rv":7,"start":"a"}',
        b'{"v":"meta.k8s.io/v1","rv":0,"start":"a"}',
        b'{"v":"meta.k8s.io/v1","rv":7,"start":""}',
        b'{"v":"meta.k8s.io/v1","rv":7,"start":"../secrets/a"}',
    ],
)
def test_others_are_refused(content):
    with pytest.raises(BadRequest, match="continue key is not valid"):
        continue_token.decode(base64.urlsafe_b64encode(content).decode(), "/registry/pods/")
