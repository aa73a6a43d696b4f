"""Certificates that nodes get by themselves, and those that they do not."""

import asyncio
import ipaddress

import pytest
from cryptography import x509

from pykube.api import certificates_v1, core_v1
from pykube.config import ServerConfig
from pykube.controllers.csr_nodes import serving_problem
from pykube.controllers.csrapproving import CsrApprovingController
from pykube.pki.join_token import node_group
from tests.fakes.api import meta
from tests.fakes.controllers import Scene
from tests.unit.pki.test_signing import KUBELET, SERVING, pem, request

CSR = certificates_v1.CertificateSigningRequest


def node(name, *addresses):
    found = core_v1.Node(metadata=meta(name))
    found.status.addresses = [core_v1.NodeAddress(type="InternalIP", address=address) for address in addresses]
    found.status.addresses.append(core_v1.NodeAddress(type="Hostname", address=name))
    return found


def spec(user="system:node:n", groups=("system:nodes",)):
    return certificates_v1.CertificateSigningRequestSpec(username=user, groups=list(groups))


NODES = [node("n", "192.0.2.1"), node("m", "192.0.2.2")]
RESERVED = ("kubernetes", "192.0.2.9")


def problem(names=("n",), addresses=("192.0.2.1",), nodes=NODES, user="system:node:n", **more):
    asked = (frozenset(names), frozenset(addresses))
    return serving_problem(spec(user, **more), "system:node:n", asked, nodes, RESERVED)


def test_a_node_gets_a_certificate_for_what_it_is():
    assert problem() == ""


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"user": "system:node:m"}, "not asked for by the node"),
        ({"groups": ("system:masters",)}, "not asked for by the node"),
        ({"nodes": []}, "there is no node n"),
        ({"addresses": ("192.0.2.1", "192.0.2.2")}, "not those of the node"),
        ({"addresses": ()}, "not those of the node"),
        ({"names": ("n", "kubernetes")}, "not those of the node"),
        ({"names": ()}, "not those of the node"),
        ({"addresses": ("192.0.2.9",), "nodes": [node("n", "192.0.2.9")]}, "not the node's alone"),
        ({"addresses": ("127.0.0.1",), "nodes": [node("n", "127.0.0.1")]}, "not the node's alone"),
        ({"addresses": ("192.0.2.2",), "nodes": [node("n", "192.0.2.2"), NODES[1]]}, "another node's"),
    ],
)
def test_and_for_nothing_else(asked, why):
    assert why in problem(**asked)


def decision(asked, *nodes, groups=(), user="system:bootstrap:abcdef", signer=KUBELET, usages=("client auth",)):
    """What becomes of a request, and the text with it."""

    async def run():
        scene = Scene(ServerConfig(advertise_address="192.0.2.9"))
        async with scene.running(CsrApprovingController):
            for one in nodes:
                await scene.api.create(one)
            wanted = certificates_v1.CertificateSigningRequestSpec(
                request=pem(asked), signer_name=signer, usages=list(usages), username=user, groups=list(groups)
            )
            await scene.api.create(CSR(metadata=meta("r"), spec=wanted))
            await scene.settle()
            return [(one.type, one.message) for one in scene.api.all(CSR)[0].status.conditions]

    return asyncio.run(run())


def test_a_token_makes_new_nodes_and_becomes_no_old_one():
    assert decision(request())[0][0] == "Approved"
    (denied,) = decision(request(), node("n", "192.0.2.1"))
    assert denied[0] == "Denied"
    assert "kubectl delete node n" in denied[1]


def test_a_token_for_one_node_may_take_its_place_and_no_other():
    group = node_group("n")
    assert decision(request(), node("n"), groups=[group])[0][0] == "Approved"
    (denied,) = decision(request("system:node:m"), groups=[group])
    assert denied == ("Denied", "The token is for another node than m.")
    assert node_group("n.example") == "system:bootstrappers:node:n:example"


def test_a_serving_certificate_waits_until_the_node_says_the_same():
    async def run():
        scene = Scene(ServerConfig(advertise_address="192.0.2.9"))
        names = [x509.DNSName("n"), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]
        wanted = certificates_v1.CertificateSigningRequestSpec(
            request=pem(request(names=names)),
            signer_name=SERVING,
            usages=["server auth"],
            username="system:node:n",
            groups=["system:nodes"],
        )
        async with scene.running(CsrApprovingController):
            await scene.api.create(CSR(metadata=meta("r"), spec=wanted))
            await scene.settle()
            assert not scene.api.all(CSR)[0].status.conditions
            await scene.api.create(node("n", "192.0.2.1"))
            await scene.settle(6)
            assert [one.type for one in scene.api.all(CSR)[0].status.conditions] == ["Approved"]

    asyncio.run(run())
