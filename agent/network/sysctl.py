"""Kernel settings under ``/proc/sys/net``."""

from __future__ import annotations

import logging
from pathlib import Path

log = logging.getLogger(__name__)


def ensure(path: str, value: str) -> bool:
    """Write ``/proc/sys/net/<path>`` unless it holds `value` already.

    False when the kernel has no such setting or does not let it be changed; the latter is logged.
    """
    file = Path("/proc/sys/net") / path
    try:
        if file.read_text().strip() != value:
            file.write_text(value)
    except FileNotFoundError:
        return False
    except OSError as error:
        log.warning("net.%s cannot be set to %s: %s", path.replace("/", "."), value, error.strerror)
        return False
    return True
