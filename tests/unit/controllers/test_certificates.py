"""CertificateSigningRequests: approved, signed, cleaned away."""

import asyncio
from datetime import timedelta

from cryptography import x509

from pykube.api import certificates_v1
from pykube.config import ServerConfig
from pykube.controllers.csrapproving import CsrApprovingController
from pykube.controllers.csrcleaner import DECIDED, WAITING, CsrCleanerController
from pykube.controllers.csrsigning import CsrSigningController
from pykube.pki.ca import CertificateAuthority
from tests.fakes.api import meta
from tests.fakes.controllers import Scene
from tests.unit.pki.test_signing import CLIENT, KUBELET, pem, request

CSR = certificates_v1.CertificateSigningRequest


def asked(
    signer=CLIENT, *, common_name="system:node:n", user="jane", usages=("client auth",), groups=("system:nodes",)
):
    spec = certificates_v1.CertificateSigningRequestSpec(
        request=pem(request(common_name, groups)),
        signer_name=signer,
        usages=list(usages),
        username=user,
        expiration_seconds=3600,
    )
    return CSR(metadata=meta("r"), spec=spec)


def decide(scene, kind="Approved"):
    now = scene.clock.now()
    condition = certificates_v1.CertificateSigningRequestCondition(
        type=kind, status="True", last_update_time=now, last_transition_time=now
    )
    found = scene.api.all(CSR)[0]
    status = certificates_v1.CertificateSigningRequestStatus(conditions=[*found.status.conditions, condition])
    scene.api.put_status(found, conditions=status.conditions)


def play(story, *controllers, tmp_path=None, allowed=()):
    async def run():
        scene = Scene(ServerConfig(state_dir=tmp_path) if tmp_path is not None else None)
        if tmp_path is not None:
            CertificateAuthority.load_or_create(tmp_path / "server" / "pki", scene.clock.now())
        scene.api.reviews = lambda review: review.spec.resource_attributes.subresource in allowed
        async with scene.running(*controllers):
            await story(scene)

    asyncio.run(run())


def test_an_approved_request_is_signed(tmp_path):
    async def story(scene):
        await scene.api.create(asked())
        await scene.settle()
        assert not scene.api.all(CSR)[0].status.certificate
        decide(scene)
        await scene.settle()
        found = x509.load_pem_x509_certificate(scene.api.all(CSR)[0].status.certificate)
        assert found.subject.rfc4514_string() == "CN=system:node:n,O=system:nodes"
        life = found.not_valid_after_utc - scene.clock.now()
        assert timedelta(minutes=59) < life <= timedelta(hours=1)

    play(story, CsrSigningController, tmp_path=tmp_path)


def test_a_request_that_the_signer_refuses_has_failed(tmp_path):
    async def story(scene):
        await scene.api.create(asked(usages=("server auth",)))
        decide(scene)
        await scene.settle()
        status = scene.api.all(CSR)[0].status
        assert not status.certificate
        assert [(each.type, each.reason) for each in status.conditions][1:] == [("Failed", "SignerValidationFailure")]
        assert status.conditions[1].message == "invalid usage for client certificate: server auth"

    play(story, CsrSigningController, tmp_path=tmp_path)


def test_denied_requests_and_those_of_other_signers_are_left_alone(tmp_path):
    async def story(scene):
        await scene.api.create(asked("example.com/mine"))
        decide(scene)
        await scene.settle()
        assert not scene.api.all(CSR)[0].status.certificate

    play(story, CsrSigningController, tmp_path=tmp_path)


def approvals(story_request, allowed):
    found = []

    async def story(scene):
        await scene.api.create(story_request)
        await scene.settle()
        found.extend(condition.message for condition in scene.api.all(CSR)[0].status.conditions)

    play(story, CsrApprovingController, allowed=allowed)
    return found


def test_a_node_may_ask_for_its_own_certificate_anew():
    own = asked(KUBELET, user="system:node:n")
    assert "self kubelet client" in approvals(own, {"selfnodeclient"})[0]
    assert approvals(asked(KUBELET, user="system:node:other"), {"selfnodeclient"}) == []


def test_a_bootstrapper_may_ask_for_a_first_certificate():
    assert "Auto approving kubelet client" in approvals(asked(KUBELET, user="system:bootstrap:x"), {"nodeclient"})[0]
    assert approvals(asked(KUBELET, user="jane"), ()) == []


def test_what_is_no_request_of_a_node_waits_for_people():
    assert approvals(asked(KUBELET, groups=("system:masters",)), {"nodeclient", "selfnodeclient"}) == []
    assert approvals(asked(CLIENT), {"nodeclient", "selfnodeclient"}) == []


def test_requests_go_when_they_are_over():
    async def story(scene):
        await scene.api.create(asked())
        await scene.settle()
        await scene.clock.advance((WAITING - timedelta(minutes=1)).total_seconds())
        assert scene.api.all(CSR)
        await scene.settle(120)
        assert not scene.api.all(CSR)
        await scene.api.create(asked())
        decide(scene, "Denied")
        await scene.settle()
        await scene.settle(DECIDED.total_seconds() + 1)
        assert not scene.api.all(CSR)

    play(story, CsrCleanerController)


def test_a_review_is_asked_in_the_name_of_who_asked():
    seen = []

    async def story(scene):
        scene.api.reviews = lambda review: bool(seen.append(review.spec))
        await scene.api.create(asked(KUBELET, user="jane"))
        await scene.settle()

    play(story, CsrApprovingController)
    assert (seen[0].user, seen[0].resource_attributes.subresource) == ("jane", "nodeclient")
