"""The command line in this process, against the real API server on a memory store.

with cluster() as pykube:
    assert pykube("get", "pods").out == ""
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from pykube.cli.main import run
from tests.fakes import api_server

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def doc(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


class CommandLine:
    """Calls ``pykube`` with a kubeconfig of its own."""

    def __init__(self, kubeconfig: Path, url: str) -> None:
        self.url = url
        self.kubeconfig = kubeconfig
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": url}}],
            "users": [{"name": "test", "user": {}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        }
        kubeconfig.write_text(yaml.safe_dump(config))

    def __call__(self, *args: str, stdin: str = "") -> Said:
        """Run to the end."""
        out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
        source = self.kubeconfig.with_name("stdin")
        source.write_text(stdin)
        with source.open() as sys.stdin, redirect_stdout(out), redirect_stderr(err):
            code = run(["--kubeconfig", str(self.kubeconfig), *args])
        sys.stdin = sys.__stdin__
        out.flush()
        err.flush()
        return Said(code, _text(out), _text(err))

    def applied(self, *documents: dict[str, Any]) -> Said:
        """Apply documents, which must succeed."""
        said = self("apply", "-f", "-", stdin=yaml.safe_dump_all(documents))
        assert said.code == 0, said.err
        return said


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


@contextmanager
def served(start: Callable[[Callable[[str], None], asyncio.Event], Awaitable[None]]) -> Iterator[str]:
    """A server in a thread of its own, since commands block; `start` tells its URL and runs until the event is set."""
    ready: list[str] = []
    started = threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    failed: list[BaseException] = []

    def tell(url: str) -> None:
        ready.append(url)
        started.set()

    def serve() -> None:
        try:
            loop.run_until_complete(start(tell, stop))
        except BaseException as error:
            failed.append(error)
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    started.wait()
    if failed:
        raise failed[0]
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _api(tell: Callable[[str], None], stop: asyncio.Event) -> None:
    async with api_server.running() as api:
        tell(api._url)
        await stop.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[CommandLine]:
    """A command line with an API server behind it; its kubeconfig is in `folder`."""
    with served(_api) as url:
        yield CommandLine(folder / "kubeconfig", url)
