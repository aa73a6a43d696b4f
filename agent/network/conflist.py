"""The network configuration list that the container runtime reads."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NETWORK_NAME = "pykube"
FILE_NAME = "10-pykube.conflist"
VERSION = "1.0.0"
"""Of the CNI specification. Not 1.1.0: runtimes with an older libcni, such as containerd 1.6's, refuse that."""


def render(pod_cidrs: Sequence[str], *, bridge: str, mtu: int, data_dir: Path) -> dict[str, Any]:
    """The document: one range of addresses per CIDR, the first address of each being the gateway."""
    networks = [ipaddress.ip_network(cidr) for cidr in pod_cidrs]
    plugin = {
        "type": "pykube",
        "bridge": bridge,
        "mtu": mtu,
        "capabilities": {"portMappings": True},
        "ipam": {
            "dataDir": str(data_dir),
            "ranges": [[{"subnet": str(network), "gateway": str(network[1])}] for network in networks],
        },
    }
    return {"cniVersion": VERSION, "name": NETWORK_NAME, "plugins": [plugin]}


def write(directory: Path, document: dict[str, Any]) -> bool:
    """Put the document in place by rename; False when it was there already.

    Runtimes watch the directory and load what they find: they must never find half of it.
    """
    target = directory / FILE_NAME
    text = json.dumps(document, indent=2) + "\n"
    if target.is_file() and target.read_text() == text:
        return False
    directory.mkdir(parents=True, exist_ok=True)
    temporary = directory / f".{FILE_NAME}.new"
    temporary.write_text(text)
    temporary.rename(target)
    return True
