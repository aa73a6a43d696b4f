"""Which cluster a verb talks to, in which namespace: the flags that all verbs have."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..client.config import SERVICE_ACCOUNT, ClientConfig, ConfigError
from ..config import CONFIG_DIR
from .failures import CliError
from .http import Http
from .kinds import Kinds

F = TypeVar("F", bound=Callable[..., Any])

ADMIN = CONFIG_DIR / "admin.kubeconfig"
"""Used on a server's host where nothing else is said."""


class Cluster:
    """The server of a verb, and the namespace that the verb acts in."""

    def __init__(self, config: ClientConfig, namespace: str = "") -> None:
        self.config = config
        self.namespace = namespace or config.namespace
        self.http = Http(config)
        self.kinds = Kinds(self.http)


def options(function: F) -> F:
    """Give a command the flags --kubeconfig, --context and -n; its function gets a `cluster` in their place."""

    @functools.wraps(function)
    def with_cluster(
        *args: Any, kubeconfig: Path | None, context: str | None, namespace: str | None, **kwargs: Any
    ) -> Any:
        given = click.get_current_context().find_root().params
        cluster = open_cluster(
            kubeconfig or given.get("kubeconfig"),
            context or given.get("context") or "",
            namespace or given.get("namespace") or "",
        )
        try:
            return function(*args, cluster=cluster, **kwargs)
        finally:
            for warning in cluster.http.warnings:
                click.echo(f"Warning: {warning}", err=True)
            cluster.http.close()

    return flags(with_cluster)  # type: ignore[return-value]


def flags(function: F) -> F:
    """Only the flags themselves."""
    decorated: Any = function
    for option in (
        click.option("--context", metavar="NAME", help="The context of the kubeconfig to use, instead of its current."),
        click.option(
            "--kubeconfig",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help=f"How to reach the server. Default: $KUBECONFIG, ~/.kube/config, or {ADMIN}.",
        ),
        click.option("-n", "--namespace", metavar="NAME", help="The namespace to act in."),
    ):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def open_cluster(kubeconfig: Path | None, context: str, namespace: str) -> Cluster:
    """The cluster of the flags.

    Raises:
        CliError: there is no kubeconfig, or it is broken.
    """
    try:
        return Cluster(ClientConfig.load(kubeconfig or _default(), context), namespace)
    except ConfigError as error:
        if kubeconfig is None and not os.environ.get("KUBECONFIG") and ADMIN.exists() and not os.access(ADMIN, os.R_OK):
            raise CliError(f"{ADMIN} may be read by root only: use sudo, or copy it to ~/.kube/config") from error
        raise CliError(str(error)) from error


def _default() -> Path | None:
    """The administrator's file, where nothing else names one; None: `ClientConfig.load` finds it."""
    named = os.environ.get("KUBECONFIG") or (Path.home() / ".kube" / "config").exists()
    in_pod = os.environ.get("KUBERNETES_SERVICE_HOST") and SERVICE_ACCOUNT.exists()
    return None if named or in_pod or not os.access(ADMIN, os.R_OK) else ADMIN
