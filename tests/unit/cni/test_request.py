from __future__ import annotations

import json
from typing import Any

import pytest

from cni.errors import CniError, Code
from cni.request import PortMapping, parse, parse_config

ADD = {"CNI_COMMAND": "ADD", "CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/x", "CNI_IFNAME": "eth0"}


def config(**more: Any) -> dict[str, Any]:
    return {"cniVersion": "1.0.0", "name": "net", "type": "pykube", **more}


def refused(environment: dict[str, str], stdin: bytes) -> Code:
    with pytest.raises(CniError) as caught:
        parse(environment, stdin)
    return caught.value.code


def test_complete_request() -> None:
    request = parse({**ADD, "CNI_ARGS": "K8S_POD_NAME=web;IgnoreUnknown=1"}, json.dumps(config()).encode())
    assert (request.command, request.container_id, request.ifname) == ("ADD", "c1", "eth0")
    assert request.args == {"K8S_POD_NAME": "web", "IgnoreUnknown": "1"}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"CNI_COMMAND": "FLY"},
        {**ADD, "CNI_NETNS": ""},
        {**ADD, "CNI_CONTAINERID": "../c1"},
        {**ADD, "CNI_IFNAME": "a" * 16},
        {**ADD, "CNI_IFNAME": "a/b"},
        {**ADD, "CNI_IFNAME": ".."},
    ],
)
def test_bad_environment(environment: dict[str, str]) -> None:
    assert refused(environment, json.dumps(config()).encode()) is Code.INVALID_ENVIRONMENT


def test_delete_needs_no_namespace() -> None:
    environment = {"CNI_COMMAND": "DEL", "CNI_CONTAINERID": "c1", "CNI_IFNAME": "eth0"}
    assert parse(environment, json.dumps(config()).encode()).netns == ""


@pytest.mark.parametrize("stdin", [b"", b"{", b"[]"])
def test_what_is_no_configuration(stdin: bytes) -> None:
    assert refused(ADD, stdin) is Code.DECODE_FAILURE


@pytest.mark.parametrize("version", ["", "0.2.0", "2.0.0"])
def test_versions_we_do_not_speak(version: str) -> None:
    assert refused(ADD, json.dumps(config(cniVersion=version)).encode()) is Code.INCOMPATIBLE_VERSION


@pytest.mark.parametrize(("command", "version"), [("CHECK", "0.3.1"), ("GC", "1.0.0"), ("STATUS", "1.0.0")])
def test_commands_newer_than_the_configuration(command: str, version: str) -> None:
    environment = {**ADD, "CNI_COMMAND": command}
    assert refused(environment, json.dumps(config(cniVersion=version)).encode()) is Code.INCOMPATIBLE_VERSION


def test_range_defaults_to_the_whole_subnet_without_its_ends() -> None:
    found = parse_config(config(ipam={"ranges": [[{"subnet": "10.0.0.0/24"}]]})).ranges[0]
    assert (str(found.gateway), str(found.first), str(found.last)) == ("10.0.0.1", "10.0.0.1", "10.0.0.254")


@pytest.mark.parametrize(
    "more",
    [
        {"name": ""},
        {"mtu": "large"},
        {"ipam": {"ranges": [[{"subnet": "10.0.0.1/24"}]]}},
        {"ipam": {"ranges": [[{"subnet": "10.0.0.0/24", "gateway": "10.0.1.1"}]]}},
        {"ipam": {"ranges": [[{"subnet": "10.0.0.0/24", "rangeStart": "10.0.0.9", "rangeEnd": "10.0.0.8"}]]}},
        {"ipam": {"ranges": [[{}]]}},
        {"runtimeConfig": {"portMappings": [{"hostPort": 80}]}},
        {"runtimeConfig": {"portMappings": [{"hostPort": 0, "containerPort": 80}]}},
        {"runtimeConfig": {"portMappings": [{"hostPort": 80, "containerPort": 80, "protocol": "icmp"}]}},
        {"runtimeConfig": {"portMappings": [{"hostPort": 80, "containerPort": 80, "hostIP": "no"}]}},
    ],
)
def test_bad_configurations(more: dict[str, Any]) -> None:
    assert refused(ADD, json.dumps(config(**more)).encode()) is Code.INVALID_CONFIG


def test_port_mapping_as_containerd_writes_it() -> None:
    mappings = [{"HostPort": 8080, "ContainerPort": 80, "Protocol": "tcp", "HostIP": "192.0.2.1"}]
    found = parse_config(config(runtimeConfig={"portMappings": mappings})).port_mappings
    assert found == (PortMapping(8080, 80, "tcp", "192.0.2.1"),)


def test_port_mapping_of_every_address() -> None:
    mappings = [{"hostPort": 53, "containerPort": 53, "protocol": "UDP", "hostIP": "0.0.0.0"}]
    found = parse_config(config(runtimeConfig={"portMappings": mappings})).port_mappings
    assert found == (PortMapping(53, 53, "udp", ""),)
