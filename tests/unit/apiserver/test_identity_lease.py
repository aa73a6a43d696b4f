import asyncio

from pykube.api import coordination_v1
from pykube.apiserver.identity_lease import DURATION, NAMESPACE, RENEWAL, IdentityLease, lease_name
from tests.fakes.api_server import running
from tests.fakes.clock import FakeClock


def test_the_name_is_made_of_the_hosts():
    assert lease_name("one") == lease_name("one") != lease_name("two")
    assert lease_name("one").startswith("apiserver-")
    assert len(lease_name("one")) == len("apiserver-") + 26


def test_a_server_shows_that_it_lives_and_removes_those_that_do_not():
    async def story():
        clock = FakeClock()
        async with running(clock) as api:
            registry = api.registry
            gone = IdentityLease(registry, clock, "gone")
            await gone.renew()
            await clock.advance(DURATION + 1)
            here = IdentityLease(registry, clock, "here")
            await here.renew()
            first = registry.get(coordination_v1.Lease, here.name, NAMESPACE)
            assert first.metadata.labels == {
                "apiserver.kubernetes.io/identity": "kube-apiserver",
                "kubernetes.io/hostname": "here",
            }
            assert first.spec.holder_identity.startswith(f"{here.name}_")
            assert first.spec.lease_duration_seconds == DURATION
            await here.remove_expired()
            assert [each.metadata.name for each in registry.list(coordination_v1.Lease, NAMESPACE)] == [here.name]
            await clock.advance(RENEWAL)
            await here.renew()
            again = registry.get(coordination_v1.Lease, here.name, NAMESPACE)
            assert (again.spec.renew_time.moment - first.spec.renew_time.moment).total_seconds() == RENEWAL

    asyncio.run(story())
