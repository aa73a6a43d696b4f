from __future__ import annotations

import ipaddress
import threading
from pathlib import Path

import pytest

from cni.errors import CniError, Code
from cni.ipam import Ipam
from cni.request import Range


def range_of(subnet: str, first: str = "", last: str = "") -> Range:
    network = ipaddress.ip_network(subnet)
    return Range(
        network,
        network[1],
        ipaddress.ip_address(first) if first else network[1],
        ipaddress.ip_address(last) if last else network[-2],
    )


SMALL = (range_of("10.0.0.0/29"),)


def give(ipam: Ipam, container: str, ranges: tuple[Range, ...] = SMALL) -> str:
    return str(ipam.allocate(container, "eth0", ranges, {})[0].address)


def test_addresses_go_round_and_the_gateway_is_never_given(tmp_path: Path) -> None:
    ipam = Ipam(tmp_path, "net")
    assert [give(ipam, f"c{number}") for number in range(5)] == [f"10.0.0.{last}" for last in range(2, 7)]
    ipam.release("c0", "eth0")
    ipam.release("c3", "eth0")
    assert [give(ipam, "d0"), give(ipam, "d1")] == ["10.0.0.2", "10.0.0.5"]


def test_freed_addresses_rest(tmp_path: Path) -> None:
    ipam = Ipam(tmp_path, "net")
    given = []
    for number in range(6):
        given.append(give(ipam, f"c{number}"))
        ipam.release(f"c{number}", "eth0")
    assert given == ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.2"]


def test_allocations_survive_the_process(tmp_path: Path) -> None:
    first = give(Ipam(tmp_path, "net"), "c1")
    again = Ipam(tmp_path, "net")
    assert [str(found.address) for found in again.of("c1", "eth0")] == [first]
    assert give(again, "c1") == first
    assert give(again, "c2") != first


def test_full_range(tmp_path: Path) -> None:
    ipam = Ipam(tmp_path, "net")
    for number in range(5):
        give(ipam, f"c{number}")
    with pytest.raises(CniError) as caught:
        give(ipam, "one-too-many")
    assert caught.value.code is Code.NO_FREE_ADDRESS
    assert len(ipam.allocations()) == 5


def test_dead_allocations_are_reclaimed_only_when_full(tmp_path: Path) -> None:
    ipam = Ipam(tmp_path, "net")
    for number in range(5):
        give(ipam, f"c{number}")
    [found] = ipam.allocate("new", "eth0", SMALL, {}, lambda allocation: allocation.container_id == "c2")
    assert str(found.address) == "10.0.0.4"
    assert {allocation.container_id for allocation in ipam.allocations()} == {"c0", "c1", "c3", "c4", "new"}


def test_nothing_is_given_of_two_ranges_when_one_is_full(tmp_path: Path) -> None:
    ipam = Ipam(tmp_path, "net")
    both = (range_of("10.0.0.0/29"), range_of("fd00::/126", "fd00::2", "fd00::2"))
    assert [str(found.address) for found in ipam.allocate("c1", "eth0", both, {})] == ["10.0.0.2", "fd00::2"]
    with pytest.raises(CniError):
        ipam.allocate("c2", "eth0", both, {})
    assert ipam.of("c2", "eth0") == []


def test_records_are_kept_with_the_address(tmp_path: Path) -> None:
    ipam = Ipam(tmp_path, "net")
    [found] = ipam.allocate("c1", "eth0", SMALL, {"hostports": [[80, 8080, "tcp", ""]]})
    assert ipam.record(found) == {"hostports": [[80, 8080, "tcp", ""]]}
    ipam.release("c1", "eth0")
    assert ipam.record(found) == {}


def test_other_files_are_not_allocations(tmp_path: Path) -> None:
    ipam = Ipam(tmp_path, "net")
    give(ipam, "c1")
    for name in ("README", ".new.17", "10.0.0.9", "x@y@z"):
        (tmp_path / "net" / name).touch()
    assert len(ipam.allocations()) == 1


def test_calls_at_once_get_different_addresses(tmp_path: Path) -> None:
    wide = (range_of("10.0.0.0/24"),)
    given: list[str] = []
    threads = [
        threading.Thread(target=lambda name=f"c{number}": given.append(give(Ipam(tmp_path, "net"), name, wide)))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 20
