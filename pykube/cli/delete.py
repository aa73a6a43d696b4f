"""``pykube delete``: delete objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from ..aio.clock import Clock, SystemClock
from ..errors import ApiError, NotFound
from . import arguments, changes, cluster, completing
from .cluster import Cluster
from .failures import CliError, Failures
from .kinds import Kind
from .manifests import filename_options, read_all
from .verb import Verb

EXAMPLES = """
Examples:
  pykube delete -f web.yaml              what is in the file
  pykube delete pod web-1 web-2          by name
  pykube delete pods,services -l app=web by label
  pykube delete pods --all --now         all of the namespace, with one second to end
  pykube delete pod web-1 --force        without waiting for its node

What a controller made comes back: delete the Deployment, not its pods.
"""


@dataclass(frozen=True, slots=True)
class Doomed:
    """One object to delete."""

    kind: Kind
    namespace: str
    name: str

    @property
    def path(self) -> str:
        return self.kind.path(self.namespace, self.name)


@click.command(cls=Verb, epilog=EXAMPLES)
@click.argument("words", nargs=-1, metavar="[KIND NAME... | KIND/NAME...]", shell_complete=completing.objects)
@cluster.options
@filename_options
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="By labels: app=web.")
@click.option("--field-selector", default="", metavar="SELECTOR", help="By fields: status.phase=Failed.")
@click.option("--all", "everything", is_flag=True, help="All of the kind in the namespace.")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="In all namespaces.")
@click.option(
    "--grace-period", type=int, default=-1, metavar="SECONDS", help="Time to end. Default: what the pod says."
)
@click.option("--now", is_flag=True, help="The same as --grace-period=1.")
@click.option(
    "--force", is_flag=True, help="Do not wait for the node to confirm: the containers may live on for a while."
)
@click.option("--wait/--no-wait", default=True, help="Return when the objects are gone. Default: wait.")
@click.option("--timeout", default="0", metavar="DURATION", help="How long to wait: 30s, 5m. Default: without end.")
@click.option(
    "--cascade",
    type=click.Choice(["background", "foreground", "orphan"]),
    default="background",
    help="What becomes of the objects that it owns.",
)
@click.option("--ignore-not-found", is_flag=True, help="An object that does not exist is no error.")
@changes.dry_run_option
@click.option("-o", "--output", "form", type=click.Choice(["", "name"]), default="", help="name: names only.")
def command(
    *, words: tuple[str, ...], cluster: Cluster, filenames: tuple[str, ...], recursive: bool, **flags: Any
) -> None:
    """Delete objects, and by default wait until they are gone."""
    options = _options(flags)
    if filenames:
        doomed = list(_of_files(cluster, filenames, recursive))
    else:
        doomed = list(_of_words(cluster, words, flags))
    if options.get("gracePeriodSeconds") == 0 and flags["force"]:
        click.echo(_FORCED, err=True)
    failures, gone = Failures(), []
    for one in doomed:
        try:
            gone += _delete(cluster, one, options, flags)
        except NotFound as error:
            if not flags["ignore_not_found"]:
                failures.add(error)
        except ApiError as error:
            failures.add(error)
    if not doomed and not flags["ignore_not_found"]:
        click.echo("No resources found")
    if flags["wait"] and flags["dry_run"] == "none":
        _wait(cluster, gone, arguments.seconds(flags["timeout"]), SystemClock())
    failures.finish()


_FORCED = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely."
)


def _options(flags: dict[str, Any]) -> dict[str, Any]:
    grace = flags["grace_period"]
    if flags["now"]:
        if grace >= 0:
            raise CliError("--now and --grace-period cannot be specified together")
        grace = 1
    if flags["force"] and grace < 0:
        grace = 0
    if flags["force"] and grace > 0:
        raise CliError("--force and --grace-period greater than 0 cannot be specified together")
    if grace == 0 and not flags["force"]:
        # without --force a grace period of 0 is the shortest that still waits for the node
        grace = 1
    found: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": flags["cascade"].capitalize(),
    }
    if grace >= 0:
        found["gracePeriodSeconds"] = grace
    return found


def _of_files(cluster: Cluster, filenames: Sequence[str], recursive: bool) -> Iterator[Doomed]:
    for manifest in read_all(filenames, recursive=recursive):
        kind = manifest.kind_at(cluster.kinds)
        yield Doomed(kind, manifest.namespace(kind, cluster.namespace), manifest.name)


def _of_words(cluster: Cluster, words: Sequence[str], flags: dict[str, Any]) -> Iterator[Doomed]:
    asked = arguments.parse(cluster.kinds, words, verb="delete")
    selected = flags["selector"] or flags["field_selector"]
    named = any(one.names for one in asked)
    if flags["everything"] and (named or flags["selector"]):
        raise CliError("setting '--all' parameter but found a non empty selector or name")
    if named and selected:
        raise CliError("name cannot be provided when a selector is specified")
    if named and flags["everywhere"]:
        raise CliError("a resource cannot be deleted by name across all namespaces")
    if not named and not selected and not flags["everything"]:
        raise CliError("resource(s) were provided, but no name was specified: give names, -l SELECTOR or --all")
    for one in asked:
        if one.names:
            yield from (Doomed(one.kind, cluster.namespace, name) for name in one.names)
        else:
            yield from _selected(cluster, one.kind, flags)


def _selected(cluster: Cluster, kind: Kind, flags: dict[str, Any]) -> Iterator[Doomed]:
    place = "" if flags["everywhere"] else cluster.namespace
    params = {"labelSelector": flags["selector"], "fieldSelector": flags["field_selector"]}
    listed = cluster.http.get(
        kind.path(place), params={name: value for name, value in params.items() if value}, accept=completing.METADATA
    )
    for item in listed.get("items") or ():
        yield Doomed(kind, item["metadata"].get("namespace", ""), item["metadata"]["name"])


def _delete(
    cluster: Cluster, one: Doomed, options: dict[str, Any], flags: dict[str, Any]
) -> list[tuple[Doomed, dict[str, Any]]]:
    """Delete and report; what is to be waited for, with the object as it was last."""
    if flags["dry_run"] == "client":
        cluster.http.request("GET", one.path)
        answer: dict[str, Any] = {}
    else:
        answer = json.loads(
            cluster.http.request("DELETE", one.path, params=changes.params(flags["dry_run"]), body=options)
        )
    if flags["form"] == "name":
        click.echo(f"{one.kind.full_name}/{one.name}")
    else:
        how = "force deleted" if options.get("gracePeriodSeconds") == 0 else "deleted"
        place = f" from {one.namespace} namespace" if one.kind.namespaced else ""
        suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(flags["dry_run"], "")
        click.echo(f'{one.kind.full_name} "{one.name}" {how}{place}{suffix}')
    # a Status answer names the object's uid in its details
    uid = (answer.get("metadata") or {}).get("uid") or (answer.get("details") or {}).get("uid", "")
    return [(one, {"uid": uid})]


def _wait(cluster: Cluster, gone: Sequence[tuple[Doomed, dict[str, Any]]], timeout: float, clock: Clock) -> None:
    """Return when none of the objects is there any more.

    Raises:
        CliError: one still is after `timeout` seconds; 0 waits without end.
    """
    end = clock.monotonic() + timeout if timeout else None
    for one, seen in gone:
        while (left := _left(cluster, one, seen["uid"])) is not None:
            rest = None if end is None else end - clock.monotonic()
            if rest is not None and rest <= 0:
                raise CliError(f"timed out waiting for the condition on {one.kind.plural}/{one.name}")
            _until_changed(cluster, one, left, rest)


def _left(cluster: Cluster, one: Doomed, uid: str) -> dict[str, Any] | None:
    """The metadata of the object, if it is still there and still that one."""
    try:
        found = cluster.http.get(one.path)["metadata"]
    except NotFound:
        return None
    return None if uid and found.get("uid") != uid else found


def _until_changed(cluster: Cluster, one: Doomed, metadata: dict[str, Any], seconds: float | None) -> None:
    """Watch until the object is deleted, or for `seconds`."""
    params = {
        "watch": "true",
        "fieldSelector": f"metadata.name={one.name}",
        "resourceVersion": metadata["resourceVersion"],
        "timeoutSeconds": str(max(1, int(seconds))) if seconds is not None else "300",
    }
    try:
        with cluster.http.stream(one.kind.path(one.namespace), params=params) as response:
            for line in response:
                if json.loads(line)["type"] in ("DELETED", "ERROR"):
                    return
    except ApiError as error:
        if error.code != 410:
            raise
