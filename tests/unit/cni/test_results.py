from __future__ import annotations

import ipaddress
import json

import pytest

from cni.errors import CniError, Code
from cni.hostports import elements
from cni.main import run
from cni.request import VERSIONS, PortMapping
from cni.results import Ip, Link, Result, error_result

RESULT = Result(
    links=(Link("pkbr", "0a:58:00:00:00:01"), Link("eth0", "0a:58:00:00:00:02", "/run/netns/x", 1450)),
    ips=(Ip(ipaddress.ip_interface("10.0.0.2/32"), ipaddress.ip_address("10.0.0.1"), 1),),
    routes=((ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_address("10.0.0.1")),),
)


@pytest.mark.parametrize("version", VERSIONS)
def test_result_speaks_the_asked_version(version: str) -> None:
    found = json.loads(RESULT.to_json(version))
    assert found["cniVersion"] == version
    assert found["ips"][0]["address"] == "10.0.0.2/32"
    assert ("version" in found["ips"][0]) == (version < "1.0.0")
    assert ("mtu" in found["interfaces"][1]) == (version == "1.1.0")
    assert found["routes"] == [{"dst": "0.0.0.0/0", "gw": "10.0.0.1"}]


def test_error_document() -> None:
    found = json.loads(error_result("1.0.0", CniError(Code.TRY_AGAIN, "later", "why")))
    assert found == {"cniVersion": "1.0.0", "code": 11, "msg": "later", "details": "why"}


def test_version_command() -> None:
    code, answer = run({"CNI_COMMAND": "VERSION"}, b'{"cniVersion": "0.4.0"}')
    assert (code, json.loads(answer)) == (0, {"cniVersion": "0.4.0", "supportedVersions": list(VERSIONS)})


def test_error_speaks_the_version_of_the_configuration() -> None:
    code, answer = run({"CNI_COMMAND": "ADD"}, b'{"cniVersion": "0.4.0"}')
    assert (code, json.loads(answer)["cniVersion"]) == (1, "0.4.0")


def test_bad_call_is_an_answer_not_a_traceback() -> None:
    code, answer = run({}, b"")
    assert (code, json.loads(answer)["code"]) == (1, 4)


def test_host_ports_of_two_families() -> None:
    addresses = [ipaddress.ip_address("10.0.0.2"), ipaddress.ip_address("fd00::2")]
    mappings = [PortMapping(8080, 80), PortMapping(8081, 80, "udp", "192.0.2.1")]
    assert [f"{found.container} {found}" for found in elements(mappings, addresses)] == [
        "any4 tcp . 8080 : 10.0.0.2 . 80",
        "any6 tcp . 8080 : fd00::2 . 80",
        "exact4 192.0.2.1 . udp . 8081 : 10.0.0.2 . 80",
        "hairpin4 10.0.0.2 . 10.0.0.2",
        "hairpin6 fd00::2 . fd00::2",
    ]
