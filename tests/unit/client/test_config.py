from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from pykube.client.config import ClientConfig, ConfigError


def document(name: str = "one", **user: Any) -> dict[str, Any]:
    return {
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}:6443/", "certificate-authority": "ca.crt"}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "web"}}],
    }


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def test_a_context_is_resolved(tmp_path: Path) -> None:
    data = base64.b64encode(b"PEM").decode()
    path = write(tmp_path / "config", document(**{"client-certificate-data": data, "client-key": "keys/me.key"}))
    found = ClientConfig.load(path)
    assert found == ClientConfig(
        server="https://one:6443",
        ca_file=tmp_path / "ca.crt",
        client_certificate="PEM",
        client_key_file=tmp_path / "keys" / "me.key",
        namespace="web",
    )


def test_several_files_are_merged_and_keep_their_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = write(tmp_path / "a" / "config", document("one", token="t1"))
    two = write(tmp_path / "b" / "config", document("two", token="t2"))
    monkeypatch.setenv("KUBECONFIG", f"{one}:{tmp_path / 'missing'}:{two}")
    assert ClientConfig.load().token == "t1"
    second = ClientConfig.load(context="two")
    assert (second.token, second.ca_file) == ("t2", tmp_path / "b" / "ca.crt")


def test_a_pod_uses_its_service_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "namespace", "kube-system")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    found = ClientConfig.in_cluster(tmp_path)
    assert (found.server, found.namespace) == ("https://[fd00::1]:443", "kube-system")
    assert found.token_file == tmp_path / "token"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty or no mapping"),
        ("{", "no YAML"),
        ({"current-context": "x"}, 'context "x" does not exist'),
        ({**document(), "clusters": []}, "names no cluster"),
        (document(exec={"command": "aws"}), "not supported"),
        (document(**{"client-key-data": "%%"}), "client-key-data is no base64"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ClientConfig.load(write(tmp_path / "config", content))


def test_no_config_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        ClientConfig.load(tmp_path / "missing")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(ConfigError, match="no kubeconfig"):
        ClientConfig.load()
