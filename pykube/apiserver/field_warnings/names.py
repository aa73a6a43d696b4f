"""Names that are valid and not a good idea."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pykube.api import names

_RESERVED = ".static.k8s.io"


def of_workload_name(name: str) -> Iterator[str]:
    """Pods are named after it."""
    if messages := names.dns_label(name):
        yield (
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; "
            f"a DNS label is recommended: [{' '.join(messages)}]"
        )


def of_reserved_name(new: Any, old: Any) -> Iterator[str]:
    """Configuration of admission, of which some may come from files one day."""
    if new.metadata.name.endswith(_RESERVED):
        yield (
            f'metadata.name: names ending with "{_RESERVED}" are reserved for static manifest-based configurations '
            "and cannot be managed via the API"
        )
