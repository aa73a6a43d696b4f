"""Which printer a kind has."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from . import apps, autoscaling, batch, core, extension, networking, pods, policy, rbac, storage
from .cells import name
from .descriptions import described
from .printer import NAME, Column, Object, Printer

_PRINTERS: dict[tuple[str, str], Printer] = {
    **pods.PRINTERS,
    **core.PRINTERS,
    **apps.PRINTERS,
    **autoscaling.PRINTERS,
    **batch.PRINTERS,
    **extension.PRINTERS,
    **networking.PRINTERS,
    **policy.PRINTERS,
    **rbac.PRINTERS,
    **storage.PRINTERS,
}
PRINTERS: dict[tuple[str, str], Printer] = {
    (group, kind): replace(printer, columns=described(kind, printer.columns))
    for (group, kind), printer in _PRINTERS.items()
}


def _plain(item: Object, now: datetime) -> list[Any]:
    return [name(item), item["metadata"].get("creationTimestamp")]


PLAIN = Printer(described("", (NAME, Column("Created At", "date"))), _plain)
"""For kinds without columns of their own, such as roles and custom resource definitions."""


def printer_of(group: str, kind: str) -> Printer:
    """The printer of a kind."""
    return PRINTERS.get((group, kind), PLAIN)
