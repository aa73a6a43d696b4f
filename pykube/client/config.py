"""Where the API server is and who we are to it: kubeconfig files, or the service account of a pod.

Format: the ``v1 Config`` of client-go's clientcmd. Files that it names are remembered by path, not only by content, so
that a certificate or token that is renewed on disk is used without a restart.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class ConfigError(ValueError):
    """The kubeconfig cannot be used; the message says which file and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """One context of a kubeconfig, resolved. Empty strings: not given."""

    server: str
    """``https://host:port``, perhaps with a path; or ``unix:///path`` of a socket, where none but we can connect."""
    ca_data: str = ""
    """PEM of the authorities that the server's certificate may come from; empty: the system's."""
    ca_file: Path | None = None
    """The same, as a file; it wins over `ca_data`."""
    client_certificate: str = ""
    """PEM of our certificate."""
    client_key: str = ""
    """PEM of its key."""
    client_certificate_file: Path | None = None
    """The same, as a file; read again when it changes. It wins over the data."""
    client_key_file: Path | None = None
    """The file of the key."""
    token: str = ""
    """A bearer token."""
    token_file: Path | None = None
    """A file that holds a bearer token; read again every minute. It wins over `token`."""
    username: str = ""
    """For basic authentication, before a proxy."""
    password: str = ""
    """For basic authentication, before a proxy."""
    namespace: str = "default"
    """Where commands act that do not say."""
    insecure: bool = False
    """Accept any server certificate."""
    tls_server_name: str = ""
    """The name that the server's certificate must have, where it is not the host of `server`."""

    @classmethod
    def load(cls, path: Path | str | None = None, context: str = "") -> ClientConfig:
        """The config of `path`; without it of $KUBECONFIG, ~/.kube/config, or the pod that we run in.

        Raises:
            ConfigError: there is none, or it is broken.
        """
        if path is not None:
            return _resolve(_read(Path(path)), context)
        if files := [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]:
            return _resolve(_merge([_read(file) for file in files if file.exists()], files), context)
        if (home := Path.home() / ".kube" / "config").exists():
            return _resolve(_read(home), context)
        if os.environ.get("KUBERNETES_SERVICE_HOST") and SERVICE_ACCOUNT.exists():
            return cls.in_cluster()
        raise ConfigError("no kubeconfig: give one with --kubeconfig or $KUBECONFIG, or write ~/.kube/config")

    @classmethod
    def in_cluster(cls, folder: Path = SERVICE_ACCOUNT) -> ClientConfig:
        """The config of a pod's service account.

        Raises:
            ConfigError: we do not run in a pod that has one.
        """
        host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
        if not host:
            raise ConfigError("KUBERNETES_SERVICE_HOST is not set: not in a pod")
        namespace = folder / "namespace"
        return cls(
            server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
            ca_file=folder / "ca.crt",
            token_file=folder / "token",
            namespace=namespace.read_text().strip() if namespace.exists() else "default",
        )


@dataclass(frozen=True, slots=True)
class _File:
    """A kubeconfig as read; `folder` is what relative paths in it start from."""

    path: Path
    folder: Path
    data: Mapping[str, Any]

    def entry(self, section: str, name: str, field: str) -> tuple[Mapping[str, Any], Path] | None:
        for item in self.data.get(section) or ():
            if item.get("name") == name:
                return item.get(field) or {}, item.get("__folder__", self.folder)
        return None


def _read(path: Path) -> _File:
    try:
        data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise ConfigError(f"kubeconfig {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"kubeconfig {path} is no YAML: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"kubeconfig {path} is empty or no mapping")
    return _File(path, path.absolute().parent, data)


def _merge(files: list[_File], asked: list[Path]) -> _File:
    """Several files as one; of entries with one name the first file's counts."""
    if not files:
        raise ConfigError(f"none of the files of $KUBECONFIG exists: {', '.join(map(str, asked))}")
    merged: dict[str, Any] = {
        "current-context": next((found for file in files if (found := file.data.get("current-context"))), "")
    }
    for section in ("clusters", "users", "contexts"):
        merged[section] = [
            {**item, "__folder__": file.folder} for file in files for item in file.data.get(section) or ()
        ]
    return _File(files[0].path, files[0].folder, merged)


def _resolve(file: _File, context: str) -> ClientConfig:
    name = context or file.data.get("current-context") or ""
    chosen = file.entry("contexts", name, "context")
    if chosen is None:
        raise ConfigError(f'kubeconfig {file.path}: context "{name}" does not exist')
    cluster = file.entry("clusters", chosen[0].get("cluster", ""), "cluster")
    if cluster is None or not cluster[0].get("server"):
        raise ConfigError(f'kubeconfig {file.path}: context "{name}" names no cluster with a server')
    user = file.entry("users", chosen[0].get("user", ""), "user") or ({}, file.folder)
    if "exec" in user[0] or "auth-provider" in user[0]:
        raise ConfigError(f"kubeconfig {file.path}: credential plugins (exec, auth-provider) are not supported")
    return ClientConfig(
        server=cluster[0]["server"].rstrip("/"),
        ca_data=_data(file, cluster[0], "certificate-authority-data"),
        ca_file=_path(cluster, "certificate-authority"),
        insecure=bool(cluster[0].get("insecure-skip-tls-verify", False)),
        tls_server_name=cluster[0].get("tls-server-name", ""),
        client_certificate=_data(file, user[0], "client-certificate-data"),
        client_key=_data(file, user[0], "client-key-data"),
        client_certificate_file=_path(user, "client-certificate"),
        client_key_file=_path(user, "client-key"),
        token=user[0].get("token", ""),
        token_file=_path(user, "tokenFile"),
        username=user[0].get("username", ""),
        password=user[0].get("password", ""),
        namespace=chosen[0].get("namespace") or "default",
    )


def _data(file: _File, section: Mapping[str, Any], field: str) -> str:
    try:
        return base64.b64decode(section.get(field) or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"kubeconfig {file.path}: {field} is no base64 of PEM") from error


def _path(section: tuple[Mapping[str, Any], Path], field: str) -> Path | None:
    data, folder = section
    if f"{field}-data" in data or not data.get(field):
        return None
    return folder / str(data[field])
