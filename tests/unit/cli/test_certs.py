"""``pykube certs`` on a host without a server."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pykube.cli.certs import command
from pykube.config import ServerConfig, pki_folder
from pykube.pki.ca import LEAF_LIFETIME
from pykube.pki.host import ensure_host
from pykube.pki.server import ServerPki


class Host:
    """A server's files, made `age` ago, and the command on them."""

    def __init__(self, folder: Path) -> None:
        self.config = ServerConfig(
            config_dir=folder / "etc", state_dir=folder / "var", run_dir=folder / "run", advertise_address="192.0.2.7"
        )

    def make(self, age: timedelta) -> ServerPki:
        return ensure_host(self.config, datetime.now(UTC) - age)[0]

    def __call__(self, *words: str) -> Result:
        config = self.config
        flags = ["--config-dir", config.config_dir, "--state-dir", config.state_dir, "--run-dir", config.run_dir]
        flags += ["--config", config.config_dir / "none.yaml", "--advertise-address", config.advertise_address]
        return CliRunner().invoke(command, [*words, *map(str, flags)])

    def row(self, name: str) -> str:
        return next(line for line in self("check").output.splitlines() if line.split()[0] == name)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_all_is_well_with_a_fresh_host(host: Host) -> None:
    host.make(timedelta(0))
    result = host("check")
    assert result.exit_code == 0, result.output
    assert "CN=kube-apiserver " in host.row("apiserver")
    assert host.row("apiserver").endswith("-")


def test_problems_are_named(host: Host) -> None:
    pki = host.make(timedelta(days=250))
    assert host("check").exit_code == 1
    assert host.row("apiserver").endswith("is due for renewal")
    os.chmod(pki.admin.key, 0o644)
    assert "has a key that others may read (644)" in host.row("admin")
    pki.scheduler.key.write_bytes(pki.controllers.key.read_bytes())
    assert "has a key that does not belong to it" in host.row("scheduler")
    pki.controllers.certificate.unlink()
    assert host.row("controllers").endswith("is missing")
    pki.apiserver.certificate.write_text("nonsense")
    assert "cannot be read" in host.row("apiserver")


def test_one_command_recovers_what_has_expired(host: Host) -> None:
    host.make(LEAF_LIFETIME + timedelta(days=1))
    assert "has expired" in host.row("apiserver")
    assert host("rotate").exit_code == 0
    assert host("check").exit_code == 0


def test_an_expired_authority_is_made_anew(host: Host) -> None:
    host.make(timedelta(days=4000))
    result = host("rotate")
    assert result.exit_code == 0, result.output
    assert "ca had expired" in result.output
    assert host("check").exit_code == 0


def test_only_what_is_named_is_made_anew(host: Host) -> None:
    pki = host.make(timedelta(0))
    before = {pair: pair.certificate.read_bytes() for pair in (pki.apiserver, pki.admin)}
    result = host("rotate", "apiserver")
    assert "issued anew: apiserver\n" in result.output
    assert [pair.certificate.read_bytes() == old for pair, old in before.items()] == [False, True]
    wrong = host("rotate", "nonsense")
    assert wrong.exit_code == 1
    assert "there is no certificate 'nonsense'; there are: admin, apiserver" in wrong.output


def test_an_authority_is_changed_in_three_steps(host: Host) -> None:
    host.make(timedelta(0))
    assert "step 'trust' is done" in host("rotate-ca", "--force").output
    assert "issued anew" not in host("rotate-ca", "--authority", "front-proxy-ca").output
    assert "issued anew: admin, apiserver" in host("rotate-ca", "--force").output
    assert host("check").exit_code == 0
    assert "step 'drop' is done" in host("rotate-ca", "--force").output
    assert host("check").exit_code == 0


def test_nobody_is_cut_off_unasked(host: Host) -> None:
    host.make(timedelta(0))
    host("rotate-ca")
    assert host("rotate-ca").exit_code != 0, "no server tells whether the nodes have followed"


def test_the_signing_key_is_rotated_and_the_old_one_forgotten(host: Host) -> None:
    host.make(timedelta(0))
    assert "tokens are signed with key" in host("rotate", "--service-account-key").output
    assert len(list(pki_folder(host.config).glob("sa-*.pub"))) == 1
    assert "forgotten: sa-" in host("rotate", "--forget-old-keys").output


def test_a_host_without_a_server_is_told_plainly(host: Host) -> None:
    result = host("check")
    assert result.exit_code == 1
    assert "No such file or directory; run it as root on a server's host" in result.output
