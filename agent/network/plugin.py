"""The one door from the agent to the CNI plugin, which otherwise stands alone.

The plugin's executable hands its calls to the agent, because loading the plugin's libraries for each call would cost
ten times the work itself.
"""

from __future__ import annotations

from cni.bridge import restore_host_ports
from cni.entry import install
from cni.errors import CniError
from cni.hostports import TABLE as HOST_PORT_TABLE
from cni.main import run

__all__ = ["HOST_PORT_TABLE", "CniError", "install", "restore_host_ports", "run"]
