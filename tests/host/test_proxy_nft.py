"""The writer of tables against the kernel's own parser and transactions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import asyncio
from agent.proxy import nft

async def main():
    writer = nft.NftWriter()
    await writer.apply("add table inet pktest\\nadd set inet pktest s { type mark; }\\n")
    await writer.apply("add element inet pktest s { 1 }\\n")
    try:
        await writer.apply("add element inet pktest s { 2 }\\nadd element inet pktest none { 2 }\\n")
    except nft.NftError as error:
        print("refused:", "No such file" in str(error))
    print(await writer.apply("list set inet pktest s\\n"))
    writer.close()

if {command}:
    nft._Library = lambda: (_ for _ in ()).throw(OSError("no library"))
asyncio.run(main())
"""


@pytest.fixture
def netns() -> Iterator[str]:
    name = f"pk-w{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


@pytest.mark.parametrize("command", [False, True], ids=["library", "command"])
def test_transactions_are_whole(netns: str, command: bool) -> None:
    done = subprocess.run(
        ["ip", "netns", "exec", netns, sys.executable, "-c", WRITER.replace("{command}", str(command))],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("refused: True\n")
    assert "elements = { 0x00000001 }" in done.stdout


CONNTRACK = """
import asyncio, socket, subprocess
from agent.network.conntrack import delete_udp

RULES = '''
table inet pktest {
    chain output {
        type nat hook output priority -100
        ip daddr 10.43.0.5 udp dport 53 dnat ip to 127.0.0.1:5353
    }
}
'''
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["ip", "route", "add", "10.43.0.0/16", "dev", "lo"], check=True)
subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=True)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 5353))
for _ in range(3):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"?", ("10.43.0.5", 53))
print([delete_udp(4, *which) for which in (
    ("10.43.0.5", 53, "127.0.0.9"), ("10.43.0.6", 53), ("10.43.0.5", 54), ("10.43.0.5", 53, "127.0.0.1"), ("", 53)
)])
"""


def test_stale_udp_connections_are_forgotten(netns: str) -> None:
    done = subprocess.run(
        ["ip", "netns", "exec", netns, sys.executable, "-c", CONNTRACK],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[0, 0, 0, 3, 0]\n", "")


ISOLATION = """
import asyncio
from agent.proxy.isolation import refused_services
from agent.proxy.nft import NftWriter
from agent.proxy.rules import Addresses, ServiceRules
from agent.proxy.table import Table

def element(value, number=1):
    return ServiceRules(elements={("hairpins4", f"10.0.0.{number} . {value}"): ""})

async def main():
    writer = NftWriter()
    addresses = Addresses(("10.43.0.0/16",), ("10.42.0.0/24",))
    rules = {f"default/s{number:03}": element("10.0.0.1", number) for number in range(100)}
    assert await refused_services(rules, addresses, writer) == frozenset()
    rules["default/s017"] = element("nonsense with spaces")
    rules["default/s064"] = ServiceRules(elements={("services4", "10.0.0.1 . tcp . 80"): "goto nowhere"})
    print(sorted(await refused_services(rules, addresses, writer)), repr(await writer.apply("list tables\\n")))
    writer.close()

asyncio.run(main())
"""


def test_services_that_the_kernel_refuses_are_found(netns: str) -> None:
    done = subprocess.run(
        ["ip", "netns", "exec", netns, sys.executable, "-c", ISOLATION],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.stdout, done.stderr) == ("['default/s017', 'default/s064'] ''\n", "")
