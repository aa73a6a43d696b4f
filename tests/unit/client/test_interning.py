from __future__ import annotations

from pykube.api import codec, core_v1
from pykube.client.interning import share_strings, share_with

POD = (
    b'{"metadata":{"name":"web-%d","labels":{"app":"web of many"},"finalizers":["example.com/hold"]},'
    b'"spec":{"dnsPolicy":"ClusterFirst","containers":[{"name":"main","image":"nginx:1","resources":{"limits":{"cpu":"1"}}}]}}'
)


def test_equal_strings_of_two_objects_become_one() -> None:
    one, two = codec.decode(core_v1.Pod, POD % 1), codec.decode(core_v1.Pod, POD % 2)
    before = codec.copy(one)
    for pod in (one, two):
        share_strings(pod)
    assert one == before
    assert one.spec.dns_policy is two.spec.dns_policy
    assert one.spec.containers[0].image is two.spec.containers[0].image
    assert one.metadata.labels["app"] is two.metadata.labels["app"]
    assert one.metadata.finalizers[0] is two.metadata.finalizers[0]
    assert one.spec.containers[0] is not two.spec.containers[0]


def test_spec_that_has_not_changed_is_handed_on() -> None:
    known, fresh, scaled = (codec.decode(core_v1.Pod, POD % 1) for _ in range(3))
    share_strings(known)
    fresh.status.phase = "Running"
    share_with(known, fresh)
    assert fresh.spec is known.spec
    assert fresh.metadata.labels["app"] is known.metadata.labels["app"]
    scaled.metadata.generation = 2
    share_with(fresh, scaled)
    assert scaled.spec is not known.spec
    assert scaled.spec.dns_policy is known.spec.dns_policy
