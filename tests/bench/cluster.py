"""The running cluster of this host, for benchmarks that need real pods."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

from tests.bench.server import ROOT, admin_context

URL = "https://127.0.0.1:6443"
KUBECONFIG = Path("/etc/pykube/admin.kubeconfig")


def ensure_running() -> None:
    """Start the cluster, or leave it as it is."""
    subprocess.run([str(ROOT / "scripts/up")], check=True, stdout=subprocess.DEVNULL)


def context() -> ssl.SSLContext:
    """The administrator's TLS context."""
    return admin_context(KUBECONFIG)
