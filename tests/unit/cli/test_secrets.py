"""``pykube secrets`` against a server that encrypts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pykube.store.memory import MemoryStore
from tests.fakes.command_line import CommandLine, Said
from tests.fakes.encrypted_store import IDENTITY, configuration, keys
from tests.fakes.guarded_server import GuardedServer, guarded

SECRETS = "/api/v1/namespaces/default/secrets"

Command = Callable[..., Awaitable[Said]]


def play(
    folder: Path, store: MemoryStore, text: str, story: Callable[[GuardedServer, Command], Awaitable[None]]
) -> None:
    """A story on a server with a configuration; none where `text` is empty."""
    settings: dict[str, Any] = {}
    if text:
        file = folder / "encryption.yaml"
        file.write_text(text)
        file.chmod(0o600)
        settings["encryption_provider_config"] = str(file)

    async def run() -> None:
        async with asyncio.timeout(30), guarded(folder, store=store, **settings) as server:
            line = _command_line(server)

            async def command(*args: str) -> Said:
                return await asyncio.to_thread(line, *args)

            await story(server, command)

    asyncio.run(run())


def _command_line(server: GuardedServer) -> CommandLine:
    """The command as an administrator."""
    server.context(server.pki, "admin", "system:masters")
    line = CommandLine(server.folder / "cli.kubeconfig", server.url)
    credential = str(server.folder / "client.pem")
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [
            {"name": "c", "cluster": {"server": server.url, "certificate-authority": str(server.pki.ca_file)}}
        ],
        "users": [{"name": "u", "user": {"client-certificate": credential, "client-key": credential}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    line.kubeconfig.write_text(json.dumps(config))
    return line


async def fill(server: GuardedServer, count: int = 3) -> None:
    for number in range(count):
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"s{number}"}}
        assert (await server.admin("POST", SECRETS, body)).status == 201


def test_a_key_is_changed(tmp_path: Path) -> None:
    store = MemoryStore()

    async def before(server: GuardedServer, command: Command) -> None:
        await fill(server)
        said = await command("secrets", "status")
        assert said.out == "3\taesgcm key 'old'\n0 of them would be written under another key now\n"

    play(tmp_path, store, configuration(keys("aesgcm", "old"), IDENTITY), before)

    async def after(server: GuardedServer, command: Command) -> None:
        assert "3 of them" in (await command("secrets", "status")).out
        tried = await command("secrets", "reencrypt", "--dry-run")
        assert "3 would be written anew" in tried.out
        done = await command("secrets", "reencrypt")
        assert (done.code, done.err) == (0, "")
        assert done.out.endswith("objects seen, 3 written anew\n")
        assert "0 written anew" in (await command("secrets", "reencrypt")).out
        await server.registry.progress.reach(await store.revision())
        assert "aesgcm" not in (await command("secrets", "status")).out

    play(tmp_path, store, configuration(keys("secretbox", "new"), keys("aesgcm", "old"), IDENTITY), after)


def test_what_cannot_be_read_is_named_and_the_command_fails(tmp_path: Path) -> None:
    store = MemoryStore()

    async def before(server: GuardedServer, _: Command) -> None:
        await fill(server, 1)

    play(tmp_path, store, configuration(keys("aesgcm", "lost"), IDENTITY), before)

    async def after(server: GuardedServer, command: Command) -> None:
        for verb in ("status", "reencrypt"):
            said = await command("secrets", verb)
            assert said.code == 1
            assert "/registry/secrets/default/s0: aesgcm key 'lost' is not configured" in said.err
            assert "error: 1 objects cannot be read" in said.err

    play(tmp_path, store, configuration(keys("aesgcm", "new"), IDENTITY), after)


def test_a_server_that_does_not_encrypt_is_told_of(tmp_path: Path) -> None:
    async def story(_: GuardedServer, command: Command) -> None:
        said = await command("secrets", "reencrypt")
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("error: the server encrypts nothing: encryptionProviderConfig")

    play(tmp_path, MemoryStore(), "", story)
