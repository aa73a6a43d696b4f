from __future__ import annotations

import dnslib

from agent.dns import wire
from agent.dns.records import service_records
from agent.dns.zone import Zone
from pykube.api.core_v1 import Service, ServicePort, ServiceSpec
from pykube.api.discovery_v1 import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from pykube.api.meta_v1 import ObjectMeta


def zone_of(*services: tuple[Service, list[EndpointSlice]]) -> Zone:
    zone = Zone("cluster.local", "10.43.0.10", ("10.42.0.0/16", "10.43.0.0/16"))
    for service, slices in services:
        zone.update(f"{service.metadata.namespace}/{service.metadata.name}", records(service, slices))
    return zone


def records(service: Service, slices: list[EndpointSlice]) -> dict[tuple[bytes, int], list[bytes]]:
    return service_records(service, slices, "cluster.local")


def cluster_ip(name: str = "web", address: str = "10.43.0.7") -> Service:
    ports = [ServicePort(name="http", port=80, protocol="TCP"), ServicePort(port=81, protocol="TCP")]
    spec = ServiceSpec(cluster_ip=address, cluster_ips=[address], ports=ports)
    return Service(metadata=ObjectMeta(name=name, namespace="default"), spec=spec)


def headless(name: str = "db") -> Service:
    spec = ServiceSpec(cluster_ip="None", cluster_ips=["None"], ports=[ServicePort(name="sql", port=5432)])
    return Service(metadata=ObjectMeta(name=name, namespace="default"), spec=spec)


def members(*endpoints: Endpoint) -> list[EndpointSlice]:
    ports = [EndpointPort(name="sql", port=5432, protocol="TCP")]
    return [EndpointSlice(address_type="IPv4", endpoints=list(endpoints), ports=ports)]


def ask(zone: Zone, name: str, kind: str = "A") -> list[str]:
    """The answers as text, or the response code when there is none."""
    query = wire.parse_query(bytes(dnslib.DNSRecord.question(name, kind).pack()))
    assert query.name in zone
    answer = zone.answer(query.name, query.type)
    message = wire.response(query, answer.code, answer.answers, answer.authority, answer.additional)
    reply = dnslib.DNSRecord.parse(message)
    if not reply.rr:
        assert [rr.rtype for rr in reply.auth] == [wire.SOA]
        return [dnslib.RCODE[reply.header.rcode]]
    return [str(rr.rdata) for rr in reply.rr]


def test_service_with_an_address() -> None:
    zone = zone_of((cluster_ip(), []))
    assert ask(zone, "web.default.svc.cluster.local") == ["10.43.0.7"]
    assert ask(zone, "WEB.Default.svc.cluster.local") == ["10.43.0.7"]
    assert ask(zone, "_http._tcp.web.default.svc.cluster.local", "SRV") == ["0 100 80 web.default.svc.cluster.local."]
    assert ask(zone, "7.0.43.10.in-addr.arpa", "PTR") == ["web.default.svc.cluster.local."]


def test_absence_of_a_type_is_not_absence_of_the_name() -> None:
    zone = zone_of((cluster_ip(), []))
    assert ask(zone, "web.default.svc.cluster.local", "AAAA") == ["NOERROR"]
    assert ask(zone, "_tcp.web.default.svc.cluster.local") == ["NOERROR"]
    assert ask(zone, "default.svc.cluster.local") == ["NOERROR"]
    assert ask(zone, "svc.cluster.local") == ["NOERROR"]
    assert ask(zone, "nope.default.svc.cluster.local") == ["NXDOMAIN"]
    assert ask(zone, "www.example.com.default.svc.cluster.local") == ["NXDOMAIN"]
    assert ask(zone, "9.0.43.10.in-addr.arpa", "PTR") == ["NXDOMAIN"]


def test_headless_service_names_its_endpoints() -> None:
    not_ready = EndpointConditions(ready=False)
    zone = zone_of(
        (
            headless(),
            members(
                Endpoint(addresses=["10.42.0.5"], hostname="db-0"),
                Endpoint(addresses=["10.42.0.6"]),
                Endpoint(addresses=["10.42.0.7"], conditions=not_ready),
            ),
        )
    )
    assert ask(zone, "db.default.svc.cluster.local") == ["10.42.0.5", "10.42.0.6"]
    assert ask(zone, "db-0.db.default.svc.cluster.local") == ["10.42.0.5"]
    assert ask(zone, "10-42-0-6.db.default.svc.cluster.local") == ["10.42.0.6"]
    assert ask(zone, "5.0.42.10.in-addr.arpa", "PTR") == ["db-0.db.default.svc.cluster.local."]
    assert ask(zone, "_sql._tcp.db.default.svc.cluster.local", "SRV") == [
        "0 100 5432 db-0.db.default.svc.cluster.local.",
        "0 100 5432 10-42-0-6.db.default.svc.cluster.local.",
    ]


