"""What ``/version`` says."""

from __future__ import annotations

import platform
from collections.abc import Mapping

MAJOR = "1"
MINOR = "36"
GIT_VERSION = "v1.36.0+pykube"

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def version() -> Mapping[str, str]:
    """The API level, in the shape of upstream's ``version.Info``."""
    machine = platform.machine()
    return {
        "major": MAJOR,
        "minor": MINOR,
        "emulationMajor": MAJOR,
        "emulationMinor": MINOR,
        "minCompatibilityMajor": MAJOR,
        "minCompatibilityMinor": str(int(MINOR) - 1),
        "gitVersion": GIT_VERSION,
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": f"python{platform.python_version()}",
        "compiler": platform.python_implementation(),
        "platform": f"linux/{_MACHINES.get(machine, machine)}",
    }
