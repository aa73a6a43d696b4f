"""Where a webhook is reached."""

import pytest

from pykube.api import admissionregistration_v1 as v1
from pykube.apiserver.webhooks.target import target_of


def service(**fields):
    return v1.WebhookClientConfig(service=v1.ServiceReference(namespace="n", name="s", **fields), ca_bundle=b"pem")


def test_a_service():
    target = target_of(service(path="/a/b", port=8443))
    assert (target.host, target.port, target.path, target.ca_bundle) == ("s.n.svc", 8443, "/a/b", b"pem")
    assert target.url(10) == "https://s.n.svc:8443/a/b?timeout=10s"
    assert target_of(service()).url(1) == "https://s.n.svc:443/?timeout=1s"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", "https://example.com/?timeout=5s"),
        ("https://example.com/x", "https://example.com/x?timeout=5s"),
        ("https://example.com:8443/x", "https://example.com:8443/x?timeout=5s"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x?timeout=5s"),
    ],
)
def test_a_url(url, expected):
    assert target_of(v1.WebhookClientConfig(url=url)).url(5) == expected


def test_neither():
    with pytest.raises(ValueError, match="webhook configuration must have either service or URL"):
        target_of(v1.WebhookClientConfig())
