"""The only writer of our nftables tables.

Transactions go to libnftables, the library under the ``nft`` command, in one thread of its own: no process is started
per change, and changes cannot overtake each other. Each call of `apply` is one transaction of the kernel: all of it
takes effect at once or nothing does, and packets never see a state in between. Where the library cannot be loaded,
the same text goes to ``nft -f -``.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

log = logging.getLogger(__name__)

_LIBRARY = "libnftables.so.1"


class NftError(Exception):
    """The kernel or the parser refused a transaction; nothing of it has taken effect."""


class _Engine(Protocol):
    def run(self, commands: bytes, *, dry: bool) -> tuple[int, bytes, bytes]:
        """Exit code, output, errors; a dry run changes nothing."""
        ...


class _Library:
    """libnftables by ctypes; its calls let other threads run meanwhile."""

    def __init__(self) -> None:
        library = ctypes.CDLL(_LIBRARY)
        library.nft_ctx_new.restype = ctypes.c_void_p
        library.nft_ctx_new.argtypes = [ctypes.c_uint32]
        for name in ("nft_ctx_buffer_output", "nft_ctx_buffer_error"):
            getattr(library, name).argtypes = [ctypes.c_void_p]
        for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
            getattr(library, name).restype = ctypes.c_char_p
            getattr(library, name).argtypes = [ctypes.c_void_p]
        library.nft_ctx_set_dry_run.argtypes = [ctypes.c_void_p, ctypes.c_bool]
        library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        library.nft_run_cmd_from_buffer.restype = ctypes.c_int
        context = library.nft_ctx_new(0)
        if not context:
            raise OSError("libnftables gives no context")
        library.nft_ctx_buffer_output(context)
        library.nft_ctx_buffer_error(context)
        self._library, self._context = library, context

    def run(self, commands: bytes, *, dry: bool) -> tuple[int, bytes, bytes]:
        self._library.nft_ctx_set_dry_run(self._context, dry)
        code: int = self._library.nft_run_cmd_from_buffer(self._context, commands)
        # Reading a buffer empties it.
        output: bytes = self._library.nft_ctx_get_output_buffer(self._context) or b""
        errors: bytes = self._library.nft_ctx_get_error_buffer(self._context) or b""
        return code, output, errors


class _Command:
    """One ``nft`` process per transaction."""

    def run(self, commands: bytes, *, dry: bool) -> tuple[int, bytes, bytes]:
        command = ["nft", *(["-c"] if dry else []), "-f", "-"]
        try:
            done = subprocess.run(command, input=commands, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return 127, b"", f"nft (package nftables) cannot be run: {error}".encode()
        return done.returncode, done.stdout, done.stderr


class NftWriter:
    """Runs transactions one after the other; close it at the end."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nft")
        self._engine: _Engine | None = None

    def _run(self, commands: str, dry: bool) -> str:
        if self._engine is None:
            try:
                self._engine = _Library()
            except (OSError, AttributeError) as error:
                log.info("%s cannot be used (%s): nft is started for each change", _LIBRARY, error)
                self._engine = _Command()
        code, output, errors = self._engine.run(commands.encode(), dry=dry)
        if code != 0:
            raise NftError(errors.decode(errors="replace").strip() or f"nft failed with {code}")
        return output.decode(errors="replace")

    async def apply(self, commands: str) -> str:
        """Run `commands` as one transaction and return what they print.

        Raises:
            NftError: nothing has been changed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, commands, False)

    async def check(self, commands: str) -> None:
        """Let the kernel judge `commands` without doing anything.

        Raises:
            NftError: `apply` would raise it too.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._run, commands, True)

    def close(self) -> None:
        """End the thread after the transactions that wait."""
        self._thread.shutdown(wait=True)
