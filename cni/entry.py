"""The executable that a runtime finds in its CNI directory.

It starts in a hundredth of a second: an isolated interpreter without site packages that imports one module of C. It
hands the call to the agent's socket, where everything is loaded already, and prints the answer. Where no agent answers,
it turns into the plugin itself, so that containers can be taken down while the agent is away.

Some runtimes also call a plugin ``loopback`` for each container. It is a shell script, for that takes a third of the
time: it sets ``lo`` up with the host's tools, and leaves all else to the executable beside it.

On the socket: the CNI_* variables as ``NAME=value`` ended by NUL each, an empty one to close them, then standard input
until the writing side is shut down. Back comes the exit code as one byte, then standard output.
"""

from __future__ import annotations

import os
from pathlib import Path

_SCRIPT = '''#!{python} -IS
"""CNI plugin: asks the node agent, or does it itself. Written by pykube; changes are overwritten."""
import posix
from _socket import AF_UNIX, SHUT_WR, SOCK_STREAM, socket

ITSELF = "import sys; sys.path.insert(0, {root!r}); from cni.main import main; main()"


def receive(read):
    parts = []
    while part := read():
        parts.append(part)
    return b"".join(parts)


def itself(stdin):
    if stdin is not None:
        again = posix.memfd_create("stdin", 0)
        posix.write(again, stdin)
        posix.lseek(again, 0, 0)
        posix.dup2(again, 0)
    posix.execve({python!r}, [{python!r}, "-I", "-c", ITSELF], posix.environ)


def main():
    agent = socket(AF_UNIX, SOCK_STREAM)
    stdin = None
    try:
        agent.connect({address!r})
        stdin = receive(lambda: posix.read(0, 65536))
        variables = [k + b"=" + v + b"\\0" for k, v in posix.environ.items() if k.startswith(b"CNI_")]
        agent.sendall(b"".join(variables) + b"\\0" + stdin)
        agent.shutdown(SHUT_WR)
        answer = receive(lambda: agent.recv(65536))
    except OSError:
        answer = b""
    if not answer:
        itself(stdin)
    posix.write(1, answer[1:])
    posix._exit(answer[0])


main()
'''

_LOOPBACK = """#!/bin/sh
# CNI plugin: sets lo up. Written by pykube; changes are overwritten.
if [ "$CNI_COMMAND" = ADD ] && nsenter --net="$CNI_NETNS" ip link set lo up 2>/dev/null; then
    printf '{{"cniVersion":"0.3.1","interfaces":[{{"name":"lo","sandbox":"%s"}}],' "$CNI_NETNS"
    printf '"ips":[{{"version":"4","interface":0,"address":"127.0.0.1/8"}}],"dns":{{}}}}'
elif [ "$CNI_COMMAND" != DEL ]; then
    exec '{plugin}'
fi
"""

_SHEBANG_LIMIT = 127
"""Bytes of the first line that every kernel reads; newer ones read 255."""


def script(python: str, root: str, address: str) -> str:
    """The text of the executable.

    `python` is the interpreter, `root` the directory that the package ``cni`` lies in, `address` the agent's socket.
    An interpreter whose path is too long for the first line of a script is started by ``/bin/sh``.
    """
    text = _SCRIPT.format(python=python, root=root, address=address)
    first, _, rest = text.partition("\n")
    if len(first.encode()) <= _SHEBANG_LIMIT:
        return text
    return f"#!/bin/sh\n''':'\nexec '{python}' -IS \"$0\" \"$@\"\n'''\n{rest}"


def install(directory: Path, python: str, address: str) -> None:
    """Write the executables ``pykube`` and ``loopback`` by rename: a runtime never sees half a file.

    A file that is right already is left alone.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o755)
    root = str(Path(__file__).resolve().parent.parent)
    texts = {"pykube": script(python, root, address), "loopback": _LOOPBACK.format(plugin=directory / "pykube")}
    for name, wanted in texts.items():
        target = directory / name
        if target.is_file() and target.read_text() == wanted and os.access(target, os.X_OK):
            continue
        temporary = directory / f".{name}.new"
        temporary.write_text(wanted)
        temporary.chmod(0o755)
        temporary.rename(target)
