"""Variables of services."""

from __future__ import annotations

from agent.pods.service_env import service_env
from pykube.api import core_v1


def service(name: str, namespace: str = "default", ip: str = "10.43.0.7") -> core_v1.Service:
    found = core_v1.Service()
    found.metadata.name, found.metadata.namespace = name, namespace
    found.spec.cluster_ip = ip
    found.spec.ports = [core_v1.ServicePort(name="http-x", port=80, protocol="TCP")]
    return found


def test_variables_of_one_service() -> None:
    assert service_env([service("my-db")], "default", links=True) == {
        "MY_DB_SERVICE_HOST": "10.43.0.7",
        "MY_DB_SERVICE_PORT": "80",
        "MY_DB_SERVICE_PORT_HTTP_X": "80",
        "MY_DB_PORT": "tcp://10.43.0.7:80",
        "MY_DB_PORT_80_TCP": "tcp://10.43.0.7:80",
        "MY_DB_PORT_80_TCP_PROTO": "tcp",
        "MY_DB_PORT_80_TCP_PORT": "80",
        "MY_DB_PORT_80_TCP_ADDR": "10.43.0.7",
    }


def test_without_links_only_the_api_server_is_known() -> None:
    found = service_env([service("web", "other"), service("kubernetes", ip="10.43.0.1")], "other", links=False)
    assert {name.partition("_")[0] for name in found} == {"KUBERNETES"}


def test_headless_services_and_other_namespaces_have_none() -> None:
    assert service_env([service("a", ip="None"), service("b", "other")], "default", links=True) == {}
