"""``pykube create``: create objects from files or from flags."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..errors import ApiError
from . import changes, cluster, generate
from .apply import annotated, placed
from .cluster import Cluster
from .failures import CliError, Failures, with_source
from .kinds import Kind
from .manifests import filename_options, read_all
from .verb import VerbGroup

F = TypeVar("F", bound=Callable[..., Any])

EXAMPLES = """
Examples:
  pykube create -f web.yaml
  pykube create namespace shop
  pykube create deployment web --image=pykube.local/web:1 --replicas=3
  pykube create configmap settings --from-literal=colour=red --from-file=settings.ini
  pykube create deployment web --image=pykube.local/web:1 --dry-run=client -o yaml > web.yaml

Next: 'pykube get KIND NAME' shows it. To change it later, 'pykube apply' is better: it creates and changes.
"""


@click.group(cls=VerbGroup, epilog=EXAMPLES, invoke_without_command=True)
@cluster.flags
@filename_options
@changes.dry_run_option
@click.option("--save-config", is_flag=True, help="Keep what was created in an annotation, for a later apply.")
@click.option("-o", "--output", "form", default="", metavar="FORM", help="Print the objects: yaml, json, name.")
@click.pass_context
def command(ctx: click.Context, /, *, filenames: tuple[str, ...], **flags: Any) -> None:
    """Create objects from files, or one object from flags."""
    if ctx.invoked_subcommand is not None:
        ctx.find_root().params.update(
            {name: flags[name] for name in ("kubeconfig", "context", "namespace") if flags[name]}
        )
        return
    if not filenames:
        raise CliError("must specify one of -f and a kind. See 'pykube create -h' for help and examples")
    ctx.invoke(_from_files, filenames=filenames, **flags)


@click.command()
@cluster.options
@click.pass_context
def _from_files(
    ctx: click.Context,
    *,
    cluster: Cluster,
    filenames: tuple[str, ...],
    recursive: bool,
    dry_run: str,
    save_config: bool,
    form: str,
) -> None:
    parent = ctx.parent
    enforced = bool(parent is not None and (parent.params.get("namespace") or ctx.find_root().params.get("namespace")))
    reporter, failures = changes.Reporter(form, dry_run), Failures()
    for manifest in read_all(filenames, recursive=recursive):
        try:
            kind = manifest.kind_at(cluster.kinds)
            namespace = manifest.namespace(kind, cluster.namespace, enforced=enforced)
            wanted = (annotated if save_config else placed)(manifest.document, namespace)
            reporter.done(create(cluster, kind, namespace, wanted, dry_run), "created")
        except ApiError as error:
            failures.add(with_source(error, "creating", manifest.source))
        except CliError as error:
            failures.add(error)
    reporter.finish()
    failures.finish()


def create(cluster: Cluster, kind: Kind, namespace: str, wanted: dict[str, Any], dry_run: str) -> Any:
    """The object as the server made it; with a dry run of the client's, `wanted` itself."""
    if dry_run == "client":
        return wanted
    params = changes.params(dry_run, fieldManager="kubectl-create", fieldValidation="Strict")
    return json.loads(cluster.http.request("POST", kind.path(namespace), params=params, body=wanted))


def _common(function: F) -> F:
    """The flags of every kind's own command."""
    decorated: Any = click.option("-o", "--output", "form", default="", metavar="FORM", help="Print the object.")(
        function
    )
    return cluster.options(changes.dry_run_option(decorated))  # type: ignore[no-any-return]


def _made(cluster: Cluster, document: dict[str, Any], dry_run: str, form: str) -> None:
    """Create what flags described."""
    reporter = changes.Reporter(form, dry_run)
    if dry_run == "client" and document["kind"] == "Namespace":
        reporter.done(document, "created")
    else:
        kind = cluster.kinds.of_object(document["apiVersion"], document["kind"])
        if kind is None:
            raise CliError(f"the server has no {document['kind']} in {document['apiVersion']}")
        namespace = cluster.namespace if kind.namespaced else ""
        try:
            reporter.done(create(cluster, kind, namespace, placed(document, namespace), dry_run), "created")
        except ApiError as error:
            error.message = f"failed to create {document['kind'].lower()}: {error.message}"
            raise
    reporter.finish()