def test_srv_brings_the_addresses_along() -> None:
    zone = zone_of((headless(), members(Endpoint(addresses=["10.42.0.5"], hostname="db-0"))))
    answer = zone.answer(wire.encode_name("_sql._tcp.db.default.svc.cluster.local"), wire.SRV)
    assert answer.additional == [
        wire.record(wire.A, 5, bytes([10, 42, 0, 5]), wire.encode_name("db-0.db.default.svc.cluster.local"))
    ]


def test_external_name_leads_inside_or_outside() -> None:
    inside = Service(metadata=ObjectMeta(name="alias", namespace="default"))
    inside.spec = ServiceSpec(type="ExternalName", external_name="web.default.svc.cluster.local")
    outside = Service(metadata=ObjectMeta(name="out", namespace="default"))
    outside.spec = ServiceSpec(type="ExternalName", external_name="www.example.com")
    zone = zone_of((cluster_ip(), []), (inside, []), (outside, []))
    assert ask(zone, "alias.default.svc.cluster.local") == ["web.default.svc.cluster.local.", "10.43.0.7"]
    assert ask(zone, "out.default.svc.cluster.local", "CNAME") == ["www.example.com."]
    answer = zone.answer(wire.encode_name("out.default.svc.cluster.local"), wire.A)
    assert answer.outside == wire.encode_name("www.example.com")


def test_aliases_that_go_round_end() -> None:
    def alias(name: str, target: str) -> tuple[Service, list[EndpointSlice]]:
        service = Service(metadata=ObjectMeta(name=name, namespace="default"))
        service.spec = ServiceSpec(type="ExternalName", external_name=f"{target}.default.svc.cluster.local")
        return service, []

    zone = zone_of(alias("a", "b"), alias("b", "a"))
    assert len(ask(zone, "a.default.svc.cluster.local")) == 9


def test_pods() -> None:
    zone = zone_of()
    assert ask(zone, "10-42-0-5.default.pod.cluster.local") == ["10.42.0.5"]
    assert ask(zone, "fd00--5.default.pod.cluster.local", "AAAA") == ["fd00::5"]
    assert ask(zone, "10-42-0-5.default.pod.cluster.local", "AAAA") == ["NOERROR"]
    assert ask(zone, "10-42-0.default.pod.cluster.local") == ["NXDOMAIN"]
    assert ask(zone, "pod.cluster.local") == ["NOERROR"]


def test_the_zone_itself() -> None:
    zone = zone_of()
    assert ask(zone, "dns-version.cluster.local", "TXT") == ['"1.1.0"']
    assert ask(zone, "cluster.local", "NS") == ["ns.dns.cluster.local."]
    assert ask(zone, "ns.dns.cluster.local") == ["10.43.0.10"]
    assert ask(zone, "cluster.local", "SOA")[0].startswith("ns.dns.cluster.local. hostmaster.cluster.local.")


def test_what_is_outside_of_the_zone() -> None:
    zone = zone_of()
    for name in ("example.com", "xcluster.local", "local", "1.1.168.192.in-addr.arpa", "in-addr.arpa"):
        assert wire.encode_name(name) not in zone


def test_updates_and_deletions_take_effect() -> None:
    zone = zone_of((cluster_ip(), []))
    assert ask(zone, "web.default.svc.cluster.local") == ["10.43.0.7"]
    zone.update("default/web", records(cluster_ip(address="10.43.0.8"), []))
    assert ask(zone, "web.default.svc.cluster.local") == ["10.43.0.8"]
    assert ask(zone, "7.0.43.10.in-addr.arpa", "PTR") == ["NXDOMAIN"]
    zone.update("default/web", {})
    assert ask(zone, "web.default.svc.cluster.local") == ["NXDOMAIN"]
    assert ask(zone, "default.svc.cluster.local") == ["NXDOMAIN"]


def test_two_services_share_an_endpoint() -> None:
    one, two = headless("one"), headless("two")
    shared = members(Endpoint(addresses=["10.42.0.5"]))
    zone = zone_of((one, shared), (two, shared))
    assert len(ask(zone, "5.0.42.10.in-addr.arpa", "PTR")) == 2
    zone.update("default/one", {})
    assert ask(zone, "5.0.42.10.in-addr.arpa", "PTR") == ["10-42-0-5.two.default.svc.cluster.local."]
