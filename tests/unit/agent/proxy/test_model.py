from __future__ import annotations

from agent.proxy.model import Backend, HealthCheck, ServiceModel, StaleFlows, service_model, stale_flows
from pykube.api.core_v1 import (
    ClientIPConfig,
    LoadBalancerIngress,
    Service,
    ServicePort,
    ServiceSpec,
    SessionAffinityConfig,
)
from pykube.api.discovery_v1 import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from pykube.api.meta_v1 import ObjectMeta


def service(**spec: object) -> Service:
    found = ServiceSpec(
        cluster_ip="10.43.0.7", cluster_ips=["10.43.0.7"], ports=[ServicePort(name="http", port=80, protocol="TCP")]
    )
    for name, value in spec.items():
        setattr(found, name, value)
    return Service(metadata=ObjectMeta(name="web", namespace="default"), spec=found)


def endpoint(address: str, node: str = "here", **conditions: bool) -> Endpoint:
    return Endpoint(addresses=[address], node_name=node, conditions=EndpointConditions(**conditions))


def piece(*endpoints: Endpoint, family: str = "IPv4", port: int | None = 8080, protocol: str = "TCP") -> EndpointSlice:
    ports = [EndpointPort(name="http", port=port, protocol=protocol)]
    return EndpointSlice(address_type=family, endpoints=list(endpoints), ports=ports)


def model(found: Service, *slices: EndpointSlice, excluded: frozenset[str] = frozenset()) -> ServiceModel:
    return service_model(found, slices, node_name="here", excluded=excluded)


def backends(found: ServiceModel) -> list[str]:
    return [backend.address for backend in found.frontends[0].backends]


def test_ready_endpoints_count_and_an_unknown_state_counts_as_ready() -> None:
    found = model(service(), piece(endpoint("10.0.0.1"), endpoint("10.0.0.2", ready=False), endpoint("10.0.0.3")))
    assert backends(found) == ["10.0.0.1", "10.0.0.3"]


def test_terminating_endpoints_only_where_none_is_ready() -> None:
    leaving = endpoint("10.0.0.1", ready=False, serving=True, terminating=True)
    left = endpoint("10.0.0.2", ready=False, serving=False, terminating=True)
    assert backends(model(service(), piece(leaving, left))) == ["10.0.0.1"]
    assert backends(model(service(), piece(leaving, endpoint("10.0.0.3")))) == ["10.0.0.3"]


def test_the_same_endpoint_in_two_slices_is_one_backend() -> None:
    assert backends(model(service(), piece(endpoint("10.0.0.1")), piece(endpoint("10.0.0.1")))) == ["10.0.0.1"]


def test_ports_are_matched_by_name_and_protocol() -> None:
    assert backends(model(service(), piece(endpoint("10.0.0.1"), protocol="UDP"))) == []
    unnamed = EndpointSlice(
        address_type="IPv4", endpoints=[endpoint("10.0.0.1")], ports=[EndpointPort(name="other", port=1)]
    )
    assert backends(model(service(), unnamed)) == []


def test_what_is_not_proxied() -> None:
    assert model(service(cluster_ip="None")).frontends == ()
    assert model(service(cluster_ip="")).frontends == ()
    assert model(service(type="ExternalName")).frontends == ()
    other = service()
    other.metadata.labels["service.kubernetes.io/service-proxy-name"] = "mesh"
    assert model(other).frontends == ()
    assert model(service(), excluded=frozenset(["10.43.0.7"])).frontends == ()


def test_two_families() -> None:
    both = service(cluster_ips=["10.43.0.7", "fd43::7"])
    found = model(both, piece(endpoint("10.0.0.1")), piece(endpoint("fd42::1"), family="IPv6"))
    assert [(one.address, one.backends[0].address) for one in found.frontends] == [
        ("10.43.0.7", "10.0.0.1"),
        ("fd43::7", "fd42::1"),
    ]


