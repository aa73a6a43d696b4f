"""The headers that tell backends who asks."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from pykube.apiserver.aggregator.identity import headers_of, passed_on
from pykube.apiserver.authn.user import User

EVE = User("eve", "7", ("a", "b"), {"example.org/x y%": ("1", "2"), "ümlaut": ("3",)})


def test_keys_are_escaped_and_values_repeated():
    assert headers_of(EVE) == [
        ("X-Remote-User", "eve"),
        ("X-Remote-Uid", "7"),
        ("X-Remote-Group", "a"),
        ("X-Remote-Group", "b"),
        ("X-Remote-Extra-example.org%2Fx%20y%25", "1"),
        ("X-Remote-Extra-example.org%2Fx%20y%25", "2"),
        ("X-Remote-Extra-%C3%BCmlaut", "3"),
    ]
    assert headers_of(User("anonymous")) == [("X-Remote-User", "anonymous")]


@pytest.mark.parametrize(
    "header",
    [
        "Authorization",
        "Proxy-Authorization",
        "Impersonate-User",
        "impersonate-extra-a",
        "X-REMOTE-USER",
        "x_remote_group",
        "X-Remote_Uid",
        "X-Remote-Extra-Scopes",
        "Expect",
        "Connection",
    ],
)
@pytest.mark.parametrize("upgrade", [False, True])
def test_what_never_comes_from_the_client(header, upgrade):
    given = CIMultiDictProxy(CIMultiDict({header: "evil", "Accept": "application/json"}))
    found = passed_on(given, User("eve"), upgrade=upgrade)
    assert "evil" not in [value for _, value in found]
    assert ("Accept", "application/json") in found
    assert (("Connection", "Upgrade") in found) is upgrade
