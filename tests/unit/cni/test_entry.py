from __future__ import annotations

from pathlib import Path

from cni.entry import install, script


def test_script_is_python() -> None:
    text = script("/usr/bin/python3", "/opt/x", "/run/x/cni.sock")
    assert text.startswith("#!/usr/bin/python3 -IS\n")
    compile(text, "entry", "exec")


def test_long_interpreter_path_is_started_by_the_shell() -> None:
    python = "/" + "long/" * 40 + "python"
    text = script(python, "/opt/x", "/run/x/cni.sock")
    assert text.startswith(f"#!/bin/sh\n''':'\nexec '{python}' -IS \"$0\" \"$@\"\n'''\n")
    compile(text, "entry", "exec")


def test_installed_once(tmp_path: Path) -> None:
    install(tmp_path, "/usr/bin/python3", "/run/x/cni.sock")
    before = (tmp_path / "pykube").stat()
    assert before.st_mode & 0o777 == 0o755
    install(tmp_path, "/usr/bin/python3", "/run/x/cni.sock")
    assert (tmp_path / "pykube").stat().st_ino == before.st_ino
    install(tmp_path, "/usr/bin/python3", "/run/y/cni.sock")
    assert "/run/y/cni.sock" in (tmp_path / "pykube").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loopback", "pykube"]
