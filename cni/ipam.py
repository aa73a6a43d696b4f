"""Addresses for containers, kept as files so that they outlive every process.

``<data_dir>/<network>/`` holds one file per address handed out, named ``<address>@<container>@<interface>``: one
directory listing is the whole state. A file appears by rename and is therefore complete or absent; nothing is synced to
disk, because a host that lost power has lost the containers too. All changes happen under a lock on ``.lock``.
``.last.<n>`` remembers the last address of range n, so that a freed address rests as long as possible before it is used
again: peers may still hold it in caches.
"""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import CniError, Code
from .request import Address, Range


@dataclass(frozen=True, slots=True)
class Allocation:
    """One address handed out."""

    address: Address
    container_id: str
    ifname: str

    @property
    def file_name(self) -> str:
        return f"{self.address}@{self.container_id}@{self.ifname}"

    @property
    def attachment(self) -> tuple[str, str]:
        return self.container_id, self.ifname


class Ipam:
    """The addresses of one network."""

    def __init__(self, data_dir: str | Path, network: str) -> None:
        self.directory = Path(data_dir) / network

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the network's lock; it is released even when the process is killed."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o755)
        descriptor = os.open(self.directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def allocations(self) -> list[Allocation]:
        """Everything handed out, in no order."""
        try:
            names = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        return [found for name in names if (found := _parse(name)) is not None]

    def of(self, container_id: str, ifname: str) -> list[Allocation]:
        """What one attachment holds."""
        return [found for found in self.allocations() if found.attachment == (container_id, ifname)]

    def allocate(
        self,
        container_id: str,
        ifname: str,
        ranges: tuple[Range, ...],
        record: dict[str, Any],
        reclaim: Callable[[Allocation], bool] = lambda allocation: False,
    ) -> list[Allocation]:
        """One address from each range; the same ones again for an attachment that has them already.

        `record` is kept in the files. `reclaim` is asked, only when a range is full, which old allocations are dead.

        Raises:
            CniError: NO_FREE_ADDRESS; then nothing has been handed out.
        """
        with self.locked():
            present = self.allocations()
            mine = [found for found in present if found.attachment == (container_id, ifname)]
            taken = {found.address for found in present}
            chosen = []
            for number, wanted in enumerate(ranges):
                address = next((found.address for found in mine if found.address in wanted.subnet), None)
                address = address or self._pick(number, wanted, taken) or self._reclaimed(wanted, present, reclaim)
                if address is None:
                    raise CniError(
                        Code.NO_FREE_ADDRESS, "no IP addresses available in range set", f"{wanted.first}-{wanted.last}"
                    )
                chosen.append((number, Allocation(address, container_id, ifname)))
            for number, allocation in chosen:
                self._write(allocation.file_name, json.dumps(record))
                self._write(f".last.{number}", str(allocation.address))
            return [allocation for _, allocation in chosen]

    def _pick(self, number: int, wanted: Range, taken: set[Address]) -> Address | None:
        """The next free address after the last one handed out, going round."""
        last = self._last(number)
        offset = wanted.offset(last) if last is not None else None
        start = offset + 1 if offset is not None else 0
        # One more than what is taken is enough tries, however large the range is.
        for step in range(min(wanted.size, len(taken) + 2)):
            address = wanted.first + ((start + step) % wanted.size)
            if address != wanted.gateway and address not in taken:
                return address
        return None

    def _last(self, number: int) -> Address | None:
        try:
            return ipaddress.ip_address((self.directory / f".last.{number}").read_text())
        except (OSError, ValueError):
            return None

    def _reclaimed(
        self, wanted: Range, present: list[Allocation], reclaim: Callable[[Allocation], bool]
    ) -> Address | None:
        for found in present:
            if found.address in wanted.subnet and reclaim(found):
                (self.directory / found.file_name).unlink(missing_ok=True)
                return found.address
        return None

    def _write(self, name: str, text: str) -> None:
        temporary = self.directory / f".new.{os.getpid()}"
        temporary.write_text(text)
        temporary.rename(self.directory / name)

    def record(self, allocation: Allocation) -> dict[str, Any]:
        """What was kept with an allocation; empty when it is gone or unreadable."""
        try:
            found = json.loads((self.directory / allocation.file_name).read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def age(self, allocation: Allocation, now: float) -> float:
        """Seconds since it was handed out; 0 when it is gone."""
        try:
            return now - (self.directory / allocation.file_name).stat().st_mtime
        except OSError:
            return 0.0

    def release(self, container_id: str, ifname: str) -> list[Allocation]:
        """Give back what an attachment holds; holding nothing is fine."""
        with self.locked():
            mine = self.of(container_id, ifname)
            for allocation in mine:
                (self.directory / allocation.file_name).unlink(missing_ok=True)
            return mine


def _parse(name: str) -> Allocation | None:
    address, _, rest = name.partition("@")
    container_id, _, ifname = rest.rpartition("@")
    if not container_id or name.startswith("."):
        return None
    try:
        return Allocation(ipaddress.ip_address(address), container_id, ifname)
    except ValueError:
        return None
