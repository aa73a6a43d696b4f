"""``pykube rollout``: follow, restart, pause or undo a rollout."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from typing import Any, TypeVar

import click

from ..aio.clock import Clock, SystemClock
from ..errors import ApiError
from . import arguments, changes, cluster, completing, yaml_text
from .cluster import Cluster
from .failures import CliError, Failures
from .kinds import Kind
from .output import table
from .rollout_history import Revision, chosen, revisions, same_template
from .rollout_status import progress
from .verb import VerbGroup

F = TypeVar("F", bound=Callable[..., Any])

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
"""The annotation of the pod template that a restart sets; any change of the template replaces the pods."""

STRATEGIC = "application/strategic-merge-patch+json"

Object = dict[str, Any]

EXAMPLES = """
Examples:
  pykube rollout status deployment/web          wait until it is complete
  pykube rollout restart deployment/web         replace all pods, a few at a time
  pykube rollout history deployment/web
  pykube rollout undo deployment/web            back to the revision before
"""


@click.group(cls=VerbGroup, epilog=EXAMPLES)
def command() -> None:
    """Follow, restart, pause or undo the rollout of a Deployment, DaemonSet or StatefulSet."""


def _on_objects(function: F) -> F:
    """The arguments that all have."""
    decorated: Any = cluster.options(function)
    decorated = click.option("-l", "--selector", default="", metavar="SELECTOR", help="Objects by labels.")(decorated)
    return click.argument(  # type: ignore[no-any-return]
        "words", nargs=-1, required=True, metavar="KIND NAME... | KIND/NAME...", shell_complete=completing.objects
    )(decorated)


def _found(cluster: Cluster, words: Sequence[str], selector: str) -> Iterator[tuple[Kind, Object]]:
    for one in arguments.parse(cluster.kinds, words, verb="rollout"):
        for name in one.names or completing.names(cluster, one.kind, label_selector=selector):
            yield one.kind, cluster.http.get(one.kind.path(cluster.namespace, name))


def _path(kind: Kind, document: Object) -> str:
    return kind.path(document["metadata"].get("namespace", ""), document["metadata"]["name"])


def _patch(cluster: Cluster, kind: Kind, document: Object, body: Any, content_type: str) -> Object:
    params = {"fieldManager": "kubectl-rollout"}
    answer = cluster.http.request("PATCH", _path(kind, document), params=params, body=body, content_type=content_type)
    found: Object = json.loads(answer)
    return found


@command.command("status", epilog="\nExamples:\n  pykube rollout status deployment/web --timeout=60s\n")
@_on_objects
@click.option("-w", "--watch/--no-watch", default=True, help="Wait until it is complete. Default: wait.")
@click.option("--timeout", default="0", metavar="DURATION", help="How long to wait: 30s, 5m. Default: without end.")
@click.option("--revision", type=click.IntRange(min=0), default=0, help="Fail if it is at another revision.")
def status(
    *, words: tuple[str, ...], selector: str, cluster: Cluster, watch: bool, timeout: str, revision: int
) -> None:
    """Show how far a rollout is, until it is complete. Exit code 1 if it fails."""
    limit = arguments.seconds(timeout)
    for kind, document in _found(cluster, words, selector):
        follow(cluster, kind, document, watch=watch, seconds=limit, revision=revision, clock=SystemClock())


def follow(
    cluster: Cluster, kind: Kind, document: Object, *, watch: bool, seconds: float, revision: int, clock: Clock
) -> None:
    """Print each new state of a rollout until it is complete; `seconds` of 0 wait without end.

    Raises:
        CliError: it failed, or took too long.
    """
    end = clock.monotonic() + seconds if seconds else None
    said = ""
    for state in _states(cluster, kind, document, end, clock):
        text, complete = progress(state, revision)
        if text != said:
            click.echo(text)
            said = text
        if complete or not watch:
            return
    raise CliError("timed out waiting for the condition")


def _states(cluster: Cluster, kind: Kind, document: Object, end: float | None, clock: Clock) -> Iterator[Object]:
    """The object now and after each change, until the time `end`."""
    while True:
        yield document
        yield from _changes(cluster, kind, document, end, clock)
        if end is not None and clock.monotonic() >= end:
            return
        document = cluster.http.get(_path(kind, document))


def _changes(cluster: Cluster, kind: Kind, document: Object, end: float | None, clock: Clock) -> Iterator[Object]:
    """The object after each change, until the server ends the watch.

    Raises:
        CliError: it was deleted.
    """
    metadata = document["metadata"]
    params = {
        "watch": "true",
        "fieldSelector": f"metadata.name={metadata['name']}",
        "resourceVersion": metadata["resourceVersion"],
        "timeoutSeconds": str(max(1, int(end - clock.monotonic()))) if end is not None else "300",
    }
    try:
        with cluster.http.stream(kind.path(metadata.get("namespace", "")), params=params) as response:
            for line in response:
                event = json.loads(line)
                if event["type"] == "DELETED":
                    raise CliError("object has been deleted")
                if event["type"] == "ERROR":
                    return
                yield event["object"]
    except ApiError as error:
        if error.code != 410:
            raise


@command.command("restart", epilog="\nExamples:\n  pykube rollout restart deployment/web\n")
@_on_objects
def restart(*, words: tuple[str, ...], selector: str, cluster: Cluster) -> None:
    """Replace all pods, as a change of the template would."""
    now = SystemClock().now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: now}}}}}

    def change(kind: Kind, document: Object) -> tuple[Object, str]:
        if kind.kind not in ("Deployment", "DaemonSet", "StatefulSet"):
            raise CliError(f"{kind.plural} {document['metadata']['name']!r}: restarting is not supported")
        if document["spec"].get("paused"):
            raise CliError("can't restart paused deployment (run rollout resume first)")
        return _patch(cluster, kind, document, body, STRATEGIC), "restarted"

    _each(cluster, words, selector, change)


@command.command("pause", epilog="\nExamples:\n  pykube rollout pause deployment/web\n")
@_on_objects
def pause(*, words: tuple[str, ...], selector: str, cluster: Cluster) -> None:
    """Stop a Deployment from following changes, until 'rollout resume'."""
    _each(cluster, words, selector, lambda kind, document: _set_paused(cluster, kind, document, paused=True))


@command.command("resume", epilog="\nExamples:\n  pykube rollout resume deployment/web\n")
@_on_objects
def resume(*, words: tuple[str, ...], selector: str, cluster: Cluster) -> None:
    """Let a paused Deployment go on."""
    _each(cluster, words, selector, lambda kind, document: _set_paused(cluster, kind, document, paused=False))


def _set_paused(cluster: Cluster, kind: Kind, document: Object, *, paused: bool) -> tuple[Object, str]:
    word = "paused" if paused else "resumed"
    name = f'{kind.group_resource} "{document["metadata"]["name"]}"'
    if kind.kind != "Deployment":
        raise CliError(f"{name} {'pausing' if paused else 'resuming'} is not supported")
    if bool(document["spec"].get("paused")) == paused:
        raise CliError(f"{name} is {'already paused' if paused else 'not paused'}")
    body = {"spec": {"paused": True if paused else None}}
    return _patch(cluster, kind, document, body, STRATEGIC), word


def _each(
    cluster: Cluster, words: Sequence[str], selector: str, change: Callable[[Kind, Object], tuple[Object, str]]
) -> None:
    reporter, failures = changes.Reporter(""), Failures()
    for kind, document in _found(cluster, words, selector):
        try:
            reporter.done(*change(kind, document))
        except (ApiError, CliError) as error:
            failures.add(error)
    failures.finish()


_HISTORY = """
Examples:
  pykube rollout history deployment/web
  pykube rollout history deployment/web --revision=2     the pod template of one revision
