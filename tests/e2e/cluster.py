"""The cluster under test: brought up by scripts/up, driven by the real kubectl."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
KUBECONFIG = Path("/etc/pykube/admin.kubeconfig")
ENVIRONMENT = {"KUBECONFIG": str(KUBECONFIG), "HOME": "/tmp/pykube-e2e-home"}
"""What kubectl finds its settings and keeps its caches by."""
IMAGE = "pykube.local/page:1"
"""Holds one static busybox; scripts/up builds it."""


class CommandError(AssertionError):
    """A command ended with another code than expected."""

    def __init__(self, command: list[str], result: subprocess.CompletedProcess[str]) -> None:
        super().__init__(f"{' '.join(command)} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        self.result = result


def run(*command: str, stdin: str | None = None, timeout: float = 60, check: bool = True) -> str:
    """The output of a command; stderr is part of it only when the command fails."""
    environment = {**os.environ, **ENVIRONMENT}
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment.pop(name, None)
    result = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=timeout, env=environment, cwd=ROOT, check=False
    )
    if check and result.returncode != 0:
        raise CommandError(list(command), result)
    return result.stdout if check else result.stdout + result.stderr


class Kubectl:
    """One kubectl binary, bound to one namespace."""

    def __init__(self, binary: str, namespace: str = "default") -> None:
        self.binary = binary
        self.namespace = namespace

    def __call__(self, *args: str, stdin: str | None = None, timeout: float = 60, check: bool = True) -> str:
        return run(self.binary, "-n", self.namespace, *args, stdin=stdin, timeout=timeout, check=check)

    def json(self, *args: str) -> Any:
        return json.loads(self(*args, "-o", "json"))

    def apply(self, *objects: dict[str, Any]) -> str:
        return self("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    @contextmanager
    def background(self, *args: str) -> Iterator[subprocess.Popen[str]]:
        """A kubectl that runs until the block ends; its output can be read from ``stdout``."""
        environment = {**os.environ, **ENVIRONMENT}
        process = subprocess.Popen(
            [self.binary, "-n", self.namespace, *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def kubectls() -> list[str]:
    """The kubectl binaries of this host, each version once; ``KUBECTLS`` names more, separated by colons."""
    named = [path for path in os.environ.get("KUBECTLS", "").split(":") if path]
    found = shutil.which("kubectl")
    return list(dict.fromkeys([*([found] if found else []), *named]))


def eventually(check: Callable[[], T], what: str, seconds: float = 30) -> T:
    """The first true result of `check`, tried again and again; errors count as not yet."""
    end = time.monotonic() + seconds
    last: object = None
    while True:
        try:
            if found := check():
                return found
            last = found
        except (
            AssertionError,
            OSError,
            KeyError,
            IndexError,
            subprocess.SubprocessError,
            json.JSONDecodeError,
        ) as error:
            last = error
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s; last: {last}")
        time.sleep(0.1)


def pod(name: str, *command: str, **spec: Any) -> dict[str, Any]:
    """A pod with one container ``c`` that runs a busybox applet."""
    container = {
        "name": "c",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/busybox", *(command or ("sleep", "3600"))],
        **spec.pop("container", {}),
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name, **spec.pop("labels", {})}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [container], **spec},
    }
