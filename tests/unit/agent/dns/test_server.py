from __future__ import annotations

import asyncio

import dnslib

from agent.dns import wire
from agent.dns.forward import Forwarder
from agent.dns.records import service_records
from agent.dns.server import DnsServer
from pykube.api.core_v1 import Service, ServicePort, ServiceSpec
from pykube.api.discovery_v1 import Endpoint, EndpointSlice
from pykube.api.meta_v1 import ObjectMeta
from pykube.client.informer import InformerSet
from pykube.config import AgentConfig
from tests.fakes.api_client import FakeClient
from tests.fakes.clock import FakeClock


class Elsewhere(Forwarder):
    """The rest of the world, in which every name has one address, behind an alias."""

    def __init__(self) -> None:
        super().__init__(list, FakeClock())
        self.asked: list[str] = []
        self.silent = False

    async def ask(self, query: wire.Query) -> bytes | None:
        if self.silent:
            return None
        question = dnslib.DNSRecord(dnslib.DNSHeader(id=query.id, qr=1, ra=1), q=dnslib.DNSQuestion())
        question.q.qname = dnslib.DNSLabel(wire.labels(query.name))
        self.asked.append(str(question.q.qname))
        question.add_answer(*dnslib.RR.fromZone(f"{question.q.qname} 60 CNAME real.example\nreal.example 60 A 1.2.3.4"))
        return bytes(question.pack())


def server(elsewhere: Elsewhere | None = None) -> DnsServer:
    found = DnsServer(InformerSet(FakeClient()), AgentConfig(), forwarder=elsewhere or Elsewhere())
    found.complete = True
    return found


def members(count: int) -> list[EndpointSlice]:
    endpoints = [Endpoint(addresses=[f"10.42.{number // 200}.{number % 200 + 1}"]) for number in range(count)]
    return [EndpointSlice(address_type="IPv4", endpoints=endpoints)]


def service(name: str = "db", **spec: object) -> Service:
    found = ServiceSpec(cluster_ip="None", ports=[ServicePort(port=1)])
    for key, value in spec.items():
        setattr(found, key, value)
    return Service(metadata=ObjectMeta(name=name, namespace="default"), spec=found)


def put(dns: DnsServer, found: Service, slices: list[EndpointSlice]) -> None:
    dns.zone.update(f"default/{found.metadata.name}", service_records(found, slices, "cluster.local"))


def ask(dns: DnsServer, message: bytes, *, stream: bool = False) -> dnslib.DNSRecord:
    async def story() -> bytes:
        found = dns.respond(message, stream=stream)
        return found if isinstance(found, bytes) else await dns.ask_others(found, stream=stream)

    return dnslib.DNSRecord.parse(asyncio.run(story()))


def question(name: str, kind: str = "A") -> bytes:
    return bytes(dnslib.DNSRecord.question(name, kind).pack())


def test_first_answer_changes_from_question_to_question() -> None:
    dns = server()
    put(dns, service(), members(3))
    firsts = [str(ask(dns, question("db.default.svc.cluster.local")).rr[0].rdata) for _ in range(6)]
    assert sorted(firsts) == sorted(2 * ["10.42.0.1", "10.42.0.2", "10.42.0.3"])


def test_many_addresses_are_cut_over_udp_and_whole_over_tcp() -> None:
    dns = server()
    put(dns, service(), members(300))
    assert ask(dns, question("db.default.svc.cluster.local")).header.tc == 1
    whole = ask(dns, question("db.default.svc.cluster.local"), stream=True)
    assert (whole.header.tc, len(whole.rr)) == (0, 300)


def test_other_names_are_asked_elsewhere() -> None:
    elsewhere = Elsewhere()
    reply = ask(server(elsewhere), question("example.com"))
    assert [str(rr.rdata) for rr in reply.rr] == ["real.example.", "1.2.3.4"]
    assert elsewhere.asked == ["example.com."]


def test_cluster_names_never_leave_the_node() -> None:
    elsewhere = Elsewhere()
    reply = ask(server(elsewhere), question("nope.default.svc.cluster.local"))
    assert (reply.header.rcode, reply.header.aa) == (wire.NXDOMAIN, 1)
    assert elsewhere.asked == []


def test_names_are_not_denied_before_all_are_known() -> None:
    dns = server()
    dns.complete = False
    put(dns, service(), members(1))
    assert ask(dns, question("nope.default.svc.cluster.local")).header.rcode == wire.SERVFAIL
    assert ask(dns, question("db.default.svc.cluster.local")).header.rcode == wire.NOERROR
    assert ask(dns, question("example.com")).header.rcode == wire.NOERROR


def test_silence_elsewhere_is_a_failure() -> None:
    elsewhere = Elsewhere()
    elsewhere.silent = True
    assert ask(server(elsewhere), question("example.com")).header.rcode == wire.SERVFAIL


def test_external_name_is_followed() -> None:
    elsewhere = Elsewhere()
    dns = server(elsewhere)
    put(dns, service("out", type="ExternalName", cluster_ip="", external_name="www.example.com"), [])
    reply = ask(dns, question("out.default.svc.cluster.local"))
    assert [(str(rr.rname), str(rr.rdata)) for rr in reply.rr] == [
        ("out.default.svc.cluster.local.", "www.example.com."),
        ("www.example.com.", "real.example."),
        ("real.example.", "1.2.3.4"),
    ]
    assert elsewhere.asked == ["www.example.com."]


def test_what_we_do_not_do() -> None:
    dns = server()
    chaos = dnslib.DNSRecord.question("version.bind", "TXT", "CH")
    assert ask(dns, bytes(chaos.pack())).header.rcode == wire.REFUSED
    update = dnslib.DNSRecord.question("db.default.svc.cluster.local")
    update.header.opcode = 5
    assert ask(dns, bytes(update.pack())).header.rcode == wire.NOTIMP
    assert dns.respond(b"\0\1\0\0\0\1\0\0\0\0\0\0\xff", stream=False)[3] & 0xF == wire.FORMERR  # type: ignore[index]
    assert dns.respond(b"?", stream=False) == b""