"""


@command.command("history", epilog=_HISTORY)
@_on_objects
@click.option("--revision", type=click.IntRange(min=0), default=0, help="Show this revision's pod template.")
def history(*, words: tuple[str, ...], selector: str, cluster: Cluster, revision: int) -> None:
    """List the revisions of a rollout."""
    for kind, document in _found(cluster, words, selector):
        found = revisions(cluster, document)
        name = f"{kind.full_name}/{document['metadata']['name']}"
        if revision:
            click.echo(f"{name} with revision #{revision}")
            click.echo(yaml_text.dump(chosen(found, revision).template), nl=False)
            continue
        click.echo(name)
        table(("REVISION", "CHANGE-CAUSE"), [(str(one.number), one.cause) for one in found])
        click.echo()


_UNDO = """
Examples:
  pykube rollout undo deployment/web                       to the revision before
  pykube rollout undo deployment/web --to-revision=3       'rollout history' lists them
"""


@command.command("undo", epilog=_UNDO)
@_on_objects
@click.option("--to-revision", type=click.IntRange(min=0), default=0, help="To this revision. Default: the one before.")
def undo(*, words: tuple[str, ...], selector: str, cluster: Cluster, to_revision: int) -> None:
    """Go back to an earlier revision of the pod template."""

    def change(kind: Kind, document: Object) -> tuple[Object, str]:
        if document["spec"].get("paused"):
            raise CliError(
                f'you cannot rollback a paused deployment; resume it first with "pykube rollout resume '
                f'{kind.singular}/{document["metadata"]["name"]}" and try again'
            )
        target = chosen(revisions(cluster, document), to_revision)
        if same_template(target.template, document["spec"]["template"]):
            return document, f"skipped rollback (current template already matches revision {target.number})"
        return _roll_back(cluster, kind, document, target), "rolled back"

    _each(cluster, words, selector, change)


def _roll_back(cluster: Cluster, kind: Kind, document: Object, target: Revision) -> Object:
    if target.patch:
        return _patch(cluster, kind, document, target.patch, STRATEGIC)
    body = [{"op": "replace", "path": "/spec/template", "value": target.template}]
    return _patch(cluster, kind, document, body, "application/json-patch+json")
