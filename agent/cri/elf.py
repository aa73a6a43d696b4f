"""Whether a program is static: the one fact of an ELF file that an image builder needs."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

PT_INTERP = 3


class ElfError(ValueError):
    """Not an ELF file, or a damaged one."""


def interpreter(path: Path) -> str:
    """The dynamic loader that the program at `path` asks for; empty for a static one.

    Raises:
        ElfError: no ELF file.
    """
    with path.open("rb") as stream:
        try:
            return _interpreter(stream)
        except struct.error as error:
            raise ElfError(f"{path}: {error}") from error


def _interpreter(stream: BinaryIO) -> str:
    ident = stream.read(16)
    if ident[:4] != b"\x7fELF":
        raise ElfError("no ELF magic")
    wide = ident[4] == 2
    order = "<" if ident[5] == 1 else ">"
    # Header fields from e_type on: elf(5); e_phoff, e_phentsize and e_phnum are what is wanted.
    header = struct.Struct(order + ("HHIQQQIHHH" if wide else "HHIIIIIHHH"))
    fields = header.unpack(stream.read(header.size))
    offset, entry_size, count = fields[4], fields[8], fields[9]
    for index in range(count):
        stream.seek(offset + index * entry_size)
        if wide:
            kind, _, start, _, _, size = struct.unpack(order + "IIQQQQ", stream.read(40))
        else:
            kind, start, _, _, size = struct.unpack(order + "IIIII", stream.read(20))
        if kind == PT_INTERP:
            stream.seek(start)
            return stream.read(size).rstrip(b"\0").decode(errors="replace")
    return ""
