"""Addresses and ports of Services."""

import asyncio

import pytest

from tests.fakes.api_server import running

SERVICES = "/api/v1/namespaces/default/services"


def service(name="s", port=80, **spec):
    return {"metadata": {"name": name}, "spec": {"ports": [{"port": port}], **spec}}


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def test_each_gets_an_address_of_its_own():
    async def run(api):
        created = [(await api.post(SERVICES, service(f"s{number}"))).doc["spec"] for number in range(5)]
        assert len({spec["clusterIP"] for spec in created}) == 5
        assert all(spec["clusterIPs"] == [spec["clusterIP"]] for spec in created)
        assert created[0]["ipFamilies"] == ["IPv4"]

    story(run)


def test_an_address_is_given_once():
    async def run(api):
        assert (await api.post(SERVICES, service("a", clusterIP="10.43.0.77"))).status == 201
        taken = await api.post(SERVICES, service("b", clusterIP="10.43.0.77"))
        assert taken.status == 422
        assert "provided IP is already allocated" in taken.message
        await api.delete(f"{SERVICES}/a")
        assert (await api.post(SERVICES, service("b", clusterIP="10.43.0.77"))).status == 201
        assert (await api.post(SERVICES, service("c", clusterIP="10.9.0.1"))).status == 422

    story(run)


def test_no_address_where_none_is_wanted():
    async def run(api):
        headless = (await api.post(SERVICES, service("a", clusterIP="None"))).doc["spec"]
        assert headless["clusterIPs"] == ["None"]
        elsewhere = {"metadata": {"name": "b"}, "spec": {"type": "ExternalName", "externalName": "x.example"}}
        assert "clusterIP" not in (await api.post(SERVICES, elsewhere)).doc["spec"]

    story(run)


def test_node_ports():
    async def run(api):
        first = (await api.post(SERVICES, service("a", type="NodePort"))).doc
        number = first["spec"]["ports"][0]["nodePort"]
        assert 30000 <= number <= 32767
        again = {"ports": [{"port": 80, "nodePort": number}], "type": "NodePort"}
        taken = await api.post(SERVICES, {"metadata": {"name": "b"}, "spec": again})
        assert f"spec.ports[0].nodePort: Invalid value: {number}: provided port is already allocated" in taken.message
        low = {"ports": [{"port": 80, "nodePort": 80}], "type": "NodePort"}
        outside = await api.post(SERVICES, {"metadata": {"name": "b"}, "spec": low})
        assert "The range of valid ports is 30000-32767" in outside.message

    story(run)


def test_an_update_keeps_what_it_leaves_out():
    async def run(api):
        before = (await api.post(SERVICES, service("a", type="NodePort"))).doc["spec"]
        after = (await api.put(f"{SERVICES}/a", service("a", type="NodePort", selector={"x": "y"}))).doc["spec"]
        assert after["clusterIP"] == before["clusterIP"]
        assert after["ports"] == before["ports"]
        changed = await api.patch(f"{SERVICES}/a", {"spec": {"clusterIP": "10.43.0.9"}})
        assert changed.status == 422

    story(run)


@pytest.mark.parametrize("query", ["?dryRun=All", ""])
def test_a_dry_run_takes_nothing(query):
    async def run(api):
        await api.post(f"{SERVICES}?dryRun=All", service("a", clusterIP="10.43.0.77"))
        assert (await api.post(f"{SERVICES}{query}", service("b", clusterIP="10.43.0.77"))).status == 201

    story(run)


def test_a_type_without_node_ports_drops_what_went_with_them():
    async def run(api):
        await api.post(SERVICES, service("a", type="NodePort"))
        to_name = {"spec": {"type": "ExternalName", "externalName": "x.example"}}
        changed = await api.patch(f"{SERVICES}/a", to_name)
        assert changed.status == 200
        spec = changed.doc["spec"]
        assert "externalTrafficPolicy" not in spec
        assert "nodePort" not in spec["ports"][0]
        assert "clusterIP" not in spec

    story(run)


def test_a_load_balancer_for_local_traffic_gets_a_port_for_health_checks():
    async def run(api):
        created = await api.post(SERVICES, service("a", type="LoadBalancer", externalTrafficPolicy="Local"))
        number = created.doc["spec"]["healthCheckNodePort"]
        assert 30000 <= number <= 32767
        assert number != created.doc["spec"]["ports"][0]["nodePort"]
        changed = await api.patch(f"{SERVICES}/a", {"spec": {"type": "ClusterIP"}})
        assert "healthCheckNodePort" not in changed.doc["spec"]

    story(run)