_DATA_EXAMPLES = """
Examples:
  pykube create {what} settings --from-literal=colour=red --from-literal=size=3
  pykube create {what} settings --from-file=settings.ini        the key is the file's name
  pykube create {what} settings --from-file=config=settings.ini
  pykube create {what} settings --from-env-file=settings.env
"""


def _data_options(function: F) -> F:
    decorated: Any = function
    for name, metavar, text in (
        ("--from-env-file", "FILE", "A file of NAME=value lines."),
        ("--from-file", "[KEY=]PATH", "A file, or a folder of files."),
        ("--from-literal", "KEY=VALUE", "A key and its value."),
    ):
        decorated = click.option(name, multiple=True, metavar=metavar, help=text)(decorated)
    return decorated  # type: ignore[no-any-return]


@command.command("namespace", epilog="\nExamples:\n  pykube create namespace shop\n")
@click.argument("name")
@_common
def create_namespace(*, name: str, cluster: Cluster, dry_run: str, form: str) -> None:
    """Create a namespace."""
    _made(cluster, generate.namespace(name), dry_run, form)


@command.command("serviceaccount", epilog="\nExamples:\n  pykube create serviceaccount builder -n shop\n")
@click.argument("name")
@_common
def create_service_account(*, name: str, cluster: Cluster, dry_run: str, form: str) -> None:
    """Create a service account: who pods are to the API."""
    _made(cluster, generate.service_account(name), dry_run, form)


@command.command("configmap", epilog=_DATA_EXAMPLES.format(what="configmap"))
@click.argument("name")
@_data_options
@_common
def create_config_map(*, name: str, cluster: Cluster, dry_run: str, form: str, **sources: tuple[str, ...]) -> None:
    """Create a ConfigMap from files and literals."""
    _made(cluster, generate.config_map(name, _data(sources)), dry_run, form)


@command.group("secret", cls=VerbGroup)
def secret() -> None:
    """Create a Secret."""


@secret.command("generic", epilog=_DATA_EXAMPLES.format(what="secret generic"))
@click.argument("name")
@_data_options
@click.option("--type", "secret_type", default="", metavar="TYPE", help="The Secret's type. Default: Opaque.")
@_common
def create_secret(
    *, name: str, secret_type: str, cluster: Cluster, dry_run: str, form: str, **sources: tuple[str, ...]
) -> None:
    """Create a Secret from files and literals."""
    _made(cluster, generate.secret(name, _data(sources), secret_type), dry_run, form)


_DEPLOYMENT = """
Examples:
  pykube create deployment web --image=pykube.local/web:1 --replicas=3 --port=8080
  pykube create deployment clock --image=pykube.local/busybox:1 -- date

Next: 'pykube rollout status deployment/web' waits until it runs.
"""


@command.command("deployment", epilog=_DEPLOYMENT)
@click.argument("name")
@click.argument("command_line", nargs=-1, metavar="[-- COMMAND...]")
@click.option("--image", "images", multiple=True, required=True, metavar="IMAGE", help="A container of this image.")
@click.option("-r", "--replicas", type=click.IntRange(min=0), default=1, help="How many pods. Default: 1.")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="The port that the container serves.")
@_common
def create_deployment(
    *,
    name: str,
    command_line: tuple[str, ...],
    images: tuple[str, ...],
    replicas: int,
    port: int | None,
    cluster: Cluster,
    dry_run: str,
    form: str,
) -> None:
    """Create a Deployment: a number of equal pods that are replaced when they end or change."""
    split = [image for given in images for image in given.split(",")]
    document = generate.deployment(name, split, replicas=replicas, port=port or 0, command=command_line)
    _made(cluster, document, dry_run, form)


def _data(sources: dict[str, tuple[str, ...]]) -> dict[str, bytes]:
    return generate.data_of(sources["from_literal"], sources["from_file"], sources["from_env_file"])


command.aliases.update({"ns": "namespace", "cm": "configmap", "sa": "serviceaccount", "deploy": "deployment"})
