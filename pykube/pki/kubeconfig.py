"""Kubeconfig files for those whom this cluster gives credentials to. Reading them is `pykube.client.config`'s part."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from . import files
from .certificates import Pair


def write(
    path: Path,
    *,
    server: str,
    authority: bytes | Path,
    user: str,
    credentials: Pair,
    embed: bool = True,
    cluster: str = "pykube",
    mode: int = 0o600,
) -> bool:
    """Write a kubeconfig with one context; whether the file changed.

    `embed`: put the certificate and key into the file, so that it can be carried elsewhere; otherwise it names their
    files, so that their renewal reaches whoever uses it. `authority`: whom to trust, PEM or the file that has it.
    """
    trusted = (
        {"certificate-authority": str(authority)}
        if isinstance(authority, Path)
        else {"certificate-authority-data": _base64(authority)}
    )
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": cluster, "cluster": {"server": server, **trusted}}],
        "users": [{"name": user, "user": _user(credentials, embed=embed)}],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": user}}],
        "current-context": cluster,
    }
    text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False)
    return files.write_if_changed(path, text.encode(), mode=mode)


def _user(credentials: Pair, *, embed: bool) -> dict[str, Any]:
    if not embed:
        return {"client-certificate": str(credentials.certificate), "client-key": str(credentials.key)}
    return {
        "client-certificate-data": _base64(credentials.certificate.read_bytes()),
        "client-key-data": _base64(credentials.key.read_bytes()),
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