def test_addresses_from_outside() -> None:
    ports = [ServicePort(name="http", port=80, protocol="TCP", node_port=30080)]
    balanced = service(type="LoadBalancer", ports=ports, external_ips=["192.0.2.1"])
    balanced.status.load_balancer.ingress = [
        LoadBalancerIngress(ip="192.0.2.2"),
        LoadBalancerIngress(ip="192.0.2.3", ip_mode="Proxy"),
        LoadBalancerIngress(hostname="lb.example"),
    ]
    found = model(balanced, piece(endpoint("10.0.0.1")))
    assert [(one.address, one.port) for one in found.frontends] == [
        ("10.43.0.7", 80),
        ("192.0.2.1", 80),
        ("192.0.2.2", 80),
        ("", 30080),
    ]


def test_addresses_are_written_in_one_way() -> None:
    found = model(
        service(cluster_ips=["fd43:0:0::7"], external_ips=["FD00::1", "nonsense"]),
        piece(endpoint("fd42:0::1"), endpoint("nonsense"), family="IPv6"),
    )
    assert [one.address for one in found.frontends] == ["fd43::7", "fd00::1"]
    assert backends(found) == ["fd42::1"]


def test_source_ranges_do_not_overlap() -> None:
    ranges = [" 10.0.0.0/8", "10.1.0.0/16", "192.0.2.77/24", "10.0.0.0/8", "fd00::/8", "nonsense"]
    balanced = service(type="LoadBalancer", load_balancer_source_ranges=ranges)
    balanced.status.load_balancer.ingress = [LoadBalancerIngress(ip="192.0.2.2")]
    assert model(balanced).frontends[1].source_ranges == ("10.0.0.0/8", "192.0.2.0/24")


def test_internal_policy_local() -> None:
    local = service(internal_traffic_policy="Local")
    found = model(local, piece(endpoint("10.0.0.1", "there"))).frontends[0]
    assert (found.backends, found.somewhere) == ((), True)


def test_health_check_counts_local_endpoints() -> None:
    local = service(type="LoadBalancer", external_traffic_policy="Local", health_check_node_port=31000)
    found = model(local, piece(endpoint("10.0.0.1"), endpoint("10.0.0.2"), endpoint("10.0.0.3", "there")))
    assert found.health_check == HealthCheck(31000, "default", "web", 2)


def test_affinity_lasts_three_hours_unless_told() -> None:
    assert model(service()).frontends[0].affinity_seconds == 0
    assert model(service(session_affinity="ClientIP")).frontends[0].affinity_seconds == 10800
    config = SessionAffinityConfig(client_ip=ClientIPConfig(timeout_seconds=60))
    told = service(session_affinity="ClientIP", session_affinity_config=config)
    assert model(told).frontends[0].affinity_seconds == 60


def test_backends_know_whether_they_are_local() -> None:
    found = model(service(), piece(endpoint("10.0.0.1"), endpoint("10.0.0.2", "there"))).frontends[0]
    assert found.backends == (Backend("10.0.0.1", 8080, True), Backend("10.0.0.2", 8080, False))


def test_only_udp_has_stale_flows() -> None:
    def of(protocol: str, *addresses: str) -> ServiceModel:
        ports = [ServicePort(name="http", port=53, protocol=protocol, node_port=30053)]
        slices = [piece(*map(endpoint, addresses), protocol=protocol)]
        return model(service(ports=ports), *slices)

    assert stale_flows(of("TCP", "10.0.0.1"), of("TCP", "10.0.0.2")) == []
    assert stale_flows(of("UDP", "10.0.0.1"), of("UDP", "10.0.0.1", "10.0.0.2")) == []
    assert stale_flows(of("UDP", "10.0.0.1", "10.0.0.2"), of("UDP", "10.0.0.2")) == [
        StaleFlows(4, "", 30053, "10.0.0.1"),
        StaleFlows(4, "10.43.0.7", 53, "10.0.0.1"),
    ]
    assert stale_flows(of("UDP"), of("UDP", "10.0.0.1")) == [StaleFlows(4, "", 30053), StaleFlows(4, "10.43.0.7", 53)]
    assert len(stale_flows(of("UDP", "10.0.0.1"), None)) == 2
