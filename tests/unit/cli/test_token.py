"""``pykube token``, on a real API server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pykube.pki.ca import CertificateAuthority
from pykube.pki.join_token import JoinToken
from pykube.pki.joining import public_key_hashes
from tests.fakes.clock import FakeClock
from tests.fakes.command_line import CommandLine, Said

Run = Callable[..., Said]


@pytest.fixture
def token(pykube: CommandLine, tmp_path: Path) -> Run:
    """``pykube token``, with a kubeconfig that names an authority."""
    file = tmp_path / "ca.crt"
    file.write_bytes(CertificateAuthority.create("ca", FakeClock().now()).pem)
    document = yaml.safe_load(pykube.kubeconfig.read_text())
    document["clusters"][0]["cluster"]["certificate-authority"] = str(file)
    named = tmp_path / "kubeconfig"
    named.write_text(yaml.safe_dump(document))
    return lambda *words: pykube("--kubeconfig", str(named), "token", *words)


def secret(pykube: CommandLine, token_id: str) -> dict[str, object]:
    said = pykube("get", "secret", f"bootstrap-token-{token_id}", "-n", "kube-system", "-o", "json")
    assert said.code == 0, said.err
    return said.doc


def test_the_whole_command_is_printed(pykube: CommandLine, token: Run, tmp_path: Path) -> None:
    said = token("create", "--node", "n.example", "--description", "rack 7")
    assert said.code == 0, said.err
    words = said.out.split()
    assert words[:6] == ["pykube", "agent", "--server", pykube.url, "--node-name", "n.example"]
    made = JoinToken.parse(words[-1])
    assert made.hashes == public_key_hashes((tmp_path / "ca.crt").read_bytes())
    found = secret(pykube, made.id)
    assert found["type"] == "bootstrap.kubernetes.io/token"
    (line,) = [line for line in token("list").out.splitlines() if line.startswith(made.id)]
    assert "in 23h59m" in line
    assert "authentication,signing" in line
    assert "system:bootstrappers:node:n:example" in line
    assert line.endswith("rack 7")
    assert made.secret not in line


def test_one_for_ever_and_for_one_use(token: Run) -> None:
    made = JoinToken.parse(token("create", "-q", "--ttl", "0", "--usages", "signing").out)
    (line,) = [line for line in token("list").out.splitlines() if line.startswith(made.id)]
    assert line.split() == [made.id, "never", "signing", "-"]


def test_tokens_are_deleted(token: Run) -> None:
    made = JoinToken.parse(token("create", "-q").out)
    assert token("delete", made.id).out == f"token {made.id} deleted\n"
    again = token("delete", made.bearer)
    assert (again.code, again.err) == (1, f"error: there is no token '{made.id}'\n")
    assert made.id not in token("list").out


def test_what_makes_no_sense_is_refused(pykube: CommandLine, token: Run) -> None:
    assert "there is no usage 'cooking'" in token("create", "--usages", "cooking").err
    assert "is no duration" in token("create", "--ttl", "tomorrow").err
    assert "names no authority" in pykube("token", "create").err
